// Puts a recording's map and unmap requests to the guest's DMA API, and gathers the calls it makes for each.

import type { DmaApi, LinuxDevice, LinuxGuest, ScatterList } from '../../../core/index.ts';
import type { Call, TceCall } from './scenario-call.ts';
import type { PortRecorder } from './scenario-recorder.ts';
import type { MapElement, MapRequest, UnmapRequest, WorkRequest } from './scenario-requests.ts';

/** A request with the calls that answered it: the recording's, and ours. */
export interface WorkPair {
  readonly request: WorkRequest;
  readonly bus: string;
  readonly recorded: readonly TceCall[];
  readonly ours: readonly Call[];
}

/** Where a map request lies on the bus, element by element, as the guest placed it. */
interface Placed {
  readonly dev: LinuxDevice;
  readonly request: MapRequest;
  readonly handles: readonly bigint[];
  /** dma_alloc_coherent: its real address. */
  readonly coherent: number | undefined;
}

const rw = 'bidirectional';

export class WorkFeeder {
  private readonly guest: LinuxGuest;
  private readonly recorder: PortRecorder;
  private readonly cpus: number;
  private readonly pageBytes: number;
  private readonly placed = new Map<string, Placed>();

  constructor(guest: LinuxGuest, recorder: PortRecorder, cpus: number, pageBytes: number) {
    this.guest = guest;
    this.recorder = recorder;
    this.cpus = cpus;
    this.pageBytes = pageBytes;
  }

  private get dma(): DmaApi {
    return this.guest.dma;
  }

  /** Undefined: the driver that made the request is not there yet. `waiting`: functions whose driver a later step brings. */
  perform(bus: string, request: WorkRequest, waiting: ReadonlySet<string>): WorkPair | undefined {
    if (request.kind === 'unmap') this.unmap(bus, request);
    else {
      const dev = deviceFor(this.guest, bus, request, waiting);
      if (dev === 'wait') return undefined;
      if (dev !== undefined) this.map(bus, request, dev);
    }
    return { request, bus, recorded: request.calls, ours: this.recorder.take() };
  }

  private map(bus: string, request: MapRequest, dev: LinuxDevice): void {
    const { handles, coherent } = this.mapOn(dev, request);
    if (handles.length > 0) this.placed.set(`${bus} ${request.id}`, { dev, request, handles, coherent });
  }

  private mapOn(dev: LinuxDevice, request: MapRequest): Pick<Placed, 'handles' | 'coherent'> {
    const pageBytes = 2 ** request.pageShift;
    const [only] = request.elements;
    const cpu = this.cpuFor(request);
    if (only === undefined) return { handles: [], coherent: undefined };
    if (request.coherent) {
      const address = this.dma.allocCoherent(dev, only.pages * pageBytes);
      return { handles: address === undefined ? [] : [this.handle()], coherent: address };
    }
    if (request.elements.length === 1) {
      const [address, bytes] = this.buffer(only, pageBytes);
      const mapped = this.dma.mapPage(dev, address, bytes, directionOf(only.tce), cpu);
      return { handles: mapped ? [this.handle()] : [], coherent: undefined };
    }
    const sg: ScatterList = {
      addresses: request.elements.map((e) => addressOf(e.tce)),
      lengths: request.elements.map((e) => e.pages * pageBytes),
      dmaHi: [],
      dmaLo: [],
      dmaBytes: [],
    };
    const segments = this.dma.mapSg(dev, sg, directionOf(only.tce), cpu);
    return { handles: segments <= 0 ? [] : elementHandles(sg), coherent: undefined };
  }

  /** With several CPUs the recording says which pool a request came from; any CPU of that pool will do. */
  private cpuFor(request: MapRequest): number {
    if (this.cpus === 1 || request.pool === undefined) return 0;
    for (let cpu = 0; cpu < 64; cpu++) if (Math.imul(cpu, 0x61c88647) >>> 30 === request.pool) return cpu;
    return 0;
  }

  /**
   * The allocator aligns what begins at a kernel page and holds one at least. A buffer of other than whole kernel pages began
   * inside one: it is given an odd first byte.
   */
  private buffer(element: MapElement, pageBytes: number): readonly [address: number, bytes: number] {
    const address = addressOf(element.tce);
    const bytes = element.pages * pageBytes;
    const inside = bytes > this.pageBytes && bytes % this.pageBytes !== 0;
    return inside ? [address + 1, bytes - 1] : [address, bytes];
  }

