// What the window feels like while the machine works, in the real Electron window: how long it takes from start to usable beside an
// empty window of the same Electron in the same run, how long an IPC answer takes (idle, and while a boot maps 1 TiB 1:1 in 64K
// pages), and, with eight functions doing I/O flat out, how soon a click is seen and how long frames are.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron as electron } from 'playwright-core';
import { setup } from '../stages/e2e-setup.mjs';
import { root } from '../setup/files.mjs';

const ANSWER_MS = 50;
const CLICK_MS = 100;
const FRAME_MS = 33;
const START_RATIO = 1.5;
const ROUNDS = 5;
const TIB = 2 ** 40;

/** @typedef {import('playwright-core').ElectronApplication} App @typedef {import('playwright-core').Page} Page */

/** The bare minimum: a window with a page of one line, as Electron's first example has it. */
const EMPTY_MAIN = `
const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => new BrowserWindow({ width: 1366, height: 768 }).loadFile('index.html'));
app.on('window-all-closed', () => app.quit());
`;

function emptyApp() {
  const folder = mkdtempSync(join(tmpdir(), 'ddw-lab-empty-'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "empty", "version": "1.0.0", "main": "main.cjs" }');
  writeFileSync(join(folder, 'main.cjs'), EMPTY_MAIN);
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Empty</title><p id="there">Hello</p>');
  return folder;
}

/** Starts an app in a home of its own; `usable` waits for what tells that it can be used.
 * @template T @param {string} folder @param {(page: Page) => Promise<void>} usable
 * @param {(page: Page, startMs: number) => Promise<T>} use @returns {Promise<T>} */
async function withApp(folder, usable, use) {
  const home = mkdtempSync(join(tmpdir(), 'ddw-lab-bench-'));
  const begun = performance.now();
  const app = await electron.launch({
    executablePath: process.env['DDW_LAB_ELECTRON'] ?? '',
    args: [`--user-data-dir=${home}`, folder],
    cwd: folder,
    chromiumSandbox: process.getuid?.() !== 0,
  });
  try {
    const page = await app.firstWindow();
    await usable(page);
    return await use(page, performance.now() - begun);
  } finally {
    await closeUnasked(app);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Nobody is there to be asked about unsaved sessions.
 * @param {App} app */
async function closeUnasked(app) {
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
  });
  await app.close();
}

/** @param {Page} page */
const labUsable = (page) => page.getByTestId('invitation').waitFor();
/** @param {Page} page */
const emptyUsable = (page) => page.locator('#there').waitFor();

/** Runs in the page: a machine whose one NVMe maps 1 TiB directly, booted while status is asked again and again.
 * @param {number} memoryBytes */
async function bootWhileAsking(memoryBytes) {
  const lab = /** @type {any} */ (globalThis).ddwLab;
  const { value: base } = await lab.query({ ask: 'config' });
  const functions = [{ id: 'nvme0', device: 'nvme', slotClass: 'dedicated' }];
  const memory = { minMemoryBytes: memoryBytes, memoryBytes, maxMemoryBytes: memoryBytes };
  const made = await lab.newSession({ config: { ...base, ...memory, functions } });
  if (!made.ok) throw new Error(made.error.message);
  const booted = await lab.dispatch({ do: 'boot' });
  if (!booted.ok) throw new Error(booted.error.message);
  const took = [];
  let state = '';
  while (state !== 'running') {
    const since = performance.now();
    const { value } = await lab.query({ ask: 'status' });
    took.push(performance.now() - since);
    state = value.state;
  }
  const { value: windows } = await lab.query({ ask: 'windows' });
  return {
    took,
    usedTces: windows
      .map((/** @type {any} */ w) => w.usedTces)
      .reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0),
  };
}

/** Runs in the page: the same question with nothing else to do. */
async function askIdle() {
  const took = [];
  for (let i = 0; i < 200; i++) {
    const since = performance.now();
    await /** @type {any} */ (globalThis).ddwLab.query({ ask: 'status' });
    took.push(performance.now() - since);
  }
  return took;
}

/** Runs in the page: the default machine, booted, all functions at endless I/O. */
async function runFlatOut() {
  const lab = /** @type {any} */ (globalThis).ddwLab;
  const must = (/** @type {any} */ answer) => {
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value;
  };
  must(await lab.newSession({}));
  must(await lab.dispatch({ do: 'boot' }));
  while (must(await lab.query({ ask: 'status' })).state !== 'running');
  const io = { sizeBytes: 65_536, depth: 32, count: 0, direction: 'read', intervalNs: 0 };
  const functions = must(await lab.query({ ask: 'functions' }));
  for (const { description } of functions)
    must(await lab.dispatch({ do: 'io-start', id: description.id, io }));
}

