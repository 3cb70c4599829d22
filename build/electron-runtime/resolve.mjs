// Which Electron runs the lab here: an override, the electron package's own, or the fallback for closed networks.
// Why there is a fallback, and why releases never use it: docs/decisions/0001-electron-runtime.md
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/files.mjs';
import { run, say } from '../setup/process.mjs';
import { fallbackElectron, fallbackFits } from './fallback.mjs';

/** @typedef {{ path: string, version: string, why: string }} ElectronRuntime */

const packageFolder = join(root, 'node_modules', 'electron');

/** @param {string} path */
const textOf = (path) => (existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined);

/** @returns {ElectronRuntime | undefined} */
function overridden() {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (folder === undefined || folder === '') return undefined;
  const path = join(folder, textOf(join(packageFolder, 'path.txt')) ?? 'electron');
  if (!existsSync(path)) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH is set, but there is no ${path}`);
  const version = textOf(join(folder, 'version')) ?? 'unknown';
  return { path, version, why: 'ELECTRON_OVERRIDE_DIST_PATH says so' };
}

/** @returns {ElectronRuntime | undefined} */
function installed() {
  const name = textOf(join(packageFolder, 'path.txt'));
  const version = textOf(join(packageFolder, 'dist', 'version'));
  if (name === undefined || version === undefined) return undefined;
  const path = join(packageFolder, 'dist', name);
  return existsSync(path) ? { path, version, why: 'the electron package’s own' } : undefined;
}

/** The package's own download. Where the network is closed it fails at once, and silently: the fallback is no error. */
async function download() {
  const patience = setTimeout(() => say('Downloading Electron (about 110 MB)…'), 2000);
  await run(process.execPath, [join(packageFolder, 'install.js')], {
    stdoutTo: 'nowhere',
    timeoutMs: 300_000,
  });
  clearTimeout(patience);
}

/** @returns {Promise<ElectronRuntime>} */
export async function resolveElectron() {
  const ready = overridden() ?? installed();
  if (ready !== undefined) return ready;
  await download();
  const downloaded = installed();
  if (downloaded !== undefined) return downloaded;
  if (fallbackFits) return fallbackElectron();
  throw new Error(
    'Electron could not be downloaded, and there is no fallback for this platform. ' +
      'Unpack an Electron somewhere and set ELECTRON_OVERRIDE_DIST_PATH to its folder.',
  );
}

/** The one line that says which Electron it is, and why.
 * @param {ElectronRuntime} runtime */
export const describeElectron = ({ version, why }) => `Electron ${version.replace(/^v/, '')}: ${why}`;
