import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { TraceLog } from '../log.ts';
import { completeFilter, occurringIn } from './complete.ts';

const log = new TraceLog({ nowNs: 0 });
log.put(1, 0, 0, 0, 3, 0);
log.put(1, 0, 0x1000, 0, 3, 0);
log.stuff(1, 0, 0, 0, 0, 0, 2, 0);
log.emit({ kind: 'printk', level: 'info', text: 'iommu: says "no"' });

const occurring = occurringIn(log);
const offered = (text: string): readonly string[] =>
  completeFilter(text, text.length, occurring).items.map((item) => item.text);

describe('at the cursor of a filter', () => {
  it.each([
    ['a field is offered by its beginning', 'io', 'ioba'],
    ['and by what is in it', 'bn', 'liobn'],
    ['after an operator between terms too', 'is:map and co', 'count'],
    ['classes after is:', 'is:er', 'error'],
    ['kinds after is:', 'is:dma-', 'dma-fault'],
    ['fields after has:', 'has:pe', 'perm'],
    ['operators after a number', 'count ', '>='],
    ['the rest of an operator', 'count >', '>='],
    ['operators after a text', 'who ', '~'],
    ['values after an operator', 'perm == r', 'rw'],
    ['values without a space', 'perm==', '-w'],
    ['values after a colon', 'perm:', 'r-'],
    ['values inside a set', 'perm in {rw, ', 'r-'],
    ['statuses', 'ret == H_PARA', 'H_PARAMETER'],
    ['calls that occur', 'call == ', 'H_STUFF_TCE'],
    ['texts that occur, quoted', 'text == ', '"iommu: says \\"no\\""'],
    ['what a TCE has', 'any(', 'tce.perm)'],
    ['operators behind it', 'any(tce.perm) ', '=='],
    ['its values', 'all(tce.perm) == ', '--'],
    ['a negated field', '-cal', 'call'],
  ])('%s: %s', (_, text, expected) => expect(offered(text)).toContain(expected));

  it.each([
    ["no numbers' operator for texts", 'who ', '<'],
    ['no "contains" for numbers', 'count ', '~'],
    ['nothing that stands there already', 'is:error', 'error'],
  ])('%s', (_, text, absent) => expect(offered(text)).not.toContain(absent));

  it('values that occur more often come first', () => {
    expect(offered('call == ').slice(0, 2)).toEqual(['H_PUT_TCE', 'H_STUFF_TCE']);
  });

  it('only what was begun is replaced', () => {
    expect(completeFilter('is:map and iob')).toMatchObject({ from: 11 });
    expect(completeFilter('perm == r and x', 9)).toMatchObject({
      from: 8,
      items: [{ text: 'rw' }, { text: 'r-' }],
    });
  });

  it('nothing is offered inside a quoted search', () => expect(offered('"is: ')).toEqual([]));

  it('nothing is ever thrown, and what is offered begins inside the text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('call', 'any(', '== ', ' ', '"', '{', 'is:', 'in ', '..', ')', 'x', ',', '\\'),
          {
            maxLength: 12,
          },
        ),
        (parts) => {
          const text = parts.join('');
          const { from } = completeFilter(text, text.length, occurring);
          expect(from).toBeGreaterThanOrEqual(0);
          expect(from).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
