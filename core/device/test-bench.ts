// A bench for tests of one device: 1 MiB of host memory at bus address 0x8_0000_0000 whose 4K pages can be taken away.

import type { DmaBus, DmaOutcome } from '../abi/ports.ts';
import { createClock } from '../time/clock.ts';
import { createScheduler, type Scheduler } from '../time/scheduler.ts';
import type { DeviceHost } from './types.ts';

export interface DeviceBench {
  readonly memory: Uint8Array;
  readonly view: DataView;
  /** Pages that no TCE maps. */
  readonly refused: Set<number>;
  readonly scheduler: Scheduler;
  readonly host: DeviceHost;
  readonly interrupts: () => number;
  /** Runs all that is due. */
  settle(): void;
}

export const BENCH_HI = 8;

export function createDeviceBench(seed = 9): DeviceBench {
  const memory = new Uint8Array(1 << 20);
  const refused = new Set<number>();
  const move = (hi: number, lo: number, bytes: number, act: (at: number) => void): DmaOutcome => {
    for (let page = lo >>> 12; page <= (lo + bytes - 1) >>> 12; page++)
      if (hi !== BENCH_HI || refused.has(page)) return { bytesDone: 0, fault: 'no-tce' };
    act(lo);
    return { bytesDone: bytes };
  };
  const bus: DmaBus = {
    read: (hi, lo, into) =>
      move(hi, lo, into.length, (at) => into.set(memory.subarray(at, at + into.length))),
    write: (hi, lo, from) => move(hi, lo, from.length, (at) => memory.set(from, at)),
  };
  const scheduler = createScheduler(createClock());
  let interrupts = 0;
  return {
    memory,
    view: new DataView(memory.buffer),
    refused,
    scheduler,
    host: { bus, scheduler, raiseInterrupt: () => interrupts++, seed },
    interrupts: () => interrupts,
    settle: () => {
      while (scheduler.step());
    },
  };
}
