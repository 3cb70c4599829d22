import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkDeterminism } from './determinism.mjs';

function cliThat(code: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'ddw-determinism-')), 'cli.cjs');
  writeFileSync(path, code);
  return path;
}

test('a scenario that prints the local time fails', async () => {
  expect(await checkDeterminism(cliThat('console.log(new Date(0).toString())'), [])).toEqual([
    expect.stringMatching(/^two runs differ: [0-9a-f]{64} and [0-9a-f]{64}$/),
  ]);
});

test('a scenario that fails or says nothing fails', async () => {
  expect(await checkDeterminism(cliThat('process.exit(3)'), [])).toEqual(['the scenario exits 3: ']);
  expect(await checkDeterminism(cliThat(''), [])).toEqual(['the scenario prints nothing']);
});

test('a scenario that prints the same twice passes', async () => {
  expect(await checkDeterminism(cliThat("console.log('H_PUT_TCE')"), [])).toEqual([]);
});
