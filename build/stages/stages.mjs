// The stages of npm test, in order. Each answers what it counted; none stops the ones after it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBundles } from '../setup/bundles.mjs';
import { root, sourceFiles } from '../setup/files.mjs';
import { run } from '../setup/process.mjs';
import { oneCheck, tallyOf } from './tally.mjs';

/** @typedef {{ name: string, quick: boolean, run: (quick: boolean) => Promise<import('./tally.mjs').Tally> }} Stage */

/** A tool out of node_modules, run by this Node: no shell, no npx.
 * @param {string} script @param {readonly string[]} args */
const tool = (script, args) => run(process.execPath, [join(root, 'node_modules', script), ...args]);

/** @param {string} script @param {readonly string[]} [args] */
const check = async (script, args = []) =>
  oneCheck((await run(process.execPath, [join(root, script), ...args])) === 0);

// The quick subset remembers what it saw (in .cache, by content); npm test looks at everything afresh.
/** @param {string} name */
const cached = (name) => join(root, '.cache', name);

/** @param {boolean} quick */
async function types(quick) {
  const projects = ['core', 'electron', 'build', '.'];
  /** @param {string} project */
  const remember = (project) =>
    quick ? ['--incremental', '--tsBuildInfoFile', cached(`types-${project}.tsbuildinfo`)] : [];
  const page = ['--workspace', 'renderer', '--tsconfig', './tsconfig.json', '--output', 'human-verbose'];
  const codes = await Promise.all([
    tool('svelte-check/bin/svelte-check', page),
    ...projects.map((project) =>
      tool('typescript/bin/tsc', ['-p', join(root, project, 'tsconfig.json'), ...remember(project)]),
    ),
  ]);
  return oneCheck(codes.every((code) => code === 0));
}

/** @param {boolean} quick */
async function lint(quick) {
  /** @param {string} name */
  const remember = (name) =>
    quick ? ['--cache', '--cache-strategy', 'content', '--cache-location', cached(name)] : [];
  const rules = ['--config', 'build/eslint.config.js', '--max-warnings=0'];
  const codes = await Promise.all([
    tool('eslint/bin/eslint.js', [...rules, ...remember('eslint'), '.']),
    tool('prettier/bin/prettier.cjs', ['--log-level', 'warn', ...remember('prettier'), '--check', '.']),
    run(process.execPath, [join(root, 'build/checks/texts.mjs')]),
  ]);
  return oneCheck(codes.every((code) => code === 0));
}

/** @param {string} config @param {string} name @param {readonly string[]} [more] */
async function vitest(config, name, more = []) {
  const report = join(root, 'test-results', `${name}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await tool('vitest/vitest.mjs', ['run', '-c', config, ...reporters, ...more]);
  return tallyOf(report, code === 0);
}

/** @param {boolean} quick */
function unit(quick) {
  // The quick subset shares its modules between files, which saves half of its time; npm test gives each file a world of its own.
  const swift = ['--exclude', '**/*.slow.test.ts', '--exclude', '**/*.prop.test.ts', '--no-isolate'];
  return vitest('build/vitest.config.ts', 'unit', quick ? swift : []);
}

async function build() {
  console.log(`built ${(await ensureBundles({ force: true })).join(', ')}`);
  return oneCheck(true);
}

async function endToEnd() {
  if (sourceFiles(['electron/e2e'], /\.e2e\.ts$/).length === 0) {
    console.log('electron/e2e holds no *.e2e.ts');
    return oneCheck(false);
  }
  return vitest('build/vitest.e2e.config.ts', 'e2e');
}

/** @type {readonly Stage[]} */
export const stages = [
  { name: 'types', quick: true, run: types },
  { name: 'lint', quick: true, run: lint },
  { name: 'layers', quick: true, run: () => check('build/checks/layers.mjs') },
  { name: 'unit, property and conformance tests', quick: true, run: unit },
  { name: 'build', quick: false, run: build },
  { name: 'determinism', quick: false, run: () => check('build/checks/determinism.mjs') },
  { name: 'labs', quick: false, run: () => check('build/checks/labs.mjs') },
  { name: 'end-to-end', quick: false, run: endToEnd },
];
