import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { LogLine } from '../../core/index.ts';
import { heldBack, linePieces, logTime, matchingLines, nextMatch, shownLines } from './log-view.ts';

const line = (text: string, level: LogLine['level'] = 'info', seq = 0): LogLine => ({
  seq,
  timeNs: 0,
  level,
  text,
  cause: -1,
});
const LINES = [
  line('IOMMU table initialized'),
  line('vfnet 4000:01:00.0: probe', 'debug'),
  line('tce_build_pSeriesLP: plpar_tce_put failed. rc=-4', 'warn'),
  line('Oops: Kernel access of bad area', 'err'),
];

describe('lines of the log', () => {
  it('are narrowed by text in any case and by level', () => {
    expect(shownLines(LINES, 'TCE', 'debug')).toEqual([LINES[2]]);
    expect(shownLines(LINES, '', 'warn')).toEqual(LINES.slice(2));
    expect(shownLines(LINES, ' ', 'debug')).toBe(LINES);
  });

  it('that hold what is sought follow one another round and round', () => {
    const matches = matchingLines(LINES, 'e');
    expect(matches).toEqual([0, 1, 2, 3]);
    expect([
      nextMatch([1, 3], 1, 1),
      nextMatch([1, 3], 3, 1),
      nextMatch([1, 3], 1, -1),
      nextMatch([], 0, 1),
    ]).toEqual([3, 1, 3, -1]);
    expect(matchingLines(LINES, '')).toEqual([]);
  });

  it('tell how many messages were held back', () =>
    expect(heldBack([...LINES, line('tce_build_pSeriesLP: 1204 callbacks suppressed', 'warn')])).toBe(1204));

  it('have seconds with microseconds', () => expect(logTime(97_516_000)).toBe('    0.097516'));
});

describe('a line in pieces', () => {
  const token = { from: 5, to: 9, meaning: 'status' };

  it('is cut at tokens and finds', () =>
    expect(linePieces('rc = 0x04, again', [token], 'x0')).toEqual([
      { text: 'rc = ', token: undefined, found: false },
      { text: '0', token, found: false },
      { text: 'x0', token, found: true },
      { text: '4', token, found: false },
      { text: ', again', token: undefined, found: false },
    ]));

  it('is the whole line, whatever is sought', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 3 }), (text, sought) => {
        const pieces = linePieces(text, [], sought);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      }),
    );
  });
});
