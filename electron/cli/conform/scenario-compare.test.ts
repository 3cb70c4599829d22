import { describe, expect, it } from 'vitest';
import { sameCall } from './scenario-call.ts';
import { compareSequences, partOf } from './scenario-compare.ts';
import { indirect, put, rtas, stuff } from './scenario-samples.ts';

const letters = (
  expected: string,
  got: string,
  openEnd = false,
): ReturnType<typeof compareSequences<string>> =>
  compareSequences(
    { expected: [...expected], got: [...got] },
    { same: (a, b) => a === b, text: (l) => l, at: (i) => `letter ${i + 1}`, openEnd },
  );

describe('comparing two sequences', () => {
  it.each([
    ['abc', 'abc', 3, 3],
    ['abc', 'axc', 2, 3],
    ['abc', 'ac', 2, 3],
    ['abc', 'abxc', 3, 4],
    ['abc', 'ab', 2, 3],
    ['', '', 0, 0],
  ])('%s with %s finds %i of %i equal', (expected, got, equal, compared) =>
    expect(letters(expected, got)).toMatchObject({ equal, compared }),
  );

  it('tells the first difference with what came before it', () =>
    expect(letters('abcd', 'abcx').first).toEqual({
      at: 'letter 4',
      expected: 'd',
      got: 'x',
      context: ['a', 'b', 'c'],
    }));

  it('tells what is missing at the end', () =>
    expect(letters('ab', 'a').first).toMatchObject({ expected: 'b', got: '(nothing)' }));

  it('lets a recording that broke off stop early, but not ours', () => {
    expect(letters('ab', 'abc', true).first).toBeUndefined();
    expect(letters('abc', 'ab', true).first).toMatchObject({ expected: 'c' });
  });

  it('makes a part that is OK only when nothing differs', () => {
    expect(partOf('dmesg', [letters('ab', 'ab')]).status).toBe('OK');
    expect(partOf('dmesg', [letters('ab', 'ab'), letters('ab', 'ax')])).toMatchObject({
      status: 'DIFF',
      equal: 3,
      compared: 4,
    });
    expect(partOf('dmesg', []).status).toBe('N/A');
  });
});

describe('two calls are equal', () => {
  const recorded = put(0x80000000, 0x1000n, 0x2003n);
  it('argument for argument and result for result', () => {
    expect(sameCall(recorded, put(0x80000000, 0x1000n, 0x2003n))).toBe(true);
    expect(sameCall(recorded, put(0x80000000, 0x2000n, 0x2003n))).toBe(false);
    expect(sameCall(recorded, put(0x80000000, 0x1000n, 0x2001n))).toBe(false);
    expect(sameCall(recorded, put(0x80000000, 0x1000n, 0x2003n, -4))).toBe(false);
  });
  it('when the whole list is the same', () => {
    const list = indirect(0x80000001, 0n, 3n, 64);
    expect(sameCall(list, indirect(0x80000001, 0n, 3n, 64))).toBe(true);
    expect(
      sameCall(list, {
        ...indirect(0x80000001, 0n, 3n, 64),
        runs: [
          { first: 3n, count: 63 },
          { first: 5n, count: 1 },
        ],
      }),
    ).toBe(false);
  });
  it('in all that the recording tells: an address or output that it lacks is free', () => {
    expect(sameCall({ ...stuff(0x80000000, 0n, 0, -4), ioba: undefined }, stuff(0x80000000, 8n, 0, -4))).toBe(
      true,
    );
    const query = rtas('ibm,query-pe-dma-window', { cfgaddr: '0x800', winnum: '1' });
    expect(
      sameCall(query, rtas('ibm,query-pe-dma-window', { cfgaddr: '0x800', winnum: '1', max_tces: '0x4000' })),
    ).toBe(true);
    expect(sameCall(query, rtas('ibm,query-pe-dma-window', { cfgaddr: '0x800', winnum: '0' }))).toBe(false);
  });
});
