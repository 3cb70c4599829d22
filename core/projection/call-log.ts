// The calls that the guest made into its platform, one row each, with what came of them: windows made, functions frozen, tree changed.

import { isCall } from '../trace/classes.ts';
import { callName, formatLine, resultOf, whoOf } from '../trace/format.ts';
import { argumentsOf } from '../trace/arguments.ts';
import { CODE_COUNT, kindOfCode } from '../trace/kinds.ts';
import type { NameLookup } from '../trace/names.ts';
import { NO_NAMES } from '../trace/names.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { EventClass } from '../trace/schema.ts';
import { classOf } from '../trace/classes.ts';
import type { Fold } from './fold.ts';
import { SeqList } from './seq-list.ts';

export interface CallLog {
  /** Numbers of all calls, in order. */
  readonly calls: SeqList;
  /** Numbers of the events that have call `seq` as their cause and are no calls themselves. */
  effectsOf(seq: number): readonly number[];
}

export interface CallRow {
  readonly seq: number;
  readonly timeNs: number;
  readonly class: EventClass;
  readonly who: string;
  readonly call: string;
  readonly args: string;
  readonly result: string;
  /** Lines of the effects. */
  readonly effects: readonly string[];
}

const IS_CALL: readonly boolean[] = Array.from({ length: CODE_COUNT }, (_, code) => isCall(kindOfCode(code)));
const NONE: readonly number[] = [];

export class CallLogFold implements Fold<CallLog> {
  private readonly calls = new SeqList();
  private readonly effects = new Map<number, number[]>();
  readonly value: CallLog = { calls: this.calls, effectsOf: (seq) => this.effects.get(seq) ?? NONE };

  feed(log: TraceReader, from: number, to: number): void {
    for (let seq = from; seq < to; seq++) {
      if (IS_CALL[log.codeAt(seq)] === true) this.calls.push(seq);
      else this.effect(log, seq);
    }
  }

  private effect(log: TraceReader, seq: number): void {
    const cause = log.causeAt(seq);
    if (cause < 0 || IS_CALL[log.codeAt(cause)] !== true) return;
    const known = this.effects.get(cause);
    if (known === undefined) this.effects.set(cause, [seq]);
    else known.push(seq);
  }
}

/** Call `seq` as a row with all it shows. */
export function callRow(
  log: TraceReader,
  calls: CallLog,
  seq: number,
  names: NameLookup = NO_NAMES,
): CallRow {
  const event = log.event(seq);
  return {
    seq,
    timeNs: event.timeNs,
    class: classOf(event),
    who: whoOf(event, names),
    call: callName(event),
    args: argumentsOf(event)
      .map(([name, value]) => (name === '' ? value : `${name}=${value}`))
      .join(' '),
    result: resultOf(event),
    effects: calls.effectsOf(seq).map((effect) => formatLine(log.event(effect), names)),
  };
}
