// Whether Electron can build its sandbox here. If not, the person decides: the lab never drops it by itself.
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRoot, run } from '../setup/process.mjs';

const orWithout =
  'if you accept a window without a sandbox, say so: npm start -- --no-sandbox (or DDW_LAB_NO_SANDBOX=1).';

/** @param {string} helper */
function isSetuidRoot(helper) {
  const stat = statSync(helper, { throwIfNoEntry: false });
  return stat !== undefined && stat.uid === 0 && (stat.mode & 0o4000) !== 0;
}

/** @param {string} electron its binary
 * @returns {Promise<string | undefined>} what stands in the sandbox's way and what to do, or undefined */
export async function sandboxObstacle(electron) {
  if (process.platform !== 'linux') return undefined;
  if (isRoot) {
    return `You are root, and Electron’s sandbox does not work for root. Start the lab as an ordinary user, or, ${orWithout}`;
  }
  const helper = join(dirname(electron), 'chrome-sandbox');
  // Either way of sandboxing will do: namespaces that an ordinary user may make, or a helper that root owns.
  if (isSetuidRoot(helper)) return undefined;
  const tried = await run('unshare', ['--user', '--map-root-user', 'true'], { stdoutTo: 'nowhere' });
  if (tried === 0 || tried === 127) return undefined;
  return (
    'This system does not let ordinary users make the namespaces that Electron’s sandbox is built of. Give its helper ' +
    `to root:\n  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'\nor, ${orWithout}`
  );
}
