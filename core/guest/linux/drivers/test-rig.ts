// A rig for tests of drivers and devices together: memory, one page table, a DMA API that really maps, a bus that really translates.
// Simpler than the machine on purpose, and independent of it: what both agree on is the port.

import { watchingSink } from '../../../trace/sink.ts';
import type { DeviceModel, DmaBus, GuestMemoryPort } from '../../../abi/ports.ts';
import { createRng } from '../../../base/rng.ts';
import { createClock } from '../../../time/clock.ts';
import { createScheduler, type Scheduler } from '../../../time/scheduler.ts';
import type { BoundDriver, DmaApi, Driver, DriverContext, IoFigures, IoRequestPlan } from '../types.ts';
import {
  createBus,
  createMemory,
  createRealMemory,
  PageTable,
  RigDma,
  type Sabotage,
} from './test-rig-dma.ts';

const BLOCK = 65536;

export interface RigOptions {
  /** Kernel page. */
  readonly pageBytes: number;
  /** I/O page. */
  readonly ioPageBytes: number;
  /** mapSg joins neighbours, as vmerge does. */
  readonly merge: boolean;
  /** The kernel's block drivers map each segment by itself. */
  readonly mapsEachSegment?: boolean;
  /** The device is on the default window, below 4 GiB; else on a 64-bit one. */
  readonly defaultWindow?: boolean;
}

export interface Rig {
  readonly scheduler: Scheduler;
  readonly memory: GuestMemoryPort;
  readonly bus: DmaBus;
  /** Past the page table. */
  readonly realMemory: DmaBus;
  readonly dma: DmaApi;
  readonly context: DriverContext;
  readonly log: string[];
  /** Entries mapped now. */
  readonly live: () => number;
  /** Kernel pages given out now. */
  readonly pagesHeld: () => number;
  /** Entries mapped so far, one after the other; `sabotage(n, how)` strikes the nth from now. */
  readonly sabotage: (entriesFromNow: number, how: Sabotage) => void;
  /** All further mappings fail, or work again. */
  mapsFail: boolean;
  losesInterrupts: boolean;
  device: DeviceModel | undefined;
  driver: BoundDriver | undefined;
}

export function createRig(options: RigOptions): Rig {
  const scheduler = createScheduler(createClock());
  const memory = createMemory(2 ** 32);
  const table = new PageTable(options.ioPageBytes, options.defaultWindow === true ? 0 : undefined);
  const rng = createRng(7);
  const log: string[] = [];
  const freed: number[] = [];
  let nextPage = 16 * 1024 * 1024;
  let held = 0;
  // Every second page, so that buffers are scattered as they are in a kernel that has run for a while.
  const take = (bytes: number): number => {
    const address = Math.ceil(nextPage / BLOCK) * BLOCK;
    nextPage = address + Math.ceil(bytes / BLOCK) * BLOCK;
    return address;
  };
  const onePage = (): number => {
    const again = freed.pop();
    if (again !== undefined) return again;
    nextPage += 2 * options.pageBytes;
    return nextPage - options.pageBytes;
  };
  const dma = new RigDma(table, options.merge, take);
  const context: DriverContext = {
    dev: {
      fn: '0000:00:01.0',
      path: '/pci@800000020000000/device@1',
      vendor: 0,
      deviceId: 0,
      driver: null,
      dmaMaskBits: 32,
      coherentMaskBits: 32,
      mode: 'indirect',
    },
    dma,
    memory,
    scheduler,
    pageBytes: options.pageBytes,
    mapsEachSegment: options.mapsEachSegment === true,
    pages: {
      pageBytes: options.pageBytes,
      alloc: (order) => {
        held++;
        return order === 0 ? onePage() : take(options.pageBytes * 2 ** order);
      },
      free: (address, order) => {
        held--;
        if (order === 0) freed.push(address);
      },
    },
    mmio: {
      read32: (_fn, offset) => rig.device?.read32(offset) ?? -1,
      write32: (_fn, offset, value) => rig.device?.write32(offset, value),
    },
    trace: watchingSink(() => 0),
    log: (level, text) => void log.push(`${level}: ${text}`),
    random: () => rng.next(),
    hcall: (opcode, halves) => {
      const regs = new Int32Array(20);
      regs.set(halves, 2);
      return rig.device?.hcall?.(opcode, regs) ?? -2;
    },
  };
  const rig: Rig = {
    scheduler,
    memory,
    bus: createBus(memory, table),
    realMemory: createRealMemory(memory),
    dma,
    context,
    log,
    live: () => table.live,
    pagesHeld: () => held,
    sabotage: (entriesFromNow, how) => table.strike(entriesFromNow, how),
    get mapsFail() {
      return dma.fails;
    },
    set mapsFail(value) {
      dma.fails = value;
    },
    losesInterrupts: false,
    device: undefined,
    driver: undefined,
  };
  return rig;
}

/** Runs everything that is due; throws if it does not come to rest. */
export function settle(rig: Rig, maxSteps = 5_000_000): void {
  for (let i = 0; i < maxSteps; i++) if (!rig.scheduler.step()) return;
  throw new Error(`still busy after ${maxSteps} steps`);
}

/** The device's interrupt line. */
export function interrupt(rig: Rig): void {
  if (!rig.losesInterrupts) rig.driver?.interrupt();
}

/** Probes the driver; its errno, or 0 and rig.driver is set. */
export function probe(rig: Rig, driver: Driver): number {
  let outcome = 0;
  const run = function* (): Generator<number, void, void> {
    const bound = yield* driver.probe(rig.context);
    if (typeof bound === 'number') outcome = bound;
    else rig.driver = bound;
  };
  rig.scheduler.start(run());
  settle(rig);
  return outcome;
}

/** Runs one workload to its end. */
export function runIo(rig: Rig, plan: Partial<IoRequestPlan>): IoFigures {
  let result: IoFigures | undefined;
  const whole: IoRequestPlan = {
    sizeBytes: 4096,
    depth: 1,
    count: 1,
    direction: 'read',
    intervalNs: 0,
    ...plan,
  };
  rig.driver?.startIo(whole, (figures) => (result = { ...figures }));
  settle(rig, 50_000_000);
  if (result === undefined) throw new Error('the workload did not end');
  return result;
}
