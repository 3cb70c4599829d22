// Installs npm packages when what is in node_modules is not what the lock file names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './files.mjs';
import { npm, run, say } from './process.mjs';

/** @param {string} path @returns {Record<string, { version?: string, optional?: boolean }>} */
function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

/** Whether every package of the lock is installed in its version. npm writes what it installed into a lock of its
 * own inside node_modules; packages for other platforms are optional and may be missing there.
 * @param {string} [folder] */
export function packagesAreInstalled(folder = root) {
  const wanted = Object.entries(packagesIn(join(folder, 'package-lock.json'))).filter(
    ([path]) => path !== '',
  );
  const installed = packagesIn(join(folder, 'node_modules', '.package-lock.json'));
  return wanted.every(([path, { version, optional }]) => {
    const there = installed[path];
    return there === undefined ? optional === true : there.version === version;
  });
}

/** @returns {Promise<void>} */
export async function ensurePackages() {
  if (packagesAreInstalled()) return;
  say('Installing npm packages (about 20 seconds with a near registry)…');
  // NODE_ENV=production would leave out the build tools; engine warnings are about Electron's own installer.
  const [command, args] = npm(['ci', '--include=dev', '--loglevel=error', '--no-progress']);
  const code = await run(command, args, { stdoutTo: 'stderr' });
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}`);
}
