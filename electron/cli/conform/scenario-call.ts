// One call between guest and firmware, in the form that recordings and our machine share: hcalls on TCEs, and RTAS calls.

import { hex } from './scenario-text.ts';

export type TceOp = 'H_GET_TCE' | 'H_PUT_TCE' | 'H_STUFF_TCE' | 'H_PUT_TCE_INDIRECT';

/** Consecutive I/O pages: `count` TCEs, each one page of the window above the one before. */
export interface TceRun {
  readonly first: bigint;
  readonly count: number;
}

export interface TceCall {
  readonly kind: 'tce';
  readonly op: TceOp;
  readonly liobn: number;
  /** Absent where the trace could not tell (stock firmware, H_STUFF_TCE of no pages). */
  readonly ioba: bigint | undefined;
  /** PUT and STUFF: the value written; GET: the value read; INDIRECT: the first of the list. */
  readonly tce: bigint;
  /** Entries: 1 for PUT and GET. */
  readonly count: number;
  /** INDIRECT: the whole list, where known. */
  readonly runs: readonly TceRun[] | undefined;
  readonly ret: number;
  /** GET of an entry that a driver or a VFIO user mapped, PUT of the latter: the real address is the page allocator's, only the permissions count. */
  readonly addressFree?: boolean;
  /** Position in its trace. */
  readonly seq: number;
}

export interface RtasCall {
  readonly kind: 'rtas';
  /** As traces spell it: ibm,query-pe-dma-window. */
  readonly name: string;
  /** Inputs and outputs by the trace's names, as text. */
  readonly fields: ReadonlyMap<string, string>;
  readonly buid: bigint | undefined;
  readonly liobn: number | undefined;
  readonly ret: number;
  readonly seq: number;
}

export type Call = TceCall | RtasCall;

/** Entry number of the call's first TCE in a window of `pageShift`, counted from bus address 0. */
export function firstEntry(call: TceCall, pageShift: number): bigint {
  return (call.ioba ?? 0n) >> BigInt(pageShift);
}

/** True for a call that takes mappings away. */
export function clears(call: TceCall): boolean {
  return call.tce === 0n && (call.op === 'H_STUFF_TCE' || call.op === 'H_PUT_TCE');
}

export function isMap(call: TceCall): boolean {
  return call.op === 'H_PUT_TCE_INDIRECT' || (call.op === 'H_PUT_TCE' && call.tce !== 0n);
}

export function callText(call: Call): string {
  if (call.kind === 'rtas')
    return `${call.name} ${[...call.fields].map(([k, v]) => `${k}=${v}`).join(' ')} ret=${call.ret}`;
  const list = call.runs?.map((r) => `${hex(r.first)} x${r.count}`).join(', ');
  const value = call.op === 'H_PUT_TCE_INDIRECT' ? `tces=[${list ?? '?'}]` : `tce=${hex(call.tce)}`;
  const count = call.op === 'H_STUFF_TCE' || call.op === 'H_PUT_TCE_INDIRECT' ? ` npages=${call.count}` : '';
  const ioba = call.ioba === undefined ? '?' : hex(call.ioba);
  return `${call.op} liobn=${hex(call.liobn >>> 0)} ioba=${ioba} ${value}${count} ret=${call.ret}`;
}

/** Equal argument for argument and result for result, in all that the recording tells. */
export function sameCall(recorded: Call, ours: Call): boolean {
  if (recorded.kind === 'rtas')
    return (
      ours.kind === 'rtas' &&
      ours.name === recorded.name &&
      ours.ret === recorded.ret &&
      [...recorded.fields].every(([k, v]) => ours.fields.get(k) === v)
    );
  return ours.kind === 'tce' && sameTceCall(recorded, ours);
}

function sameTceCall(recorded: TceCall, ours: TceCall): boolean {
  return (
    ours.op === recorded.op &&
    ours.liobn === recorded.liobn &&
    (recorded.ioba === undefined || ours.ioba === recorded.ioba) &&
    ours.count === recorded.count &&
    ours.ret === recorded.ret &&
    sameValue(recorded, ours)
  );
}

function sameValue(recorded: TceCall, ours: TceCall): boolean {
  if (recorded.op === 'H_PUT_TCE_INDIRECT') return sameRuns(recorded.runs, ours.runs);
  if (recorded.addressFree === true) return ours.tce > 3n && (ours.tce & 3n) === (recorded.tce & 3n);
  return ours.tce === recorded.tce;
}

function sameRuns(recorded: readonly TceRun[] | undefined, ours: readonly TceRun[] | undefined): boolean {
  if (recorded === undefined) return true;
  if (ours === undefined || ours.length !== recorded.length) return false;
  return recorded.every((r, i) => r.first === ours[i]?.first && r.count === ours[i]?.count);
}
