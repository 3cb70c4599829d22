import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { unflatten } from '../../core/index.ts';
import { exportTo } from './export-file.ts';
import { SessionHost } from './session-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddw-lab-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

const host = new SessionHost();

it('a DTB is the tree that the machine has, under a name that ends in .dtb', async () => {
  const written = await exportTo(join(folder, 'tree'), 'dtb', (query) => host.query(query));
  expect(written).toEqual({ ok: true, value: join(folder, 'tree.dtb') });
  const tree = unflatten(Uint8Array.from(readFileSync(join(folder, 'tree.dtb'))));
  expect(tree).toEqual(host.query({ ask: 'device-tree' }));
});

it('a place that cannot be written to is told', async () => {
  const written = await exportTo(join(folder, 'none', 'x.dtb'), 'dtb', (query) => host.query(query));
  expect(written.ok).toBe(false);
});
