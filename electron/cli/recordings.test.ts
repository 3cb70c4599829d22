import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findRecordings } from './recordings.ts';

let root = '';
const boot = '{"op":"boot","ram":"256M"}\n{"op":"hcall"}\n';

async function put(name: string, content: string | Uint8Array): Promise<void> {
  const path = join(root, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ddw-lab-recordings-'));
  await put('a/some calls.jsonl', boot);
  await put('a/packed.jsonl.gz', gzipSync(boot));
  await put('a/other.jsonl', '{"op":"hcall"}\n');
  await put('a/notes.txt', boot);
  await put('b/deep/edge/probe.jsonl', '');
  await put('b/deep/edge/scenario.json', '{}');
  await put('b/guest/scenario.json', '{"plan":{}}');
  await put('b/guest/trace.jsonl', boot);
  await put('b/packed/scenario.json.gz', gzipSync('{"plan":{}}'));
  await put('c/about/scenario.json', '{"title":"no plan"}');
  await put('d/broken/scenario.json', '{"plan":');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const found = async (...paths: string[]): Promise<string[] | string> => {
  const result = await findRecordings(paths.map((path) => join(root, path)));
  return result.ok
    ? result.value.map(({ kind, name }) => `${kind} ${name}`)
    : result.error.message.replace(root, '');
};

it('calls are JSON Lines that begin with a boot, packed or not, whatever their name', async () => {
  expect(await found('a')).toEqual(['calls packed.jsonl.gz', 'calls some calls.jsonl']);
  expect(await found('a/packed.jsonl.gz')).toEqual(['calls packed.jsonl.gz']);
});

it('a probe has probe.jsonl beside scenario.json; a scenario has a plan; what lies in them is not looked for', async () => {
  expect(await found('b')).toEqual(['probe edge', 'scenario guest', 'scenario packed']);
  expect(await found('b/guest', 'b/deep')).toEqual(['scenario guest', 'probe edge']);
});

it('a path without any is named', async () => {
  expect(await found('a', 'c')).toBe('/c holds no recording');
  expect(await found('a/notes.txt')).toBe('/a/notes.txt holds no recording');
});

it('a damaged scenario is an input all the same: conform says what is wrong with it', async () => {
  expect(await found('d')).toEqual(['scenario broken']);
});
