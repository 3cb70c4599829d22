import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { anyAct, logOf } from '../arbitrary-events.test.ts';
import type { NewEvent } from '../events.ts';
import { TRACE_KINDS } from '../kinds.ts';
import { TraceNames } from '../names.ts';
import type { TraceReader } from '../reader.ts';
import { EVENT_CLASSES } from '../schema.ts';
import { compileFilter } from './compile.ts';
import { FILTER_FIELDS } from './fields.ts';

const anyNumber = fc.oneof(
  fc.constantFrom('0', '1', '3', '512', '64K', '-4', '0x800000000000000', '0x8000000000000000', '0x80000001'),
  fc.bigInt({ min: -5n, max: (1n << 64n) + 5n }).map((v) => (v < 0n ? String(v) : `0x${v.toString(16)}`)),
);
const anyTime = fc.constantFrom('0', '1us', '17s', '0.000001', '4.294967296');
const anyText = fc.constantFrom(
  'ok',
  'liobn',
  'param',
  'more',
  'none',
  'tces',
  'vf',
  'rw',
  'stuff',
  'vf0',
  'H_PUT_TCE',
  '0x',
  'nvme',
  'rw',
  'e',
  '0103:01:00.0',
);

const anyComparison: fc.Arbitrary<string> = fc.constantFrom(...FILTER_FIELDS).chain((field) => {
  if (field.type === 'text') {
    const values = field.words === undefined ? anyText : fc.constantFrom(...field.words);
    return fc
      .tuple(fc.constantFrom('==', '!=', '~'), values)
      .map(([op, value]) => `${field.name} ${op} "${value}"`);
  }
  const values = field.type === 'row' && field.isTime === true ? anyTime : anyNumber;
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>='), values)
      .map(([op, value]) => `${field.name} ${op} ${value}`),
    fc.array(values, { minLength: 1, maxLength: 3 }).map((set) => `${field.name} in {${set.join(', ')}}`),
  );
});
const anyEach = fc.constantFrom(
  'any(tce.perm) == rw',
  'all(tce.perm) in {rw, r-}',
  'any(tce.address) < 1G',
  'all(tce.value) != 0',
  'all(tce.address) in 64K..0x7fffffffffffffff',
);
const anyFilter: fc.Arbitrary<string> = fc.oneof(
  anyComparison,
  anyEach,
  anyText.map((text) => `"${text}"`),
  fc.constantFrom(...TRACE_KINDS, ...Object.keys(EVENT_CLASSES)).map((what) => `is:${what}`),
  fc.constantFrom(...FILTER_FIELDS).map((field) => `has:${field.name}`),
  fc.tuple(anyComparison, anyComparison).map(([a, b]) => `not ${a} or ${b}`),
);
const anyLog = fc.array(anyAct, { minLength: 1, maxLength: 15 }).map(logOf);

/** The same trace as if nothing in it were packed: every condition has to decode. */
function decodedOnly(log: TraceReader): TraceReader {
  const recordAt = (seq: number): NewEvent => {
    const { seq: _seq, timeNs: _time, cause: _cause, ...content } = log.event(seq);
    return content as NewEvent;
  };
  return new Proxy(log, {
    get: (target, name) => {
      if (name === 'recordAt') return recordAt;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function verdicts(text: string, log: TraceReader): boolean[] {
  const names = new TraceNames();
  names.feed(log, 0, log.length);
  const filter = compileFilter(text, names);
  if (!filter.ok) throw new Error(`${text}: ${filter.error.message}`);
  return Array.from({ length: log.length }, (_, seq) => filter.value.test(log, seq));
}

describe('a filter over random events', () => {
  it('says the same of packed rows as of decoded events', () => {
    fc.assert(
      fc.property(anyFilter, anyLog, (text, log) => {
        expect(verdicts(text, log)).toEqual(verdicts(text, decodedOnly(log)));
      }),
      { numRuns: 600 },
    );
  });

  it('negated twice is itself, negated once its opposite', () => {
    fc.assert(
      fc.property(anyFilter, anyLog, (text, log) => {
        const plain = verdicts(text, log);
        expect(verdicts(`not (not (${text}))`, log)).toEqual(plain);
        expect(verdicts(`!(${text})`, log)).toEqual(plain.map((passes) => !passes));
      }),
    );
  });

  it('means the same in its printed form', () => {
    fc.assert(
      fc.property(anyFilter, anyLog, (text, log) => {
        const filter = compileFilter(text);
        expect(filter).toMatchObject({ ok: true });
        if (filter.ok) expect(verdicts(filter.value.text, log)).toEqual(verdicts(text, log));
      }),
    );
  });
});
