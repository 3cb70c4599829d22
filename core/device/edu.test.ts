import { describe, expect, it } from 'vitest';
import type { DmaBus } from '../abi/ports.ts';
import { createClock } from '../time/clock.ts';
import { createScheduler } from '../time/scheduler.ts';
import { EDU_DEFAULT_DMA_MASK, EDU_RUN, EDU_TO_MEMORY, EduDevice, masteredBus } from './edu.ts';

const RAISE_IRQ = 4;

/** A device on a bus that notes what it is asked for; reads give 1, 2, 3… */
function make(dmaMask = (1n << 64n) - 1n) {
  const asked: string[] = [];
  let interrupts = 0;
  const scheduler = createScheduler(createClock());
  const at = (hi: number, lo: number): string => `${(hi >>> 0).toString(16)}:${(lo >>> 0).toString(16)}`;
  const bus: DmaBus = {
    read(hi, lo, into) {
      asked.push(`read ${at(hi, lo)} ${into.length}`);
      into.forEach((_, i) => (into[i] = i + 1));
      return { bytesDone: into.length };
    },
    write(hi, lo, from) {
      asked.push(`write ${at(hi, lo)} ${[...from].join()}`);
      return { bytesDone: from.length };
    },
  };
  const device = new EduDevice({ bus, scheduler, raiseInterrupt: () => interrupts++ }, { dmaMask });
  const start = (
    source: [number, number],
    destination: [number, number],
    count: number,
    command: number,
  ): void => {
    device.write64(0x80, ...source);
    device.write64(0x88, ...destination);
    device.write64(0x90, 0, count);
    device.write64(0x98, 0, command);
    while (scheduler.step());
  };
  return { device, asked, start, interrupts: () => interrupts };
}

describe('the edu device', () => {
  it('identifies itself, inverts what is written to its liveness register, and multiplies', () => {
    const { device } = make();
    device.write32(4, 0x1234);
    device.write32(8, 5);
    expect([device.read32(0), device.read32(4), device.read32(8)]).toEqual([0x0100_00ed, ~0x1234, 120]);
  });

  it('moves bytes from memory into its buffer and back, at 64-bit addresses', () => {
    const { asked, start, interrupts } = make();
    start([0x0800_0000, 0x1000], [0, 0x4_0010], 3, EDU_RUN);
    start([0, 0x4_0011], [0x0800_0000, 0x2000], 2, EDU_RUN | EDU_TO_MEMORY | RAISE_IRQ);
    expect(asked).toEqual(['read 8000000:1000 3', 'write 8000000:2000 2,3']);
    expect(interrupts()).toBe(1);
  });

  it('drives 28 address bits unless told otherwise', () => {
    const { asked, start } = make(EDU_DEFAULT_DMA_MASK);
    start([1, 0x2345_6789], [0, 0x4_0000], 1, EDU_RUN);
    expect(asked).toEqual(['read 0:3456789 1']);
  });

  it.each([
    ['before its buffer', 0x3_ffff, 1],
    ['past its end', 0x4_0ff0, 17],
  ])('does nothing %s', (_where, destination, count) => {
    const { asked, start } = make();
    start([0, 0], [0, destination], count, EDU_RUN);
    expect(asked).toEqual([]);
  });

  it('raises its interrupt on request and takes it back', () => {
    const { device, interrupts } = make();
    device.write32(0x60, 3);
    expect([device.read32(0x24), interrupts()]).toEqual([3, 1]);
    device.write32(0x64, 1);
    expect(device.read32(0x24)).toBe(2);
    device.reset();
    expect(device.read32(0x24)).toBe(0);
  });
});

describe('a bus for masters', () => {
  it('answers nothing to a function that is not bus master', () => {
    const calls: string[] = [];
    const bus: DmaBus = {
      read: () => (calls.push('read'), { bytesDone: 2 }),
      write: () => (calls.push('write'), { bytesDone: 2 }),
    };
    let master = false;
    const guarded = masteredBus(bus, () => master);
    const into = Uint8Array.of(9, 9);
    expect(guarded.read(0, 0, into)).toEqual({ bytesDone: 0, fault: 'no-window' });
    expect(guarded.write(0, 0, into)).toEqual({ bytesDone: 0, fault: 'no-window' });
    expect([...into]).toEqual([0, 0]);
    master = true;
    guarded.read(0, 0, into);
    guarded.write(0, 0, into);
    expect(calls).toEqual(['read', 'write']);
  });
});
