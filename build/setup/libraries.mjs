// The system libraries that Electron links to, and the X server that tests draw into: found missing by ldd and the
// path, installed by apt when we are root, else named in one command to copy.
import { capture, isOnPath, isRoot, run, say } from './process.mjs';

/** Shortest list that leaves ldd nothing to miss on a bare Debian 12; newer releases spell two with t64. */
const electronPackages = ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1'];
const renamed = ['libgtk-3-0', 'libasound2'];

/** @param {string} binary @returns {Promise<string[]>} names of the libraries it does not find */
export async function missingLibraries(binary) {
  const { stdout } = await capture('ldd', [binary]);
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '');
}

/** @param {string} name */
async function spelling(name) {
  if (!renamed.includes(name)) return name;
  const { stdout } = await capture('apt-cache', ['show', `${name}t64`]);
  return stdout.includes(`Package: ${name}t64`) ? `${name}t64` : name;
}

/** @param {readonly string[]} names */
async function installPackages(names) {
  const quiet = { stdoutTo: /** @type {const} */ ('nowhere'), env: { DEBIAN_FRONTEND: 'noninteractive' } };
  await run('apt-get', ['update', '-qq'], quiet);
  const spelled = await Promise.all(names.map(spelling));
  say(`Installing system packages (a minute or two): ${spelled.join(' ')}`);
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...spelled];
  const { code, stdout, stderr } = await capture('apt-get', args, { env: quiet.env });
  if (code !== 0) throw new Error(`apt-get could not install them:\n${`${stdout}\n${stderr}`.slice(-3000)}`);
}

/** @param {string} electron its binary @param {{ xvfb: boolean }} needs whether an X server of our own is needed
 * @returns {Promise<void>} throws with what the person should type */
export async function ensureLibraries(electron, { xvfb }) {
  if (process.platform !== 'linux') return;
  const missing = await missingLibraries(electron);
  const needed = [
    ...(missing.length > 0 ? electronPackages : []),
    ...(xvfb && !isOnPath('Xvfb') ? ['xvfb'] : []),
  ];
  if (needed.length === 0) return;
  const found = missing.length > 0 ? ` (not found: ${missing.slice(0, 4).join(', ')}…)` : '';
  if (!isOnPath('apt-get'))
    throw new Error(
      `Electron needs system libraries${found}. Install what Debian calls ${needed.join(', ')}.`,
    );
  if (isRoot) return installPackages(needed);
  const spelled = await Promise.all(needed.map(spelling));
  throw new Error(
    `Electron needs system packages${found}. Install them, then run this again:\n` +
      `  sudo apt-get install --no-install-recommends ${spelled.join(' ')}`,
  );
}
