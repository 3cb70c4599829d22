import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkSettings } from '../ipc-contract.ts';
import { KeptFile } from './kept-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddw-lab-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const settings = {
  theme: 'projector',
  terminal: { fontSize: 13, scrollback: 10_000, screenReader: false, copyOnSelect: false },
  role: 'support',
  layout: '',
} as const;

const open = () => new KeptFile(join(folder, 'settings.json'), checkSettings, undefined);

it('is not there at first, and that is no problem', () => {
  expect([open().value, open().problem]).toEqual([undefined, undefined]);
});

it('what was set is there for the next one; the last of many changes wins', async () => {
  const file = open();
  for (const theme of ['dark', 'light', 'projector'] as const) void file.set({ ...settings, theme });
  await file.settled();
  expect(open().value).toEqual(settings);
  expect(readdirSync(folder)).toEqual(['settings.json']);
});

it.each([
  ['half a file', '{"theme":'],
  ['no settings', '[]'],
  ['a theme that is none', JSON.stringify({ ...settings, theme: 'neon' })],
])('%s is moved aside whole under a name that is told', (_what, content) => {
  writeFileSync(join(folder, 'settings.json'), content);
  const { value, problem } = open();
  const [aside = ''] = readdirSync(folder);
  expect(aside).toMatch(/^settings\.json\.damaged-/);
  expect(readFileSync(join(folder, aside), 'utf8')).toBe(content);
  expect(value).toBeUndefined();
  expect(problem?.message).toContain(join(folder, aside));
});

it('a folder that takes nothing answers why', async () => {
  const file = new KeptFile(join(folder, 'settings.json'), checkSettings, undefined);
  rmSync(folder, { recursive: true });
  expect((await file.set(settings))?.message).toMatch(/cannot be written: there is no such file or folder/);
});
