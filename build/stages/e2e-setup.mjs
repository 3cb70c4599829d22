// Before the end-to-end tests: an Electron, what it links to, fresh bundles, and a display. Specs read the environment.
import { describeElectron, resolveElectron } from '../electron-runtime/resolve.mjs';
import { ensureBundles } from '../setup/bundles.mjs';
import { startXvfb } from '../setup/display.mjs';
import { ensureLibraries } from '../setup/libraries.mjs';
import { say } from '../setup/process.mjs';

/** @returns {Promise<() => void>} what vitest calls at the end */
export async function setup() {
  const electron = await resolveElectron();
  say(describeElectron(electron));
  process.env['DDW_LAB_ELECTRON'] = electron.path;
  // DDW_LAB_E2E_DISPLAY=own shows the windows on the developer's screen instead.
  const ownDisplay = process.platform !== 'linux' || process.env['DDW_LAB_E2E_DISPLAY'] === 'own';
  await ensureLibraries(electron.path, { xvfb: !ownDisplay });
  await ensureBundles();
  if (ownDisplay) return () => {};
  const xvfb = await startXvfb();
  process.env['DISPLAY'] = xvfb.display;
  delete process.env['WAYLAND_DISPLAY'];
  return xvfb.stop;
}
