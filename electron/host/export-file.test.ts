import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { unflatten } from '../../core/index.ts';
import { exported, writeExport } from './export-file.ts';
import { SessionHost } from './session-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddw-lab-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a DTB is the tree that the machine has, under a name that ends in .dtb', async () => {
  const host = new SessionHost();
  const made = await exported('dtb', (query) => host.query(query));
  if (!made.ok) throw new Error(made.error.message);
  const written = await writeExport(join(folder, 'tree'), made.value);
  expect(written).toEqual({ ok: true, value: join(folder, 'tree.dtb') });
  const tree = unflatten(Uint8Array.from(readFileSync(join(folder, 'tree.dtb'))));
  expect(tree).toEqual(host.query({ ask: 'device-tree' }));
});

it('a place that cannot be written to is told', async () => {
  const content = { extension: '.dtb', name: 'x', filter: 'x', content: new Uint8Array(1) };
  expect((await writeExport(join(folder, 'none', 'x.dtb'), content)).ok).toBe(false);
});
