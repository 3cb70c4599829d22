import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Fnv64 } from '../base/fnv64.ts';
import { hi32, joinU64, lo32 } from '../base/u64.ts';
import { anyAct, anyEvent, logOf } from './arbitrary-events.test.ts';
import type { NewEvent } from './events.ts';
import { encodeEnd, encodeEvent, encodeHeader } from './jsonl.ts';
import { logOfTrace, readTrace } from './jsonl-read.ts';
import { TraceLog } from './log.ts';
import { wordsOfRuns } from './run-words.ts';

describe('a trace log', () => {
  it('gives back every event as it was handed in, with its time and cause', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 2 ** 45 })), { maxLength: 30 }),
        (events) => {
          const clock = { nowNs: 0 };
          const log = new TraceLog(clock);
          for (const [event, time] of events) {
            clock.nowNs = time;
            log.emit(event);
          }
          const expected = events.map(([event, timeNs], seq) => ({ seq, timeNs, cause: -1, ...event }));
          expect([...log.events()]).toEqual(expected);
        },
      ),
    );
  });

  it('amends any rare event to any other', () => {
    fc.assert(
      fc.property(anyEvent, anyEvent, (before, after) => {
        fc.pre(before.kind !== 'tce-hcall' && after.kind !== 'tce-hcall');
        const log = new TraceLog({ nowNs: 5 });
        const seq = log.emit(before);
        const direct = new TraceLog({ nowNs: 5 });
        direct.emit(after);
        log.hash();
        log.amend(seq, after);
        expect(log.event(seq)).toEqual(direct.event(0));
        expect(log.hash()).toBe(direct.hash());
      }),
    );
  });

  it('reads single columns as the decoded event has them', () => {
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 20 }), (acts) => {
        const log = logOf(acts);
        for (const event of log.events()) {
          expect([log.kindAt(event.seq), log.timeNsAt(event.seq), log.causeAt(event.seq)]).toEqual([
            event.kind,
            event.timeNs,
            event.cause,
          ]);
          if (event.kind !== 'tce-hcall') continue;
          expect([log.liobnAt(event.seq) >>> 0, log.retAt(event.seq)]).toEqual([event.liobn, event.ret]);
          expect(log.countAt(event.seq)).toBe(event.count ?? 1);
          const runs = Array.from({ length: log.runCountAt(event.seq) }, (_, i) => ({
            first: joinU64(log.runTceHiAt(event.seq, i), log.runTceLoAt(event.seq, i)),
            count: log.runLengthAt(event.seq, i),
          }));
          expect(runs).toEqual(event.runs ?? []);
        }
      }),
    );
  });
});

describe('a list handed in by halves', () => {
  it('is the same event, with the same hash, as the one that is read back', () => {
    const anyHalf = fc.oneof(fc.constantFrom(0, 3, -1), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
    const anyRuns = fc.array(
      fc.record({
        first: fc.tuple(anyHalf, anyHalf).map(([hi, lo]) => joinU64(hi, lo)),
        count: fc.nat(512),
      }),
      { maxLength: 3 },
    );
    const anyCall = fc.tuple(
      fc.tuple(anyHalf, anyHalf, anyHalf, anyHalf, anyHalf),
      fc.oneof(fc.nat(512), anyHalf),
      fc.option(anyRuns, { nil: undefined }),
      fc.constantFrom(0, 0, -4, 1, 2 ** 20),
    );
    fc.assert(
      fc.property(anyCall, ([[liobn, hi, lo, firstHi, firstLo], count, runs, ret]) => {
        const direct = new TraceLog({ nowNs: 7 });
        const words = runs === undefined ? undefined : wordsOfRuns(runs);
        direct.indirect(liobn, hi, lo, lo, hi, count < 0 ? -1 : 0, count, firstHi, firstLo, words, ret);
        const again = new TraceLog({ nowNs: 7 });
        const { seq: _seq, timeNs: _time, cause: _cause, ...content } = direct.event(0);
        again.emit(content as NewEvent);
        expect(again.event(0)).toEqual(direct.event(0));
        expect(again.hash()).toBe(direct.hash());
      }),
      { numRuns: 500 },
    );
  });
});

describe('a trace written as JSON lines', () => {
  it('is read back event for event, with the same hash', () => {
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 25 }), (acts) => {
        const log = logOf(acts);
        const lines = [
          encodeHeader(),
          ...[...log.events()].map(encodeEvent),
          encodeEnd(log.length, log.hash()),
        ];
        const file = readTrace(lines);
        expect(file).toMatchObject({ ok: true });
        if (!file.ok) return;
        expect(file.value.events).toEqual([...log.events()]);
        const reread = logOfTrace(file.value);
        expect(reread).toMatchObject({ ok: true });
        if (reread.ok) expect(reread.value.hash()).toBe(log.hash());
      }),
    );
  });
});

describe('the hash', () => {
  it('is FNV-1a over 64-bit words', () => {
    const anyWord = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 50 }), (words) => {
        const state = new Fnv64();
        let naive = 0xcbf29ce484222325n;
        for (const word of words) {
          state.add(hi32(word), lo32(word));
          naive = BigInt.asUintN(64, (naive ^ word) * 0x100000001b3n);
        }
        expect(state.value).toBe(naive);
        expect(state.copy().value).toBe(naive);
      }),
    );
  });
});
