// trace.jsonl: the firmware side of a recording, line by line, typed and checked.

import type { Call, TceOp, TceRun } from './scenario-call.ts';
import { Fields, parseJson, RecordingError } from './scenario-fields.ts';

/** Something that is not a call: a mark of the guest script, Linux' CAS, a table made. */
export interface TraceNote {
  readonly kind: 'event';
  readonly event: string;
  /** mark: its name. */
  readonly name: string;
  /** table-new: of which LIOBN. */
  readonly liobn: number | undefined;
  readonly seq: number;
}

export type TraceLine = Call | TraceNote;

const tceOps: readonly TceOp[] = ['H_GET_TCE', 'H_PUT_TCE', 'H_STUFF_TCE', 'H_PUT_TCE_INDIRECT'];

/** RTAS inputs and outputs that are compared; what a line does not have is not compared. */
const rtasFields: Readonly<Record<string, readonly string[]>> = {
  'ibm,query-pe-dma-window': ['cfgaddr', 'buid', 'nret', 'winnum', 'max_tces', 'pgmask'],
  'ibm,create-pe-dma-window': ['cfgaddr', 'buid', 'page_shift', 'window_shift', 'start', 'liobn'],
  'ibm,remove-pe-dma-window': ['liobn'],
  'ibm,reset-pe-dma-windows': ['cfgaddr', 'buid', 'nargs', 'limited'],
};

export function readTrace(text: string): readonly TraceLine[] {
  const lines: TraceLine[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line.trim() !== '') lines.push(readLine(line, `trace.jsonl line ${number}`));
  }
  return lines;
}

function readLine(line: string, where: string): TraceLine {
  const f = new Fields(parseJson(line, where), where);
  const seq = f.integer('seq');
  if (f.has('event')) {
    const liobn = f.has('liobn') ? Number(f.hex('liobn')) : undefined;
    return {
      kind: 'event',
      event: f.string('event'),
      name: f.has('name') ? f.string('name') : '',
      liobn,
      seq,
    };
  }
  const name = f.string('call');
  const op = tceOps.find((o) => o === name);
  if (op !== undefined) return readTceCall(f, op, seq);
  if (rtasFields[name] === undefined)
    throw new RecordingError(`${where} has a call that is not known: ${name}.`);
  return readRtasCall(f, name, rtasFields[name], seq);
}

function readTceCall(f: Fields, op: TceOp, seq: number): Call {
  const runs = op === 'H_PUT_TCE_INDIRECT' ? readRuns(f) : undefined;
  const multi = op === 'H_STUFF_TCE' || op === 'H_PUT_TCE_INDIRECT';
  return {
    kind: 'tce',
    op,
    liobn: Number(f.hex('liobn')),
    ioba: f.has('ioba') ? f.hex('ioba') : undefined,
    tce: runs === undefined ? f.hex('tce') : (runs[0]?.first ?? 0n),
    count: multi ? f.integer('npages') : 1,
    runs,
    ret: f.integer('ret'),
    seq,
  };
}

/** The instrument's `runs`, or the stock trace's derived first entry: Linux writes consecutive pages there. */
function readRuns(f: Fields): readonly TceRun[] {
  if (!f.has('runs')) return [{ first: f.object('derived').hex('tce_first'), count: f.integer('npages') }];
  return f.array('runs').map((run, i) => {
    const where = `${f.where}.runs[${i}]`;
    const pair: readonly unknown[] = Array.isArray(run) ? run : [];
    const both = new Fields({ first: pair[0], count: pair[1] }, where);
    return { first: both.hex('first'), count: both.integer('count') };
  });
}

function readRtasCall(f: Fields, name: string, compared: readonly string[], seq: number): Call {
  const fields = new Map<string, string>();
  for (const key of compared) {
    const value = f.raw(key);
    if (value !== undefined) fields.set(key, String(value));
  }
  return {
    kind: 'rtas',
    name,
    fields,
    buid: f.has('buid') ? f.hex('buid') : undefined,
    liobn: f.has('liobn') ? Number(f.hex('liobn')) : undefined,
    ret: f.integer('ret'),
    seq,
  };
}
