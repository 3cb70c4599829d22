// The number of each kind of event in a row's tag. The four TCE hcalls have one each, so a filter on the call reads one word.
// Numbers live in memory only, never in files: the order may change.

import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE } from '../abi/papr/hcall.ts';
import type { TraceEventKind } from './events.ts';

export const CODE_GET = 0;
export const CODE_PUT = 1;
export const CODE_STUFF = 2;
export const CODE_INDIRECT = 3;
/** Codes up to this one are TCE hcalls. */
export const LAST_TCE_CODE = CODE_INDIRECT;

const TCE_OPCODES: readonly number[] = [H_GET_TCE, H_PUT_TCE, H_STUFF_TCE, H_PUT_TCE_INDIRECT];

/** Every kind of event, in the order in which schema, help and completion list them. */
export const TRACE_KINDS: readonly TraceEventKind[] = [
  'tce-hcall',
  'tce-exchange',
  'hcall',
  'rtas',
  'window-created',
  'window-removed',
  'window-restored',
  'dma',
  'dma-fault',
  'pe-frozen',
  'pe-state',
  'printk',
  'guest-call',
  'ddw-plan',
  'driver-bound',
  'driver-failed',
  'driver-unbound',
  'dt-changed',
  'function-added',
  'function-removed',
  'machine-state',
  'command',
  'io-figures',
  'ioctl',
  'mark',
];

const KIND_OF_CODE: readonly TraceEventKind[] = ['tce-hcall', 'tce-hcall', 'tce-hcall', ...TRACE_KINDS];

/** Number of codes. */
export const CODE_COUNT = KIND_OF_CODE.length;

/** The code of a kind other than `tce-hcall` (that one has four: see {@link codeOfOpcode}). */
const CODE_OF_KIND: ReadonlyMap<TraceEventKind, number> = new Map(
  KIND_OF_CODE.map((kind, code) => [kind, code]),
);

export function kindOfCode(code: number): TraceEventKind {
  return KIND_OF_CODE[code] ?? 'mark';
}

export function codeOfKind(kind: TraceEventKind): number {
  return CODE_OF_KIND.get(kind) ?? -1;
}

/** The code of a TCE hcall; -1 for any other opcode. */
export function codeOfOpcode(opcode: number): number {
  return TCE_OPCODES.indexOf(opcode);
}

/** The opcode of a TCE hcall's code; -1 for the code of another kind. */
export function opcodeOfCode(code: number): number {
  return TCE_OPCODES[code] ?? -1;
}

/** Every code of a kind: four for `tce-hcall`, else one. */
export function codesOfKind(kind: TraceEventKind): readonly number[] {
  return KIND_OF_CODE.flatMap((k, code) => (k === kind ? [code] : []));
}
