import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../../core/index.ts';
import { beginEntry, journalLine, parseJournal } from './journal.ts';
import type { JournalEntry } from './journal.ts';

const texts = fc.array(fc.stringMatching(/^[a-zé ]{0,30}[a-z]$/), { maxLength: 12 });
const entriesOf = (marks: readonly string[]): readonly JournalEntry[] => [
  beginEntry({ ...DEFAULT_LPAR, functions: [] }),
  ...marks.map((text, step): JournalEntry => ({ at: 'command', step, command: { do: 'mark', text } })),
];

it('wherever a journal is cut off, the commands whose lines are whole come back, in order', () => {
  fc.assert(
    fc.property(texts, fc.nat(), (marks, at) => {
      const lines = entriesOf(marks).map(journalLine);
      const text = lines.join('');
      const end = at % (text.length + 1);
      const parsed = parseJournal(text.slice(0, end));
      let whole = 0;
      for (let length = 0; whole < lines.length; whole++) {
        length += lines[whole]?.length ?? 0;
        if (length > end) break;
      }
      if (whole === 0) expect(parsed.ok).toBe(false);
      else
        expect(parsed.ok && parsed.value.log.commands.map(({ command }) => command)).toEqual(
          marks.slice(0, whole - 1).map((text) => ({ do: 'mark', text })),
        );
    }),
    { numRuns: 2000 },
  );
});

it('one letter changed anywhere never gives a command that was not there', () => {
  fc.assert(
    fc.property(texts, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (marks, at, letter) => {
      const text = entriesOf(marks).map(journalLine).join('');
      const place = at % text.length;
      const parsed = parseJournal(text.slice(0, place) + letter + text.slice(place + 1));
      const read = parsed.ok ? parsed.value.log.commands.map(({ command }) => command) : [];
      expect(marks.map((text) => ({ do: 'mark', text })).slice(0, read.length)).toEqual(read);
    }),
    { numRuns: 2000 },
  );
});
