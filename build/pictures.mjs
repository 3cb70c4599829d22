// npm run pictures [-- words]: drives the real window through the scenes of build/pictures/scenes.mjs and writes docs/pictures/*.png
// again, with a palette. With words only the pictures whose names hold one of them are written; all scenes are played.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup/files.mjs';
import { ensurePackages } from './setup/packages.mjs';

const FOLDER = join(root, 'docs', 'pictures');
const ROOM_BYTES = 4_000_000;

await ensurePackages();
const { _electron } = await import('playwright-core');
const { setup } = await import('./stages/e2e-setup.mjs');
const { readPng, writePalettePng } = await import('./pictures/png-palette.mjs');
const { scenes } = await import('./pictures/scenes.mjs');

/** Two frames after the last change: what the page was told is drawn, fonts included. @param {import('playwright-core').Page} page */
const drawn = (page) =>
  page.evaluate(async () => {
    const window = /** @type {any} */ (globalThis);
    await window.document.fonts.ready;
    for (let frame = 0; frame < 2; frame++) await new Promise((done) => window.requestAnimationFrame(done));
  });

/** @param {import('./pictures/hands.mjs').Lab} lab @param {import('./pictures/scenes.mjs').Scene} scene */
async function take(lab, { name, size, panel, play }) {
  const { page } = lab;
  if (size !== undefined) await page.setViewportSize({ width: size[0], height: size[1] });
  await play(lab).catch((cause) => {
    throw new Error(`The scene ${name} could not be played.`, { cause });
  });
  if (words.length > 0 && !words.some((word) => name.includes(word))) return;
  await page.mouse.move(0, 0);
  await drawn(page);
  const subject = panel === undefined ? page : page.locator(`[data-panel="${panel}"]`);
  const png = writePalettePng(readPng(await subject.screenshot({ animations: 'disabled', caret: 'hide' })));
  writeFileSync(join(FOLDER, `${name}.png`), png);
  console.log(`${name}.png  ${Math.ceil(png.length / 1024)} KiB`);
}

const words = process.argv.slice(2);
mkdirSync(FOLDER, { recursive: true });
const stop = await setup();
const home = mkdtempSync(join(tmpdir(), 'ddw-lab-pictures-'));
const app = await _electron.launch({
  executablePath: process.env['DDW_LAB_ELECTRON'] ?? '',
  args: [`--user-data-dir=${home}`, root],
  cwd: root,
  // Electron's sandbox does not work for root, and only then is it off.
  chromiumSandbox: process.getuid?.() !== 0,
});
try {
  const page = await app.firstWindow();
  await page.getByTestId('invitation').waitFor();
  for (const scene of scenes) await take({ app, page }, scene);
} finally {
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
  });
  await app.close();
  rmSync(home, { recursive: true, force: true });
  stop();
}
const files = readdirSync(FOLDER);
const bytes = files.reduce((sum, file) => sum + statSync(join(FOLDER, file)).size, 0);
console.log(`${files.length} pictures, ${(bytes / 1e6).toFixed(2)} MB (room: ${ROOM_BYTES / 1e6} MB)`);
process.exitCode = bytes > ROOM_BYTES ? 1 : 0;