/** Runs in the page: frames for two seconds. */
function frames() {
  const { requestAnimationFrame } = /** @type {any} */ (globalThis);
  return new Promise((/** @type {(took: number[]) => void} */ resolve) => {
    /** @type {number[]} */
    const took = [];
    let last = performance.now();
    const end = last + 2000;
    const next = () => {
      const now = performance.now();
      took.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(next);
      else resolve(took);
    };
    requestAnimationFrame(next);
  });
}

/** Runs in the page: clicks on rows of the adapters' tree in turn; the time until the frame in which the row is chosen. */
async function clicks() {
  const { document, MouseEvent, requestAnimationFrame } = /** @type {any} */ (globalThis);
  const took = [];
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (let n = 0; n < 40; n++) {
    const rows = [
      ...document.querySelectorAll('[role=treegrid] [role=row][aria-level]:not([aria-expanded])'),
    ];
    const target = rows[n % rows.length];
    if (target === undefined) throw new Error('there is no row to click on');
    const id = target.id;
    const since = performance.now();
    for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'])
      target.dispatchEvent(new MouseEvent(type, { bubbles: true }));
    const isChosen = () => document.getElementById(id)?.getAttribute('aria-selected') === 'true';
    while (!isChosen() && performance.now() - since < 2000) await frame();
    took.push(performance.now() - since);
  }
  return took;
}

/** Runs in the page: a thousand VFs are made and booted, while main is asked what has nothing to do with the machine. */
async function askMainWhileBooting() {
  const lab = /** @type {any} */ (globalThis).ddwLab;
  const must = (/** @type {any} */ answer) => {
    if (!answer.ok) throw new Error(answer.error.message);
  };
  must(await lab.newSession({}));
  /** @type {number[]} */
  const took = [];
  let working = true;
  const asking = (async () => {
    while (working) {
      const since = performance.now();
      await lab.openRecent({ index: 999 });
      took.push(performance.now() - since);
    }
  })();
  must(await lab.dispatch({ do: 'vf-add', count: 992, device: 'nvme' }));
  must(await lab.dispatch({ do: 'boot' }));
  for (let state = ''; state !== 'running';) state = (await lab.query({ ask: 'status' })).value.state;
  working = false;
  await asking;
  return took;
}

/** @param {number[]} values @param {number} share */
const quantile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? 0;

/** @param {string} name @param {number[]} took */
function report(name, took) {
  const [half, p95, most] = [0.5, 0.95, 1].map((share) => quantile(took, share).toFixed(1).padStart(6));
  console.log(`${name.padEnd(34)} median ${half} ms  p95 ${p95} ms  longest ${most} ms  (${took.length})`);
}

/** @param {string} what @param {number} value @param {number} goal @param {string} unit */
function verdict(what, value, goal, unit) {
  const met = value <= goal ? 'met' : 'MISSED';
  console.log(`${what.padEnd(34)} ${value.toFixed(1)} ${unit} (goal ${goal} ${unit}: ${met})`);
}

async function startUp() {
  const empty = [];
  const lab = [];
  const folder = emptyApp();
  // In turn, so that whatever else the computer does falls on both.
  for (let round = 0; round < ROUNDS; round++) {
    empty.push(await withApp(folder, emptyUsable, async (_page, ms) => ms));
    lab.push(await withApp(root, labUsable, async (_page, ms) => ms));
  }
  rmSync(folder, { recursive: true, force: true });
  report('start, empty Electron window', empty);
  report('start to usable window', lab);
  verdict('start, ratio of the medians', quantile(lab, 0.5) / quantile(empty, 0.5), START_RATIO, 'x');
}

/** @param {Page} page */
async function answers(page) {
  report('IPC answer, machine idle', await page.evaluate(askIdle));
  const worst = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { took, usedTces } = await page.evaluate(bootWhileAsking, TIB);
    if (usedTces < TIB / 65_536) throw new Error(`only ${usedTces} TCEs were mapped`);
    report(`IPC answer, 1 TiB being mapped (${round + 1})`, took);
    worst.push(quantile(took, 1));
  }
  verdict('longest answer, median of rounds', quantile(worst, 0.5), ANSWER_MS, 'ms');
}

/** @param {Page} page */
async function mainAlone(page) {
  const took = await page.evaluate(askMainWhileBooting);
  report('main answers, 1,000 VFs boot', took);
  verdict('main answers, 95th percentile', quantile(took, 0.95), ANSWER_MS, 'ms');
}

/** @param {Page} page */
async function interaction(page) {
  await page.evaluate(runFlatOut);
  const [took, drawn] = [await page.evaluate(clicks), await page.evaluate(frames)];
  report('click to frame, machine flat out', took);
  report('frame, machine flat out', drawn);
  verdict('click, 95th percentile', quantile(took, 0.95), CLICK_MS, 'ms');
  verdict('frame, 95th percentile', quantile(drawn, 0.95), FRAME_MS, 'ms');
}

const stop = await setup();
try {
  await startUp();
  await withApp(root, labUsable, async (page) => {
    await answers(page);
    await mainAlone(page);
    await interaction(page);
  });
} finally {
  stop();
}
