// Which class an event belongs to: what a call did and how it ended, not only which call it was.

import { TCE_PERM_MASK } from '../abi/papr/tce.ts';
import { RTAS_BUSY } from '../abi/papr/ddw.ts';
import type { NewEvent, TraceEventKind } from './events.ts';
import { CODE_GET, CODE_INDIRECT, CODE_PUT, CODE_STUFF, LAST_TCE_CODE, codeOfOpcode } from './kinds.ts';
import type { TraceReader } from './reader.ts';
import type { EventClass } from './schema.ts';
import { schemaOf } from './schema.ts';

/** The RTAS calls about windows have this in their names: ibm,query-, create-, remove- and reset-pe-dma-window. */
const WINDOW_CALL = 'pe-dma-window';

/** Negative statuses are refusals; busy and "in part" (positive) are not. */
export function isRefusal(ret: number): boolean {
  return ret < 0;
}

/** RTAS: negative but for busy (-2). An empty answer (a call still under way) is none. */
export function isRtasRefusal(status: number | undefined): boolean {
  return status !== undefined && status < 0 && status !== RTAS_BUSY;
}

function tceClass(code: number, tceLow: number, ret: number): EventClass {
  if (isRefusal(ret)) return 'error';
  if (code === CODE_GET) return 'get';
  if (code === CODE_STUFF) return 'stuff';
  if (code === CODE_INDIRECT) return 'map';
  return code === CODE_PUT && (tceLow & TCE_PERM_MASK) === 0 ? 'unmap' : 'map';
}

export function classOf(event: NewEvent): EventClass {
  switch (event.kind) {
    case 'tce-hcall':
      return tceClass(codeOfOpcode(event.opcode), Number((event.tce ?? 0n) & 3n), event.ret);
    case 'tce-exchange':
      return ((event.after[0]?.first ?? 0n) & 3n) === 0n ? 'unmap' : 'map';
    case 'ioctl':
      return event.ret < 0 ? 'error' : 'kernel';
    case 'hcall':
      return isRefusal(event.ret) ? 'error' : 'hcall';
    case 'rtas':
      if (isRtasRefusal(event.rets[0])) return 'error';
      return event.name.includes(WINDOW_CALL) ? 'window' : 'rtas';
    case 'printk':
      return event.level === 'err' ? 'error' : 'log';
    default:
      return schemaOf(event.kind).class;
  }
}

/** The same without decoding packed rows. */
export function classAt(log: TraceReader, seq: number): EventClass {
  const code = log.codeAt(seq);
  if (code <= LAST_TCE_CODE) return tceClass(code, log.tceLoAt(seq), log.retAt(seq));
  const record = log.recordAt(seq);
  return record === undefined ? schemaOf(log.kindAt(seq)).class : classOf(record);
}

/** Kinds that are calls of the guest into its platform. */
export function isCall(kind: TraceEventKind): boolean {
  return kind === 'tce-hcall' || kind === 'tce-exchange' || kind === 'hcall' || kind === 'rtas';
}
