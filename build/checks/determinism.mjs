// The core must not notice whose machine it runs on: the default scenario, run twice under time zones and languages
// far apart, gives the same bytes. Run: node build/checks/determinism.mjs (needs dist/cli.cjs)
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture } from '../setup/process.mjs';
import { root } from '../setup/files.mjs';

/** @type {readonly NodeJS.ProcessEnv[]} */
const places = [
  { TZ: 'UTC', LANG: 'C', LC_ALL: 'C' },
  { TZ: 'Asia/Kathmandu', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
];

/** @param {string} cli @param {readonly string[]} args @returns {Promise<string[]>} what is wrong, one line each */
export async function checkDeterminism(cli, args) {
  const runs = await Promise.all(places.map((env) => capture(process.execPath, [cli, ...args], { env })));
  const failed = runs.find((run) => run.code !== 0);
  if (failed !== undefined) return [`the scenario exits ${failed.code}: ${failed.stderr.slice(-500)}`];
  const hashes = runs.map((run) => createHash('sha256').update(run.stdout).digest('hex'));
  if (runs[0]?.stdout === '') return ['the scenario prints nothing'];
  return new Set(hashes).size === 1 ? [] : [`two runs differ: ${hashes.join(' and ')}`];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = await checkDeterminism(join(root, 'dist', 'cli.cjs'), ['run', '--default']);
  for (const problem of problems) console.log(problem);
  console.log(`determinism: ${problems.length === 0 ? 'two runs far apart gave the same bytes' : 'FAILED'}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
