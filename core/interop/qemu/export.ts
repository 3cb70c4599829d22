// A trace as QEMU's own log of it would read (`-trace 'spapr_iommu*'`): TCE hcalls and DDW calls; nothing else has a trace point.
// QEMU prints of a list only the number and value of its last entry, and of a stuff where it ended.

import { u64 } from '../../base/u64.ts';
import type { U64 } from '../../base/u64.ts';
import { joinU64 } from '../../base/u64.ts';
import type { RtasEvent, TceHcallEvent, TraceEvent, WindowDescription } from '../../trace/events.ts';
import { H_GET_TCE, H_PUT_TCE, H_STUFF_TCE, H_SUCCESS } from '../../abi/papr/hcall.ts';
import { callsOfExchange } from '../../trace/exchange-calls.ts';
import type { TraceReader } from '../../trace/reader.ts';
import type { Selection } from '../selection.ts';
import { selectedEvents } from '../selection.ts';
import type { QemuTrace } from './lines.ts';
import { qemuLine } from './lines.ts';

type Windows = Map<number, WindowDescription>;

/** Lines without line ends, each with the virtual time as its stamp. Events that QEMU has no trace point for are left out. */
export function* qemuLines(log: TraceReader, selection: Selection = {}): Generator<string, void, void> {
  const windows: Windows = new Map();
  let learned = 0;
  for (const event of selectedEvents(log, selection)) {
    for (; learned < event.seq; learned++) learn(windows, log, learned);
    for (const trace of tracesOf(event, windows)) yield `${stamp(event.timeNs)}:${qemuLine(trace)}`;
  }
}

/** Windows stay known when they go: the remove's own line comes after. */
function learn(windows: Windows, log: TraceReader, seq: number): void {
  const event = log.recordAt(seq);
  if (event?.kind === 'window-created' || event?.kind === 'window-restored')
    windows.set(event.window.liobn >>> 0, event.window);
}

function stamp(timeNs: number): string {
  const us = Math.floor(timeNs / 1000);
  return `1@${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
}

function* tracesOf(event: TraceEvent, windows: Windows): Generator<QemuTrace, void, void> {
  if (event.kind === 'tce-exchange') {
    const window = windows.get(event.liobn >>> 0);
    for (const call of callsOfExchange(event, window?.pageShift ?? 12)) yield traceOfCall(call, window);
    return;
  }
  if (event.kind === 'tce-hcall') return yield traceOfCall(event, windows.get(event.liobn >>> 0));
  if (event.kind !== 'rtas') return;
  const trace = traceOfRtas(event);
  if (trace !== undefined) yield trace;
}

function traceOfCall(event: TceHcallEvent, window: WindowDescription | undefined): QemuTrace {
  const { opcode, liobn, ioba, ret } = event;
  const page = 1n << BigInt(window?.pageShift ?? 12);
  const masked = u64(ioba - (ioba % page));
  const tce = event.tce ?? u64(0n);
  if (opcode === H_PUT_TCE) return { point: 'put', liobn, ioba: masked, tce, ret };
  if (opcode === H_GET_TCE) return { point: 'get', liobn, ioba: masked, tce, ret };
  if (opcode === H_STUFF_TCE) {
    const npages = event.count ?? 0;
    const end = ret === H_SUCCESS ? u64(masked + BigInt(npages) * page) : masked;
    return { point: 'stuff', liobn, ioba: end, tce, npages, ret };
  }
  const before = (masked - (window?.start ?? 0n)) / page - 1n;
  const stored = ret === H_SUCCESS ? BigInt(event.count ?? 0) : 0n;
  const tceN = lastOf(event, page);
  return {
    point: 'indirect',
    liobn,
    ioba: masked,
    list: event.list ?? u64(0n),
    iobaN: u64(before + stored),
    tceN,
    ret,
  };
}

function lastOf(event: TceHcallEvent, page: bigint): U64 {
  const run = event.runs?.at(-1);
  return run === undefined ? u64(0n) : u64(run.first + BigInt(run.count - 1) * page);
}

const FAILED = u64(0xbaadf00dn);

function traceOfRtas({ name, args, rets }: RtasEvent): QemuTrace | undefined {
  const [addr = 0, hi = 0, lo = 0, pageShift = 0, windowShift = 0] = args;
  const [status = 0, first = 0, second = 0, third = 0] = rets;
  const buid = joinU64(hi, lo);
  switch (name) {
    case 'ibm,query-pe-dma-window': {
      if (status !== 0) return undefined;
      // Six outputs carry the largest window in two cells, and the mask behind it; QEMU's line is the same for both forms.
      const mask = rets.length >= 6 ? (rets[4] ?? 0) : third;
      return { point: 'query', buid, addr: addr >>> 0, windows: first, largest: 0x8000_0000, mask };
    }
    case 'ibm,create-pe-dma-window': {
      const sizes = { pageBytes: power(pageShift), windowBytes: power(windowShift) };
      const made = status === 0;
      const start = made ? joinU64(second, third) : FAILED;
      return { point: 'create', buid, addr: addr >>> 0, ...sizes, start, liobn: made ? first >>> 0 : 0 };
    }
    case 'ibm,remove-pe-dma-window':
      return status === 0 ? { point: 'remove', liobn: addr >>> 0 } : undefined;
    case 'ibm,reset-pe-dma-window':
      return status === 0 ? { point: 'reset', buid, addr: addr >>> 0 } : undefined;
    default:
      return undefined;
  }
}

const power = (shift: number): U64 => u64(1n << BigInt(Math.min(63, Math.max(0, shift))));
