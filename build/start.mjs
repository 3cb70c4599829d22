// npm start: installs what is missing, builds what is stale, and opens the lab. Without a display it runs the default
// scenario on the command line instead. Options of ours: --no-sandbox (as root), --headless; the rest goes to the lab.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describeElectron, resolveElectron } from './electron-runtime/resolve.mjs';
import { sandboxObstacle } from './electron-runtime/sandbox.mjs';
import { dist, ensureBundles } from './setup/bundles.mjs';
import { hasDisplay } from './setup/display.mjs';
import { root } from './setup/files.mjs';
import { ensureLibraries } from './setup/libraries.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { run, say } from './setup/process.mjs';

const args = process.argv.slice(2);
const noSandbox = args.includes('--no-sandbox') || process.env['DDW_LAB_NO_SANDBOX'] === '1';
const ours = ['--no-sandbox', '--headless'];
const rest = args.filter((arg) => !ours.includes(arg));

async function runHeadless() {
  say(
    hasDisplay
      ? 'Running the default scenario without a window.'
      : 'No display here (neither DISPLAY nor WAYLAND_DISPLAY is set): running the default scenario without a window.',
  );
  await ensureBundles({ only: ['cli'] });
  return run(process.execPath, [join(dist, 'cli.cjs'), 'run', '--default']);
}

/** @param {string} electron @returns {Promise<number>} */
function openWindow(electron) {
  const child = spawn(electron, [...(noSandbox ? ['--no-sandbox'] : []), root, ...rest], {
    stdio: 'inherit',
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 128));
  });
}

async function main() {
  await ensurePackages();
  if (!hasDisplay || args.includes('--headless')) return runHeadless();
  const electron = await resolveElectron();
  say(describeElectron(electron));
  await ensureLibraries(electron.path, { xvfb: false });
  const obstacle = noSandbox ? undefined : await sandboxObstacle(electron.path);
  if (obstacle !== undefined) {
    say(obstacle);
    return 1;
  }
  const built = await ensureBundles();
  if (built.length > 0) say(`Built ${built.join(', ')}.`);
  return openWindow(electron.path);
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
