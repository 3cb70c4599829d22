// How long the panel of adapters takes to answer at 1,000 VFs: choosing, choosing all, sorting, filtering, each from the press to the
// frame that shows it, in the real Electron window. The limit: 100 ms.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron as electron } from 'playwright-core';
import { setup } from '../stages/e2e-setup.mjs';
import { root } from '../setup/files.mjs';

const LIMIT_MS = 100;
const ROUNDS = 10;

/** Runs in the page: each act `rounds` times, from the event to the second frame after it.
 * @param {number} rounds */
async function actsIn(rounds) {
  const window = /** @type {any} */ (globalThis);
  const { document, KeyboardEvent } = window;
  const nextFrame = () => new Promise((resolve) => window.requestAnimationFrame(resolve));
  const frame = async () => {
    await nextFrame();
    await nextFrame();
  };
  const tree = document.querySelector('[role=treegrid]');
  const filter = document.querySelector('[data-panel=functions] [type=search]');
  /** @param {string} key @param {object} [held] */
  const press = (key, held = {}) =>
    tree.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...held }));
  /** @type {Record<string, (round: number) => void>} */
  const acts = {
    'choose one': () => void press('ArrowDown'),
    'choose all': () => void press('a', { ctrlKey: true }),
    sort: () => tree.querySelector('[role=columnheader] button').click(),
    filter: (round) => {
      filter.value = round % 2 === 0 ? 'vf9' : '';
      filter.dispatchEvent(new window.Event('input', { bubbles: true }));
    },
  };
  /** @type {Record<string, number[]>} */
  const took = {};
  for (const [name, act] of Object.entries(acts)) {
    const times = (took[name] = /** @type {number[]} */ ([]));
    for (let round = 0; round < rounds; round++) {
      const since = performance.now();
      act(round);
      await frame();
      times.push(performance.now() - since);
    }
  }
  return took;
}

const stop = await setup();
const home = mkdtempSync(join(tmpdir(), 'ddw-lab-bench-'));
const app = await electron.launch({
  executablePath: process.env['DDW_LAB_ELECTRON'] ?? '',
  args: [`--user-data-dir=${home}`, root],
  cwd: root,
  chromiumSandbox: process.getuid?.() !== 0,
});
try {
  const page = await app.firstWindow();
  await page.getByTestId('invitation').waitFor();
  await page.getByLabel('How many to add').fill('992');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('1,000 functions, waiting').waitFor();
  const took = await page.evaluate(actsIn, ROUNDS);
  for (const [name, times] of Object.entries(took)) {
    const most = Math.max(...times);
    const verdict = most < LIMIT_MS ? 'met' : 'MISSED';
    console.log(
      `1,000 VFs: ${name.padEnd(12)} longest ${most.toFixed(0)} ms (goal ${LIMIT_MS} ms: ${verdict})`,
    );
  }
} finally {
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
  });
  await app.close();
  rmSync(home, { recursive: true, force: true });
  stop();
}
