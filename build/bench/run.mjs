// npm run bench [-- words]: bundles each build/bench/*.bench.ts and runs it on this Node, alone, one after the other; *.bench.mjs
// run as they are (they drive the built lab).
// C baselines (build/bench/*.c) are compiled with -O2 where there is a compiler; a bench finds them in DDW_BENCH_C.
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dist } from '../setup/bundles.mjs';
import { root, sourceFiles } from '../setup/files.mjs';
import { ensurePackages } from '../setup/packages.mjs';
import { isOnPath, run } from '../setup/process.mjs';

const words = process.argv.slice(2);
const out = join(dist, 'bench');

/** @param {string} source */
const name = (source) => basename(source).replace(/\.(bench\.(ts|mjs)|c)$/, '');

/** @param {string} source @returns {Promise<boolean>} */
async function compileC(source) {
  const code = await run('cc', [
    '-O2',
    '-std=c11',
    '-Wall',
    '-o',
    join(out, name(source)),
    join(root, source),
    '-lm',
  ]);
  return code === 0;
}

/** @param {string} source @returns {Promise<string>} the bundle's path */
async function bundle(source) {
  const [{ build }, { nodeConfig }] = await Promise.all([import('vite'), import('../vite/configs.mjs')]);
  await build(nodeConfig({ name: name(source), source }, out));
  return join(out, `${name(source)}.cjs`);
}

await ensurePackages();
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const wanted = sourceFiles(['build/bench'], /\.bench\.(ts|mjs)$/).filter((path) =>
  words.every((word) => path.includes(word)),
);
const baselines = sourceFiles(['build/bench'], /\.c$/);
const compiler = isOnPath('cc');
if (!compiler && baselines.length > 0) console.log('no C compiler (cc) here: the C baselines are left out');
let failures = 0;
for (const source of compiler ? baselines : []) if (!(await compileC(source))) failures += 1;
for (const source of wanted) {
  console.log(`\n=== ${name(source)} ===`);
  const env = compiler ? { DDW_BENCH_C: out } : {};
  const script = source.endsWith('.ts') ? await bundle(source) : join(root, source);
  if ((await run(process.execPath, ['--expose-gc', script], { env })) !== 0) failures += 1;
}
console.log(wanted.length === 0 ? 'no benches match' : `\n${wanted.length} benches, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;
