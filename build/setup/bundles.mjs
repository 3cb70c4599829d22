// What dist/ holds, when it is stale, and how it is built: beside, then moved into place, because several programs
// may be running from dist/ meanwhile. Only vite is imported, and only when something must be built.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { newestChange, root } from './files.mjs';

export const dist = join(root, 'dist');
const everywhere = ['package.json', 'package-lock.json', 'build/vite', 'core', 'electron/ipc-contract.ts'];

/** @typedef {{ name: string, source: string, output: string, from: readonly string[] }} Bundle */

/** @type {readonly Bundle[]} */
export const bundles = [
  { name: 'cli', source: 'electron/cli/main.ts', output: 'cli.cjs', from: ['electron/cli', 'electron/host'] },
  {
    name: 'main',
    source: 'electron/main/main.ts',
    output: 'main.cjs',
    from: ['electron/main', 'electron/host'],
  },
  {
    name: 'machine',
    source: 'electron/machine/machine.ts',
    output: 'machine.cjs',
    from: ['electron/machine', 'electron/host'],
  },
  {
    name: 'preload',
    source: 'electron/preload/preload.ts',
    output: 'preload.cjs',
    from: ['electron/preload'],
  },
  { name: 'page', source: 'renderer/index.html', output: 'renderer/index.html', from: ['renderer'] },
];

/** @param {Bundle} bundle */
function isStale({ output, from }) {
  const built = statSync(join(dist, output), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return built < newestChange([...everywhere, ...from]);
}

/** @param {Bundle} bundle @param {string} outDir */
async function buildInto(bundle, outDir) {
  const [{ build }, { nodeConfig, pageConfig }] = await Promise.all([
    import('vite'),
    import('../vite/configs.mjs'),
  ]);
  await build(bundle.name === 'page' ? pageConfig(outDir) : nodeConfig(bundle, outDir));
}

/** @param {string} from */
function moveIntoPlace(from) {
  for (const name of readdirSync(from)) {
    const target = join(dist, name);
    // A folder cannot be renamed over a full one.
    if (statSync(join(from, name)).isDirectory()) rmSync(target, { recursive: true, force: true });
    renameSync(join(from, name), target);
  }
}

/** Builds what is stale (or all of it) and says which.
 * @param {{ only?: readonly string[], force?: boolean }} [options] @returns {Promise<string[]>} names built */
export async function ensureBundles({ only, force = false } = {}) {
  const wanted = bundles.filter((bundle) => only?.includes(bundle.name) ?? true);
  const stale = wanted.filter((bundle) => force || isStale(bundle));
  if (stale.length === 0) return [];
  for (const { source } of stale) {
    if (!existsSync(join(root, source))) throw new Error(`Cannot build: there is no ${source}`);
  }
  mkdirSync(dist, { recursive: true });
  const work = mkdtempSync(join(dist, '.building-'));
  const started = new Date();
  try {
    for (const bundle of stale) await buildInto(bundle, work);
    // A source saved while the build ran is newer than the build's start, so the next look builds again.
    for (const { output } of stale) utimesSync(join(work, output), started, started);
    moveIntoPlace(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return stale.map((bundle) => bundle.name);
}
