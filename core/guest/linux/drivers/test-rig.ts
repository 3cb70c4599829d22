// A rig for tests of drivers and devices together: memory, one page table, a DMA API that really maps, a bus that really translates.
// Simpler than the machine on purpose, and independent of it: what both agree on is the port.

import type { DeviceModel, DmaBus, DmaFault, DmaOutcome, GuestMemoryPort } from '../../../abi/ports.ts';
import { createRng } from '../../../base/rng.ts';
import { createClock } from '../../../time/clock.ts';
import { createScheduler, type Scheduler } from '../../../time/scheduler.ts';
import type {
  BoundDriver,
  DmaApi,
  DmaDirection,
  Driver,
  DriverContext,
  IoFigures,
  IoRequestPlan,
} from '../types.ts';

const BLOCK = 65536;
const WINDOW_HI = 0x0800_0000;
const READ = 1;
const WRITE = 2;

export interface RigOptions {
  /** Kernel page. */
  readonly pageBytes: number;
  /** I/O page. */
  readonly ioPageBytes: number;
  /** mapSg joins neighbours, as vmerge does. */
  readonly merge: boolean;
  /** The kernel's block drivers map each segment by itself. */
  readonly mapsEachSegment?: boolean;
}

/** What a test does to one entry when it is written: the bug that is to be noticed. */
export type Sabotage = 'wrong-page' | 'not-mapped' | 'read-only';

export interface Rig {
  readonly scheduler: Scheduler;
  readonly memory: GuestMemoryPort;
  readonly bus: DmaBus;
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

function createMemory(ramBytes: number): GuestMemoryPort {
  const blocks = new Map<number, { bytes: Uint8Array; words: Int32Array }>();
  const block = (address: number): { bytes: Uint8Array; words: Int32Array } => {
    const index = Math.floor(address / BLOCK);
    const found = blocks.get(index);
    if (found !== undefined) return found;
    const bytes = new Uint8Array(BLOCK);
    const made = { bytes, words: new Int32Array(bytes.buffer) };
    blocks.set(index, made);
    return made;
  };
  return {
    ramBytes,
    bytes: (address, length) => block(address).bytes.subarray(address % BLOCK, (address % BLOCK) + length),
    words: (address) => block(address).words,
  };
}

/** Next fit over 2^16 entries or 4 GiB, whichever is less; a free entry is 0. */
class PageTable {
  private readonly target: Float64Array;
  private readonly access: Uint8Array;
  private next = 0;
  private strikeIn = -1;
  private how: Sabotage = 'not-mapped';
  live = 0;
  readonly pageBytes: number;

  constructor(pageBytes: number) {
    this.pageBytes = pageBytes;
    const entries = Math.min(1 << 16, 2 ** 32 / pageBytes);
    this.target = new Float64Array(entries);
    this.access = new Uint8Array(entries);
  }

  strike(entriesFromNow: number, how: Sabotage): void {
    this.strikeIn = entriesFromNow;
    this.how = how;
  }

  /** First entry of `count` free ones in a row. */
  find(count: number): number {
    for (let tries = 0; tries < this.access.length; tries++) {
      const start = this.next + count > this.access.length ? 0 : this.next;
      let free = 0;
      while (free < count && this.access[start + free] === 0) free++;
      this.next = start + free + (free < count ? 1 : 0);
      if (free === count) return start;
    }
    return -1;
  }

  set(entry: number, target: number, access: number): void {
    const struck = this.strikeIn >= 0 && this.strikeIn-- === 0;
    this.target[entry] = struck && this.how === 'wrong-page' ? target + 8 * this.pageBytes : target;
    this.access[entry] =
      !struck || this.how === 'wrong-page' ? access | 4 : this.how === 'read-only' ? READ | 4 : 4;
    this.live++;
  }

  clear(entry: number, count: number): void {
    this.access.fill(0, entry, entry + count);
    this.live -= count;
  }

