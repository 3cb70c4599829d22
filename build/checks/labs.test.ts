import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkLabs } from './labs.mjs';

/** A course in a temporary folder, and a command line that accepts only solutions that say "boot". */
function course(files: Record<string, string>): { labs: string; cli: string } {
  const top = mkdtempSync(join(tmpdir(), 'ddw-labs-'));
  const cli = join(top, 'cli.cjs');
  writeFileSync(
    cli,
    "const t = require('node:fs').readFileSync(process.argv[3], 'utf8'); process.exit(t === 'boot' ? 0 : 2);",
  );
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(top, 'labs', path, '..'), { recursive: true });
    writeFileSync(join(top, 'labs', path), text);
  }
  return { labs: join(top, 'labs'), cli };
}

async function problemsOf(files: Record<string, string>): Promise<string[]> {
  const { labs, cli } = course(files);
  return (await checkLabs(labs, cli)).problems;
}

test('a course without labs is no problem', async () => {
  expect(await problemsOf({})).toEqual([]);
});

test('a lab whose solution passes is no problem', async () => {
  expect(await problemsOf({ '01-dma/01-first/lab.md': '', '01-dma/01-first/solution.cmds': 'boot' })).toEqual(
    [],
  );
});

test('a lab whose solution fails is named with the exit code', async () => {
  expect(await problemsOf({ '01-dma/01-first/lab.md': '', '01-dma/01-first/solution.cmds': 'halt' })).toEqual(
    ['01-dma/01-first: its solution exits 2:\n'],
  );
});

test('a lab without a solution, and folders without numbers, are named', async () => {
  expect(await problemsOf({ 'dma/first/lab.md': '' })).toEqual([
    'dma: a part is named NN-words',
    'dma/first: a lab is named NN-words',
    'dma/first: has no solution.cmds',
  ]);
});
