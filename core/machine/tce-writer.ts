// Which call wrote a TCE last: a walk back through the trace, until the window's beginning.
// Partly done calls (QEMU stores what fits before it refuses) count as having stored nothing, as in the projections.

import { hi32, lo32 } from '../base/u64.ts';
import type { WindowDescription } from '../trace/events.ts';
import { CODE_GET, LAST_TCE_CODE, codeOfKind } from '../trace/kinds.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { TceWriterAnswer } from './inspect-queries.ts';

/** Events that one search may pass: some 50 ms. */
const MOST_EVENTS = 600_000;

const CREATED = codeOfKind('window-created');
const RESTORED = codeOfKind('window-restored');
const STATE = codeOfKind('machine-state');
const EXCHANGE = codeOfKind('tce-exchange');

export function tceWriter(log: TraceReader, window: WindowDescription, index: number): TceWriterAnswer {
  const liobn = window.liobn | 0;
  const covers = coversIndex(log, window, index);
  const end = Math.max(0, log.length - MOST_EVENTS);
  for (let seq = log.length - 1; seq >= end; seq--) {
    const code = log.codeAt(seq);
    if (code <= LAST_TCE_CODE) {
      if (code !== CODE_GET && log.liobnAt(seq) === liobn && log.retAt(seq) === 0 && covers(seq))
        return { seq, since: null };
    } else if (code === EXCHANGE) {
      if (exchanged(log, seq, window, index)) return { seq, since: null };
    } else if ((code === CREATED || code === RESTORED || code === STATE) && begins(log, seq, liobn))
      return { seq: null, since: seq };
  }
  return { seq: null, since: end === 0 ? 0 : null };
}

/** A range of a VFIO user covers the entry. */
function exchanged(log: TraceReader, seq: number, window: WindowDescription, index: number): boolean {
  const event = log.recordAt(seq);
  if (event?.kind !== 'tce-exchange' || (event.liobn | 0) !== (window.liobn | 0)) return false;
  const first = Number((event.ioba - window.start) >> BigInt(window.pageShift));
  return first <= index && index < first + event.count;
}

/** The window's table was empty from this event on. */
function begins(log: TraceReader, seq: number, liobn: number): boolean {
  const event = log.recordAt(seq);
  if (event?.kind === 'machine-state') return event.state === 'off';
  if (event?.kind !== 'window-created' && event?.kind !== 'window-restored') return false;
  return (event.window.liobn | 0) === liobn;
}

function coversIndex(
  log: TraceReader,
  { start, pageShift }: WindowDescription,
  index: number,
): (seq: number) => boolean {
  const startHi = hi32(start) >>> 0;
  const startLo = lo32(start) >>> 0;
  const perHi = 2 ** (32 - pageShift);
  const perLo = 2 ** -pageShift;
  return (seq) => {
    const lo = (log.iobaLoAt(seq) >>> 0) - startLo;
    const hi = (log.iobaHiAt(seq) >>> 0) - startHi - (lo < 0 ? 1 : 0);
    // The halves apart: together they may be more than a double holds.
    const first = Math.floor(hi * perHi) + Math.floor((lo >>> 0) * perLo);
    return first <= index && index < first + log.countAt(seq);
  };
}
