import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../../core/index.ts';
import type { Command, MachineConfig } from '../../core/index.ts';
import { beginEntry, isJournal, journalLine, journalText, parseJournal } from './journal.ts';
import type { JournalEntry } from './journal.ts';

const config: MachineConfig = {
  ...DEFAULT_LPAR,
  functions: [{ id: 'vf0', device: 'nvme', slotClass: 'sriov-vf' }],
};
const boot: JournalEntry = { at: 'command', step: 0, command: { do: 'boot' } };
const mark: JournalEntry = { at: 'command', step: 40, command: { do: 'mark', text: 'here' } };
const place: JournalEntry = { at: 'mark', steps: 90, state: 'running', busy: true, paused: true };
const saved: JournalEntry = { at: 'saved', file: '/home/ada/lesson.ddwrun' };

const textOf = (...entries: readonly JournalEntry[]): string =>
  [beginEntry(config), ...entries].map(journalLine).join('');

describe('a journal', () => {
  it('says which machine it was, what was done when, what was saved, and how far the machine had come', () => {
    const parsed = parseJournal(textOf(boot, saved, mark, place));
    expect(parsed).toEqual({
      ok: true,
      value: {
        log: {
          config,
          commands: [
            { step: 0, command: { do: 'boot' } },
            { step: 40, command: { do: 'mark', text: 'here' } },
          ],
          steps: 90,
        },
        file: '/home/ada/lesson.ddwrun',
        savedCommands: 1,
        mark: place,
        crashes: [],
      },
    });
  });

  it('written anew says the same', () => {
    const twin = { own: '5.15', shown: '5.13' };
    const lines = [beginEntry(config, twin), boot, saved, mark, { at: 'crash', command: 1 } as const, place];
    const parsed = parseJournal(lines.map(journalLine).join(''));
    expect(parsed.ok && parseJournal(journalText(parsed.value))).toEqual(parsed);
    expect(parsed).toMatchObject({ ok: true, value: { twin, crashes: [1] } });
  });

  it('is told from other texts by its first line', () => {
    expect(isJournal(textOf(boot))).toBe(true);
    expect(isJournal('{"format":"ddwrun"}\n')).toBe(false);
    expect(isJournal('')).toBe(false);
  });

  it.each([
    ['no text', '', 'not-a-journal'],
    ['a picture', 'GIF89a', 'not-a-journal'],
    ['a first line with another checksum', textOf(boot).replace(/^./, 'x'), 'not-a-journal'],
    ['one of a later version', journalLine({ ...beginEntry(config), version: 2 } as JournalEntry), 'too-new'],
    [
      'one of a kernel that is not there',
      journalLine(beginEntry({ ...config, kernel: '1.0' })),
      'unknown-kernel',
    ],
  ])('%s is refused', (_what, text, code) => {
    expect(parseJournal(text)).toMatchObject({ ok: false, error: { code } });
  });

  it.each([
    [
      'a line that was half written',
      textOf(boot, mark).slice(0, -9),
      1,
      'the last action was only half written',
    ],
    [
      'a line with one letter changed',
      textOf(boot, mark).replace('here', 'hare'),
      1,
      'in the last 1 of its lines',
    ],
    [
      'a damaged line in the middle',
      textOf(boot, mark, place).replace('"boot"', '"root"'),
      0,
      'the last 3 of its lines',
    ],
    [
      'a command of another version',
      textOf(boot, { at: 'command', step: 9, command: { do: 'fly' } as unknown as Command }),
      1,
      'the last 1 actions are missing: this version does not know them',
    ],
    ['a command before its time', textOf(mark, boot), 1, 'the last 1 actions are missing'],
  ])('%s: what comes before it is read, and it says what is missing', (_what, text, commands, lost) => {
    const parsed = parseJournal(text);
    expect(parsed.ok && parsed.value.log.commands).toHaveLength(commands);
    expect(parsed.ok && parsed.value.lost).toContain(lost);
  });
});
