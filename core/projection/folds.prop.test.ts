import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { anyAct, logOf } from '../trace/arbitrary-events.test.ts';
import type { TraceLog } from '../trace/log.ts';
import { compileFilter } from '../trace/filter/compile.ts';
import { CallLogFold } from './call-log.ts';
import { DeviceTreeDiffFold } from './device-tree-diff.ts';
import { FiguresFold } from './figures.ts';
import type { Fold } from './fold.ts';
import { catchUp } from './fold.ts';
import { FunctionsFold } from './functions.ts';
import { GuestLogFold } from './guest-log.ts';
import { IoSeriesFold } from './io-series.ts';
import { MatchesFold } from './matches.ts';
import { RunFactsFold } from './run-facts.ts';
import { SummaryFold } from './summary.ts';
import { WindowsFold } from './windows.ts';

const errors = compileFilter('is:error');
if (!errors.ok) throw new Error(errors.error.message);

const FOLDS: readonly (readonly [name: string, create: () => Fold<unknown>])[] = [
  ['windows', () => new WindowsFold()],
  ['the guest log', () => new GuestLogFold()],
  ['figures', () => new FiguresFold()],
  ['functions', () => new FunctionsFold()],
  ['the device tree', () => new DeviceTreeDiffFold()],
  ['the summary', () => new SummaryFold()],
  ['what PEs did over time', () => new IoSeriesFold()],
  ['the facts of a run', () => new RunFactsFold()],
];

/** Feeds a log up to each cut, then to its end. */
function inPieces(fold: Fold<unknown>, log: TraceLog, cuts: readonly number[]): unknown {
  let done = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const to = Math.min(cut, log.length);
    fold.feed(log, done, to);
    done = to;
  }
  catchUp(fold, log, done);
  return fold.value;
}

const anyLog = fc.array(anyAct, { maxLength: 40 }).map(logOf);
const anyCuts = fc.array(fc.nat(40), { maxLength: 6 });

describe('a fold in pieces equals the fold at once', () => {
  it.each(FOLDS)('for %s', (_, create) => {
    fc.assert(
      fc.property(anyLog, anyCuts, (log, cuts) => {
        expect(inPieces(create(), log, cuts)).toEqual(inPieces(create(), log, []));
      }),
    );
  });

  it('for the calls and their effects', () => {
    const content = (log: TraceLog, cuts: readonly number[]): unknown => {
      const fold = new CallLogFold();
      inPieces(fold, log, cuts);
      const calls = fold.value.calls.slice(0, log.length);
      return calls.map((seq) => [seq, fold.value.effectsOf(seq)]);
    };
    fc.assert(
      fc.property(anyLog, anyCuts, (log, cuts) => {
        expect(content(log, cuts)).toEqual(content(log, []));
      }),
    );
  });

  it('for what a filter lets through, which is what the filter says one by one', () => {
    fc.assert(
      fc.property(anyLog, anyCuts, (log, cuts) => {
        const fold = new MatchesFold(errors.value);
        inPieces(fold, log, cuts);
        const all = Array.from({ length: log.length }, (_, seq) => seq);
        expect(fold.value.slice(0, log.length)).toEqual(all.filter((seq) => errors.value.test(log, seq)));
      }),
    );
  });
});