  /** Guest real address, or why not. */
  translate(hi: number, lo: number, access: number): number | DmaFault {
    const entry = Math.floor((lo >>> 0) / this.pageBytes);
    const has = hi === WINDOW_HI ? (this.access[entry] ?? 0) : -1;
    if (has < 0) return 'no-window';
    if ((has & 3) === 0) return 'no-tce';
    if ((has & access) === 0) return 'permission';
    return (this.target[entry] ?? 0) + ((lo >>> 0) % this.pageBytes);
  }
}

function createBus(memory: GuestMemoryPort, table: PageTable): DmaBus {
  const each = (
    hi: number,
    lo: number,
    length: number,
    access: number,
    piece: (address: number, at: number, n: number) => void,
  ): DmaOutcome => {
    let bytesDone = 0;
    let fault: DmaFault | undefined;
    for (let at = 0; at < length;) {
      const low = ((lo >>> 0) + at) >>> 0;
      const n = Math.min(length - at, table.pageBytes - (low % table.pageBytes));
      const address = table.translate(hi, low, access);
      if (typeof address === 'string') fault ??= address;
      else {
        piece(address, at, n);
        bytesDone += n;
      }
      at += n;
    }
    return fault === undefined ? { bytesDone } : { bytesDone, fault };
  };
  return {
    read: (hi, lo, into) =>
      each(hi, lo, into.length, READ, (address, at, n) => into.set(memory.bytes(address, n), at)),
    write: (hi, lo, from) =>
      each(hi, lo, from.length, WRITE, (address, at, n) =>
        memory.bytes(address, n).set(n === from.length ? from : from.subarray(at, at + n)),
      ),
  };
}

class RigDma implements DmaApi {
  handleHi = WINDOW_HI;
  handleLo = 0;
  fails = false;
  private readonly table: PageTable;
  private readonly merge: boolean;
  private readonly pages: (bytes: number) => number;

  constructor(table: PageTable, merge: boolean, pages: (bytes: number) => number) {
    this.table = table;
    this.merge = merge;
    this.pages = pages;
  }

  *setMasks(): Generator<number, number, void> {
    yield 1000;
    return 0;
  }

  mapPage(_dev: unknown, address: number, bytes: number, direction: DmaDirection): boolean {
    if (this.fails) return false;
    const page = this.table.pageBytes;
    const offset = address % page;
    const count = Math.ceil((offset + bytes) / page);
    const entry = this.table.find(count);
    if (entry < 0) return false;
    const access = direction === 'to-device' ? READ : READ | WRITE;
    for (let i = 0; i < count; i++) this.table.set(entry + i, address - offset + i * page, access);
    this.handleLo = (entry * page + offset) | 0;
    return true;
  }

  unmapPage(_dev: unknown, _hi: number, lo: number, bytes: number): void {
    const page = this.table.pageBytes;
    const count = Math.ceil((((lo >>> 0) % page) + bytes) / page);
    this.table.clear(Math.floor((lo >>> 0) / page), count);
  }

  mapSg(dev: unknown, sg: Parameters<DmaApi['mapSg']>[1], direction: DmaDirection): number {
    let segments = 0;
    for (let i = 0; i < sg.addresses.length; i++) {
      const bytes = sg.lengths[i] ?? 0;
      if (!this.mapPage(dev, sg.addresses[i] ?? 0, bytes, direction)) {
        sg.dmaBytes.length = segments;
        this.unmapSg(dev, sg);
        return -5;
      }
      const last = segments - 1;
      const end = ((sg.dmaLo[last] ?? 0) >>> 0) + (sg.dmaBytes[last] ?? 0);
      if (this.merge && last >= 0 && end === this.handleLo >>> 0) {
        sg.dmaBytes[last] = (sg.dmaBytes[last] ?? 0) + bytes;
        continue;
      }
      sg.dmaHi[segments] = this.handleHi;
      sg.dmaLo[segments] = this.handleLo;
      sg.dmaBytes[segments++] = bytes;
    }
    sg.dmaBytes.length = segments;
    return segments;
  }

  unmapSg(dev: unknown, sg: Parameters<DmaApi['mapSg']>[1]): void {
    sg.dmaBytes.forEach((bytes, i) => this.unmapPage(dev, WINDOW_HI, sg.dmaLo[i] ?? 0, bytes));
  }

  allocCoherent(dev: unknown, bytes: number): number | undefined {
    const address = this.pages(bytes);
    return this.mapPage(dev, address, bytes, 'bidirectional') ? address : undefined;
  }

  freeCoherent(dev: unknown, _address: number, bytes: number, hi: number, lo: number): void {
    this.unmapPage(dev, hi, lo, bytes);
  }
}

export function createRig(options: RigOptions): Rig {
  const scheduler = createScheduler(createClock());
  const memory = createMemory(2 ** 32);
  const table = new PageTable(options.ioPageBytes);
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
    trace: {
      emit: () => 0,
      open: () => 0,
      close: () => undefined,
      amend: () => undefined,
      get: () => 0,
      put: () => 0,
      stuff: () => 0,
      indirect: () => 0,
    },
    log: (level, text) => void log.push(`${level}: ${text}`),
    random: () => rng.next(),
  };
  const rig: Rig = {
    scheduler,
    memory,
    bus: createBus(memory, table),
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
