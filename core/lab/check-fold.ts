// A check over the trace, as a fold: each event is looked at once. A check over the state asks when it is read.

import type { TraceReader } from '../trace/reader.ts';
import { countText } from '../trace/numbers.ts';
import type { Plain } from './condition.ts';
import type { CheckTest, LabCheck, Scope } from './lab.ts';
import type { Askable } from './query-path.ts';
import { valuesAt } from './query-path.ts';

/** How a check stands at a moment. */
export interface Reading {
  readonly holds: boolean;
  readonly expected: string;
  readonly got: string;
  /** Sequence numbers of the trace rows that show it; at most MAX_EVIDENCE. */
  readonly evidence: readonly number[];
}

export const MAX_EVIDENCE = 20;

/** The answer to a question of that name, as plain data; undefined: the machine cannot answer now. */
export type AskState = (ask: Askable) => unknown;

export interface CheckFold {
  /** Looks at event `seq` of the trace. */
  readonly look: (log: TraceReader, seq: number) => void;
  readonly read: (ask: AskState) => Reading;
}

export function foldOf({ test }: LabCheck): CheckFold {
  switch (test.kind) {
    case 'event':
      return countFold(test);
    case 'order':
      return orderFold(test);
    case 'never':
      return neverFold(test);
    case 'query':
      return queryFold(test);
    case 'predict':
      return predictFold(test);
    case 'guess':
      return guessFold(test);
  }
}

type TestOf<K extends CheckTest['kind']> = Extract<CheckTest, { readonly kind: K }>;

/** True while events are inside the scope. */
function scopeGate({ after, before }: Scope): (log: TraceReader, seq: number) => boolean {
  let open = after === undefined;
  let shut = false;
  return (log, seq) => {
    if (shut) return false;
    if (!open) {
      open = after?.test(log, seq) === true;
      return false;
    }
    shut = before?.test(log, seq) === true;
    return !shut;
  };
}

function kept(evidence: number[], seq: number): void {
  if (evidence.length < MAX_EVIDENCE) evidence.push(seq);
}

const events = (count: number): string => `${countText(count)} event${count === 1 ? '' : 's'}`;

function countFold({ event, count, ...scope }: TestOf<'event'>): CheckFold {
  const inside = scopeGate(scope);
  const evidence: number[] = [];
  let found = 0;
  return {
    look: (log, seq) => {
      if (!inside(log, seq) || !event.test(log, seq)) return;
      found++;
      kept(evidence, seq);
    },
    read: () => ({
      holds: count.holds(found),
      expected: `events with ${event.text}: ${count.text}`,
      got: events(found),
      evidence: [...evidence],
    }),
  };
}

function orderFold({ order, ...scope }: TestOf<'order'>): CheckFold {
  const inside = scopeGate(scope);
  const evidence: number[] = [];
  return {
    look: (log, seq) => {
      const next = order[evidence.length];
      if (next === undefined || !inside(log, seq)) return;
      if (next.test(log, seq)) evidence.push(seq);
    },
    read: () => {
      const next = order[evidence.length];
      return {
        holds: next === undefined,
        expected: `in this order: ${order.map(({ text }) => text).join('; then ')}`,
        got:
          next === undefined
            ? 'all of them, in this order'
            : `${evidence.length} of ${order.length}; then no event with ${next.text}`,
        evidence: [...evidence],
      };
    },
  };
}

function neverFold({ never, ...scope }: TestOf<'never'>): CheckFold {
  const inside = scopeGate(scope);
  const evidence: number[] = [];
  let found = 0;
  return {
    look: (log, seq) => {
      if (!inside(log, seq) || !never.test(log, seq)) return;
      found++;
      kept(evidence, seq);
    },
    read: () => ({
      holds: found === 0,
      expected: `no event with ${never.text}`,
      got: found === 0 ? 'none' : events(found),
      evidence: [...evidence],
    }),
  };
}

function queryFold({ path, is }: TestOf<'query'>): CheckFold {
  return {
    look: () => undefined,
    read: (ask) => {
      const values = valuesAt(path, ask(path.ask));
      const { holds, got } = judged(values, is);
      return { holds, expected: `${path.text} ${is.text}`, got, evidence: [] };
    },
  };
}

function judged(
  values: readonly Plain[],
  is: TestOf<'query'>['is'],
): { readonly holds: boolean; readonly got: string } {
  if (is.of === 'count') return { holds: is.holds(values.length), got: String(values.length) };
  if (is.of === 'sum') {
    const sum = values.reduce((total: number, value) => total + Number(value), 0);
    return { holds: is.holds(sum), got: String(sum) };
  }
  const holds = values.length > 0 && values.every((value) => is.holds(value));
  return { holds, got: values.length === 0 ? 'nothing is there' : shown(values) };
}

function shown(values: readonly Plain[]): string {
  const texts = [...new Set(values.map(String))];
  const rest = texts.length - 5;
  const text = texts.slice(0, 5).join(', ');
  return (rest > 0 ? `${text} and ${rest} more` : text).slice(0, 400);
}

/** A prediction is a mark in the trace, so that it is part of the session: "predict NAME NUMBER". */
const PREDICTION = /^predict ([a-z][a-z0-9-]*) (-?\d{1,15})$/;

function predictionAt(log: TraceReader, seq: number, name: string): number | undefined {
  if (log.kindAt(seq) !== 'mark') return undefined;
  const event = log.event(seq);
  const [, said, value] = (event.kind === 'mark' ? PREDICTION.exec(event.text) : null) ?? [];
  return said === name ? Number(value) : undefined;
}

const noPrediction = (name: string): string => `no prediction "${name}"; type: predict ${name} NUMBER`;

function predictFold({ predict, is, before }: TestOf<'predict'>): CheckFold {
  let last: { readonly seq: number; readonly value: number } | undefined;
  let shut = false;
  return {
    look: (log, seq) => {
      if (shut) return;
      shut = before?.test(log, seq) === true;
      const value = shut ? undefined : predictionAt(log, seq, predict);
      if (value !== undefined) last = { seq, value };
    },
    read: () => ({
      holds: last !== undefined && is.holds(last.value),
      expected: `prediction "${predict}" ${is.text}${before === undefined ? '' : `, before ${before.text}`}`,
      got: last === undefined ? noPrediction(predict) : countText(last.value),
      evidence: last === undefined ? [] : [last.seq],
    }),
  };
}

/** The last guess before the first event that it is about. */
function guessFold({ guess, counts, within, ...scope }: TestOf<'guess'>): CheckFold {
  const inside = scopeGate(scope);
  const evidence: number[] = [];
  let found = 0;
  let last: { readonly seq: number; readonly value: number } | undefined;
  return {
    look: (log, seq) => {
      if (found === 0) {
        const value = predictionAt(log, seq, guess);
        if (value !== undefined) last = { seq, value };
      }
      if (!inside(log, seq) || !counts.test(log, seq)) return;
      found++;
      kept(evidence, seq);
    },
    read: () => ({
      holds: last !== undefined && found > 0 && Math.abs(last.value - found) * 100 <= within * found,
      expected: `a prediction of the number of events with ${counts.text}${within === 0 ? '' : `, within ${within} %`}`,
      got:
        last === undefined
          ? noPrediction(guess)
          : `${countText(last.value)} predicted, ${countText(found)} seen`,
      evidence: last === undefined ? [...evidence] : [last.seq, ...evidence].slice(0, MAX_EVIDENCE),
    }),
  };
}
