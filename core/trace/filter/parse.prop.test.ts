import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { CompareOp, FilterNode } from './ast.ts';
import { printFilter } from './ast.ts';
import { parseFilter } from './parse.ts';

const word = (text: fc.Arbitrary<string>): fc.Arbitrary<{ text: string; column: number }> =>
  text.map((t) => ({ text: t, column: 0 }));
const anyField = word(fc.constantFrom('call', 'ioba', 'count', 'ret', 'nonsense', 'page-size'));
const anyValue = word(
  fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      '0x800000000000000',
      '-4',
      '64K',
      'H_PUT_TCE',
      'rw',
      '-w',
      'and',
      'IN',
      'a..b',
      '0103:01:00.0',
      'x:y',
      '"\\',
    ),
  ),
);
const anyOp = fc.constantFrom<CompareOp>('==', '!=', '<', '<=', '>', '>=', '~', ':');

const anyTest = fc.oneof(
  fc.record({ type: fc.constant('compare' as const), field: anyField, op: anyOp, value: anyValue }),
  fc.record({ type: fc.constant('range' as const), field: anyField, low: anyValue, high: anyValue }),
  fc.record({
    type: fc.constant('set' as const),
    field: anyField,
    values: fc.array(anyValue, { minLength: 1, maxLength: 4 }),
  }),
);
/** Behind `any(…)` a colon has no meaning. */
const anyEach = fc.record({
  type: fc.constant('each' as const),
  quantifier: fc.constantFrom('any' as const, 'all' as const),
  test: anyTest.filter((test) => test.type !== 'compare' || test.op !== ':'),
});

const { node } = fc.letrec<{ node: FilterNode; leaf: FilterNode }>((tie) => ({
  leaf: fc.oneof(
    anyTest,
    anyEach,
    fc.record({ type: fc.constant('is' as const), what: anyValue }),
    fc.record({ type: fc.constant('has' as const), field: anyValue }),
    fc.record({ type: fc.constant('search' as const), word: anyValue }),
  ),
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    tie('leaf'),
    fc.record({
      type: fc.constantFrom('and' as const, 'or' as const),
      left: tie('node'),
      right: tie('node'),
    }),
    fc.record({ type: fc.constant('not' as const), inner: tie('node') }),
  ),
}));

/** The tree without its columns. */
const bare = (tree: unknown): unknown =>
  JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'column' ? undefined : value)));

describe('a printed filter', () => {
  it('is parsed into the same tree', () => {
    fc.assert(
      fc.property(node, (tree) => {
        const parsed = parseFilter(printFilter(tree));
        expect(parsed).toMatchObject({ ok: true });
        if (parsed.ok) expect(bare(parsed.value)).toEqual(bare(tree));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('any text at all', () => {
  it('is either parsed or refused with a column inside it, never thrown at', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const parsed = parseFilter(text);
        if (parsed.ok) return;
        expect(parsed.error.column).toBeGreaterThanOrEqual(1);
        expect(parsed.error.column).toBeLessThanOrEqual(text.length + 1);
      }),
      { numRuns: 1000 },
    );
  });
});
