import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../../core/index.ts';
import { beginEntry, journalLine } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { JournalFile } from './journal-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddw-lab-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const note = (text: string): JournalEntry => ({ at: 'command', step: 0, command: { do: 'mark', text } });

function journalOn(disk?: { write(fd: number, text: string): void }) {
  const entries: JournalEntry[] = [beginEntry({ ...DEFAULT_LPAR, functions: [] })];
  const troubles: string[] = [];
  const file = new JournalFile({
    path: join(folder, 'session-1.ddwjournal'),
    whole: () => entries.map(journalLine).join(''),
    onTrouble: (reason) => troubles.push(reason),
    ...(disk === undefined ? {} : { disk }),
  });
  const add = (entry: JournalEntry): void => {
    entries.push(entry);
    file.append(entry);
  };
  return { file, add, troubles, entries, read: () => readFileSync(file.path, 'utf8') };
}

it('has each line before append() returns', () => {
  const { file, add, read, entries } = journalOn();
  file.rewrite();
  add(note('a'));
  add(note('b'));
  expect(read()).toBe(entries.map(journalLine).join(''));
  file.close();
});

it('a full disk is told once; when there is room again the whole journal is there, nothing missing in the middle', () => {
  let room = 400;
  const { file, add, read, troubles, entries } = journalOn({
    write: (fd, text) => {
      const part = text.slice(0, Math.max(0, room));
      room -= text.length;
      writeSync(fd, part);
      if (part.length < text.length) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    },
  });
  file.rewrite();
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) add(note(text));
  expect(troubles).toEqual(['the disk is full (ENOSPC)']);
  room = 1e6;
  add(note('g'));
  expect(read()).toBe(entries.map(journalLine).join(''));
  room = 0;
  add(note('h'));
  expect(troubles).toHaveLength(2);
  file.close();
});

it('a writer that was replaced no longer writes into what its successor reads', () => {
  const first = journalOn();
  first.file.rewrite();
  const second = journalOn();
  second.file.rewrite();
  first.add(note('late'));
  expect(second.read()).not.toContain('late');
  first.file.close();
  second.file.close();
});

it('removed, it leaves nothing behind', () => {
  const { file, add } = journalOn();
  file.rewrite();
  add(note('a'));
  file.remove();
  expect(readdirSync(folder)).toEqual([]);
});