  private handle(): bigint {
    return (BigInt(this.dma.handleHi >>> 0) << 32n) | BigInt(this.dma.handleLo >>> 0);
  }

  private unmap(bus: string, unmap: UnmapRequest): void {
    const placed = this.placed.get(`${bus} ${unmap.map}`);
    if (placed === undefined) return;
    const { dev, request, handles, coherent } = placed;
    const pageBytes = 2 ** request.pageShift;
    if (coherent !== undefined && unmap.firstPage === 0 && unmap.pages === request.elements[0]?.pages) {
      const [hi, lo] = halves(handles[0] ?? 0n);
      this.dma.freeCoherent(dev, coherent, unmap.pages * pageBytes, hi, lo);
      return;
    }
    for (const { handle, pages } of pieces(placed, unmap)) {
      const [hi, lo] = halves(handle);
      this.dma.unmapPage(dev, hi, lo, pages * pageBytes, rw);
    }
  }
}

function addressOf(tce: bigint): number {
  return Number(tce & ~0xfffn);
}

/** Permission 1: the device only reads memory. All else is mapped for both. */
function directionOf(tce: bigint): 'to-device' | 'bidirectional' {
  return (tce & 3n) === 1n ? 'to-device' : rw;
}

function halves(handle: bigint): readonly [number, number] {
  return [Number(BigInt.asIntN(32, handle >> 32n)), Number(BigInt.asIntN(32, handle))];
}

/** Segments may hold several elements: a handle for each element. */
function elementHandles(sg: ScatterList): readonly bigint[] {
  const handles: bigint[] = [];
  let segment = 0;
  let into = 0;
  for (const length of sg.lengths) {
    if (into >= (sg.dmaBytes[segment] ?? 0)) {
      segment++;
      into = 0;
    }
    const start = (BigInt((sg.dmaHi[segment] ?? 0) >>> 0) << 32n) | BigInt((sg.dmaLo[segment] ?? 0) >>> 0);
    handles.push(start + BigInt(into));
    into += length;
  }
  return handles;
}

/** The ranges that an unmap covers: one where the elements follow each other on the bus, else one per element. */
function pieces(placed: Placed, unmap: UnmapRequest): readonly { handle: bigint; pages: number }[] {
  const { request, handles } = placed;
  const shift = BigInt(request.pageShift);
  const result: { handle: bigint; pages: number }[] = [];
  let at = 0;
  request.elements.forEach(({ pages }, i) => {
    const from = Math.max(at, unmap.firstPage);
    const to = Math.min(at + pages, unmap.firstPage + unmap.pages);
    if (from < to) {
      const handle = (handles[i] ?? 0n) + (BigInt(from - at) << shift);
      const last = result.at(-1);
      if (last !== undefined && handle === last.handle + (BigInt(last.pages) << shift))
        last.pages += to - from;
      else result.push({ handle, pages: to - from });
    }
    at += pages;
  });
  return result;
}

/**
 * The device a request came from: on a bus with several, the one that is bound and works in the request's kind of window.
 * `wait`: its driver comes with a later step. `any`: no later step will bring one.
 */
export function deviceFor(
  guest: LinuxGuest,
  bus: string,
  request: MapRequest,
  waiting: ReadonlySet<string>,
): LinuxDevice | 'wait' | undefined {
  const vio = /^VIO 0x([0-9a-f]+)$/.exec(bus)?.[1];
  if (vio !== undefined) return guest.device(vio);
  const domain = Number(/^PHB (\d+)$/.exec(bus)?.[1] ?? -1)
    .toString(16)
    .padStart(4, '0');
  const onBus = guest.devices().filter((d) => d.fn.startsWith(`${domain}:`));
  const bound = onBus.filter((d) => d.driver !== null);
  const isDefault = (request.liobn & 0xff) === 0;
  const fitting = bound.find((d) => (d.mode === 'default' || d.mode === 'none') === isDefault);
  if (fitting !== undefined) return fitting;
  return onBus.some((d) => waiting.has(d.fn)) ? 'wait' : bound[0];
}
