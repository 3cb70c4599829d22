import { describe, expect, it } from 'vitest';
import { H_FREE_LOGICAL_LAN } from '../../../abi/papr/vio.ts';
import { vioCatalogue } from '../../../device/vio.ts';
import type { BoundDriver } from '../types.ts';
import { ibmvethDriver } from './ibmveth.ts';
import type { NetDriver } from './net-driver.ts';
import { createRig, interrupt, probe, runIo, settle, type Rig } from './test-rig.ts';

const rigOf = (pageBytes: number): Rig => {
  const rig = createRig({ pageBytes, ioPageBytes: 4096, merge: true, defaultWindow: true });
  const { bus, scheduler } = rig;
  rig.device = vioCatalogue
    .get('l-lan')
    ?.create({ bus, scheduler, raiseInterrupt: () => interrupt(rig), seed: 3 });
  expect(probe(rig, ibmvethDriver)).toBe(0);
  return rig;
};

const net = (rig: Rig): NetDriver => rig.driver as BoundDriver as NetDriver;
const errors = (rig: Rig): readonly string[] => rig.log.filter((line) => line.startsWith('err'));

describe.each([4096, 65536])('ibmveth on pages of %i bytes', (pageBytes) => {
  it.each(['read', 'write'] as const)('carries a stream (%s) intact, again and again', (direction) => {
    const rig = rigOf(pageBytes);
    for (const sizeBytes of [64, 1400, 60_000]) {
      const figures = runIo(rig, { sizeBytes, depth: 4, count: 100, direction });
      expect(figures).toMatchObject({ requests: 100, bytes: 100 * sizeBytes, failures: 0, corrupted: 0 });
    }
    expect(errors(rig)).toEqual([]);
  });

  it('leaves nothing mapped and no page held after an unbind', () => {
    const rig = rigOf(pageBytes);
    runIo(rig, { sizeBytes: 9000, count: 200, direction: 'read' });
    if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove());
    settle(rig);
    expect([rig.live(), rig.pagesHeld()]).toEqual([0, 0]);
  });
});

describe('what ibmveth maps', () => {
  it('sends without mapping anything: a frame is copied into a buffer that stays mapped', () => {
    const rig = rigOf(65536);
    net(rig).up();
    const figures = runIo(rig, { sizeBytes: 1400, depth: 2, count: 500, direction: 'write' });
    expect(figures).toMatchObject({ requests: 500, maps: 0, unmaps: 0, failures: 0 });
  });

  it('copies frames of less than 200 bytes: their buffers stay mapped', () => {
    const rig = rigOf(65536);
    net(rig).up();
    const figures = runIo(rig, { sizeBytes: 170, count: 400, direction: 'read' });
    expect(figures).toMatchObject({ requests: 400, maps: 0, unmaps: 0, corrupted: 0 });
  });

  it('maps 2K buffers anew only when an eighth of them is missing', () => {
    const rig = rigOf(65536);
    net(rig).up();
    expect(runIo(rig, { sizeBytes: 1000, count: 64, direction: 'read' })).toMatchObject({
      maps: 0,
      unmaps: 64,
    });
    expect(runIo(rig, { sizeBytes: 1000, count: 1, direction: 'read' })).toMatchObject({
      maps: 65,
      unmaps: 1,
    });
  });
});

describe('ibmveth and wrong TCEs', () => {
  const coming = { list: 7 };

  it('sees a payload through a wrong TCE of its send buffer', () => {
    const rig = rigOf(65536);
    // Receive queue, buffer list and filter list come first: 7 entries of 4K for the queue, one for each list.
    rig.sabotage(coming.list + 2, 'wrong-page');
    const { corrupted } = runIo(rig, { sizeBytes: 1000, count: 10, direction: 'write' });
    expect(corrupted).toBe(10);
  });

  it('fails to send through a TCE that is missing', () => {
    const rig = rigOf(65536);
    rig.sabotage(coming.list + 2, 'not-mapped');
    expect(runIo(rig, { sizeBytes: 1000, count: 10, direction: 'write' })).toMatchObject({ failures: 10 });
    expect(errors(rig)[0]).toBe('err: tx: h_send_logical_lan failed with rc=-14');
  });

  it('does not come up where its receive queue is not mapped, or nothing can be mapped', () => {
    const rig = rigOf(65536);
    rig.sabotage(0, 'read-only');
    rig.mapsFail = true;
    expect(net(rig).up()).toBe(false);
    rig.mapsFail = false;
    rig.sabotage(0, 'not-mapped');
    expect(net(rig).up()).toBe(false);
    expect([rig.live(), rig.pagesHeld(), errors(rig)]).toEqual([
      0,
      0,
      ['err: h_register_logical_lan failed with -4'],
    ]);
  });

  it('stands still at a receive buffer whose TCE is missing, until the watchdog resets it', () => {
    const rig = rigOf(65536);
    net(rig).up();
    runIo(rig, { sizeBytes: 1000, count: 64, direction: 'read' });
    rig.sabotage(0, 'not-mapped');
    const { requests, failures } = runIo(rig, { sizeBytes: 1000, count: 100, direction: 'read' });
    expect([requests > 0, failures]).toEqual([true, 1]);
    expect(runIo(rig, { sizeBytes: 1000, count: 100, direction: 'read' })).toMatchObject({ failures: 0 });
  });
});

describe('an adapter that an earlier kernel left open', () => {
  it('is closed and registered anew', () => {
    const rig = rigOf(65536);
    net(rig).up();
    const calls: number[] = [];
    const device = rig.device;
    const hcall = device?.hcall;
    if (device === undefined || hcall === undefined) expect.unreachable();
    rig.device = {
      ...device,
      hcall: (opcode, regs) => {
        calls.push(opcode);
        return hcall(opcode, regs);
      },
    };
    rig.driver = undefined;
    expect(probe(rig, ibmvethDriver)).toBe(0);
    expect(runIo(rig, { sizeBytes: 1000, count: 20, direction: 'write' })).toMatchObject({ failures: 0 });
    expect(calls.filter((opcode) => opcode === H_FREE_LOGICAL_LAN)).toHaveLength(1);
  });
});
