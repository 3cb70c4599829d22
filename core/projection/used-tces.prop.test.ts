import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { UsedTces } from './used-tces.ts';

const ENTRIES = 100_000;
const anyMark = fc.record({
  index: fc.oneof(fc.nat(ENTRIES - 1), fc.constantFrom(0, 32_767, 32_768, 65_536)),
  count: fc.oneof(fc.nat(70), fc.constantFrom(32_768, 65_536, ENTRIES)),
  used: fc.boolean(),
});

describe('the entries in use', () => {
  it('are those of a plain set of numbers', () => {
    fc.assert(
      fc.property(
        fc.array(anyMark, { maxLength: 12 }),
        fc.array(fc.nat(ENTRIES - 1), { maxLength: 20 }),
        (marks, probes) => {
          const used = new UsedTces();
          const naive = new Uint8Array(ENTRIES);
          for (const mark of marks) {
            const count = Math.min(mark.count, ENTRIES - mark.index);
            used.mark(mark.index, count, mark.used);
            naive.fill(mark.used ? 1 : 0, mark.index, mark.index + count);
          }
          expect(used.count).toBe(naive.reduce((n, bit) => n + bit, 0));
          for (const mark of marks) expect(used.has(mark.index)).toBe(naive[mark.index] === 1);
          for (const probe of probes) expect(used.has(probe)).toBe(naive[probe] === 1);
        },
      ),
      { numRuns: 300 },
    );
  });
});
