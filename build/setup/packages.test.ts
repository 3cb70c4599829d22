import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packagesAreInstalled } from './packages.mjs';

type Lock = Record<string, { version?: string; optional?: boolean }>;

function project(wanted: Lock, installed?: Lock): string {
  const folder = mkdtempSync(join(tmpdir(), 'ddw-packages-'));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }));
  if (installed !== undefined) {
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  }
  return folder;
}

const svelte = { 'node_modules/svelte': { version: '5.57.3' } };
const forMac = { 'node_modules/lightningcss-darwin-arm64': { version: '1.0.0', optional: true } };

test('without node_modules the packages are not installed', () => {
  expect(packagesAreInstalled(project(svelte))).toBe(false);
});

test('another version than the lock names is not installed', () => {
  expect(packagesAreInstalled(project(svelte, { 'node_modules/svelte': { version: '5.0.0' } }))).toBe(false);
});

test('a package for another platform may be missing', () => {
  expect(packagesAreInstalled(project({ ...svelte, ...forMac }, svelte))).toBe(true);
});
