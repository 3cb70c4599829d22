import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../core/index.ts';
import type { VfioPlace } from '../ipc-contract.ts';
import { Desk } from './desk.ts';
import { VfioHost } from './vfio-host.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddw-lab-vfio-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const works: VfioPlace = {
  kernel: '6.12.107',
  profile: 'powervm-p10',
  slotClass: 'dedicated',
  pageBytes: 2 ** 21,
  app: 'v2',
  driverFirst: false,
};

/** Time that passes one millisecond with each look: a turn is so many cells, wherever this runs. */
function steppedClock(): () => number {
  let ms = 0;
  return () => ms++;
}

describe('the VFIO matrix in the background', () => {
  it('is cancelled by whoever asks, and by the next run', async () => {
    const host = new VfioHost({ sliceMs: 1 });
    const first = host.sheet(false, () => host.cancel());
    expect(await first).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    const second = host.sheet(false, () => undefined);
    const third = host.sheet(true, () => host.cancel());
    expect(await second).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await third).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  });

  it(
    'tells how far it is, up to the last cell, and platforms and facts once',
    { timeout: 240_000 },
    async () => {
      const host = new VfioHost({ now: steppedClock(), sliceMs: 200, progressMs: 0 });
      const told: number[] = [];
      const answer = await host.sheet(false, ({ done, of }) => told.push(done / of));
      if (!answer.ok) throw new Error(answer.error.message);
      const sheet = answer.value;
      expect(told.length).toBeGreaterThan(2);
      expect(told.at(-1)).toBe(1);
      expect([...told].sort((a, b) => a - b)).toEqual(told);
      expect(new Set(sheet.platforms.map((one) => JSON.stringify(one))).size).toBe(sheet.platforms.length);
      const cell = sheet.cells.find(
        ({ kernel, platform, pageBytes, app }) =>
          kernel === works.kernel &&
          sheet.platforms[platform]?.profile === works.profile &&
          sheet.platforms[platform].slotClass === works.slotClass &&
          pageBytes === works.pageBytes &&
          app === works.app,
      );
      expect(cell).toMatchObject({ outcome: 'works', ioPageBytes: 2 ** 21, tces: 512 });
      expect(cell?.facts.map((fact) => sheet.facts[fact]?.fact)).toContain('kernel 6.12.107 vfioOps');
      const again = await host.sheet(false, () => undefined);
      expect(again.ok && again.value).toBe(sheet);
    },
  );
});

describe('the machine of a cell', () => {
  it.each([
    { ...works, kernel: '9.99' },
    { ...works, profile: 'vax' },
    { ...works, slotClass: 'nowhere' },
    { ...works, pageBytes: 0 },
    { ...works, pageBytes: 3 },
  ])('is not made for what the matrix has not: %j', (place) => {
    expect(new VfioHost().cell(place)).toMatchObject({ ok: false, error: { code: 'no-such-cell' } });
  });

  it('is opened in a tab of its own, where the program has its memory mapped', async () => {
    const desk = new Desk(join(folder, 'works'), () => undefined);
    desk.begin(false);
    const cell = new VfioHost().cell(works);
    if (!cell.ok) throw new Error(cell.error.message);
    expect(await desk.openAt(cell.value.open)).toEqual({ ok: true, value: { refusal: null } });
    expect(desk.state().tabs).toHaveLength(2);
    expect(desk.progress()).toMatchObject({ state: 'running', busy: false });
    expect(desk.shown.host.query({ ask: 'vfio' })).toMatchObject({
      ok: true,
      value: { applications: [{ name: 'app0', failed: null, tces: 512, ioPageBytes: 2 ** 21 }] },
    });
    desk.closeAll();
  });

  it('stands at the failure where the program fails, and where the driver does not bind', async () => {
    const desk = new Desk(join(folder, 'fails'), () => undefined);
    desk.begin(false);
    const open = async (place: VfioPlace) => {
      const cell = new VfioHost().cell(place);
      return cell.ok ? desk.openAt(cell.value.open) : cell;
    };
    expect(await open({ ...works, slotClass: 'sriov-vf' })).toEqual({ ok: true, value: { refusal: null } });
    expect(desk.shown.host.query({ ask: 'vfio' })).toMatchObject({
      ok: true,
      value: { applications: [{ failed: { call: 'VFIO_IOMMU_SPAPR_TCE_CREATE', errno: '-ENODEV' } }] },
    });
    const unbound = await open({ ...works, kernel: '6.1' });
    expect(unbound.ok).toBe(true);
    expect(desk.shown.host.query({ ask: 'config' })).toMatchObject({ ok: true, value: { kernel: '6.1' } });
    expect(desk.progress().state).toBe('running');
    desk.closeAll();
  });

  it('comes back from its journal as it was', async () => {
    const sessions = join(folder, 'again');
    const desk = new Desk(sessions, () => undefined);
    desk.begin(false);
    const cell = new VfioHost().cell(works);
    if (!cell.ok) throw new Error(cell.error.message);
    await desk.openAt(cell.value.open);
    const answer = desk.shown.host.query({ ask: 'vfio' });
    const awake = new Promise<void>((resolve) => {
      const next = new Desk(sessions, (notice) => {
        if (notice !== 'awake') return;
        expect(next.shown.host.query({ ask: 'vfio' })).toEqual(answer);
        next.closeAll();
        resolve();
      });
      next.begin(true);
    });
    await awake;
  });

  it('is not opened when the person does not want to wait', async () => {
    const desk = new Desk(join(folder, 'cancelled'), () => undefined);
    desk.begin(false);
    const flood: readonly Command[] = [
      { do: 'boot' },
      {
        do: 'io-start',
        id: 'vf0',
        io: { sizeBytes: 65_536, depth: 8, count: 0, direction: 'read', intervalNs: 0 },
      },
    ];
    const config = desk.shown.host.query({ ask: 'config' });
    if (!config.ok) throw new Error(config.error.message);
    const opening = desk.openAt({ config: config.value, commands: flood });
    desk.work.cancel(1);
    expect(await opening).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(desk.state().tabs).toHaveLength(1);
    desk.closeAll();
  });
});
