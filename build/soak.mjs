// npm run soak: many random whole sessions on each platform (core/session/whole-sessions.prop.test.ts), as many platforms at a time as
// there are cores. What fails is printed with its seed: --seed makes the same sessions again.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensurePackages } from './setup/packages.mjs';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    platform: { type: 'string', multiple: true, default: [] },
  },
});
const { sessions, seed, platform } = values;
if (![sessions, seed].every((text) => /^\d{1,9}$/.test(text))) {
  console.error('--sessions and --seed are whole numbers, such as --sessions 10000 --seed 7');
  process.exit(2);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const all = ['qemu-pseries', 'powervm-p8', 'powervm-p9', 'powervm-p10', 'powervm-p11'];
const unknown = platform.filter((id) => !all.includes(id));
if (unknown.length > 0) {
  console.error(`there is no platform "${unknown.join(', ')}": choose of ${all.join(', ')}`);
  process.exit(2);
}

await ensurePackages();
const waiting = platform.length === 0 ? [...all] : [...platform];
/** @type {string[]} */
const failed = [];

/** @param {string} id */
function soak(id) {
  const started = performance.now();
  const vitest = ['vitest', 'run', '-c', 'build/vitest.config.ts', 'core/session/whole-sessions', '-t', id];
  const env = { ...process.env, DDW_LAB_SOAK_SESSIONS: sessions, DDW_LAB_SOAK_SEED: seed };
  const child = spawn('npx', vitest, { cwd: root, env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += String(part)));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      console.log(
        `${code === 0 ? 'ok    ' : 'FAILED'} ${id}: ${sessions} sessions, seed ${seed}, ${seconds} s`,
      );
      if (code !== 0) {
        failed.push(id);
        console.log(text);
      }
      resolve(undefined);
    });
  });
}

async function worker() {
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await soak(id);
}
await Promise.all(Array.from({ length: availableParallelism() }, worker));
process.exitCode = failed.length > 0 ? 1 : 0;
