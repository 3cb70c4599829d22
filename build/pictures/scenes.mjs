// The pictures of docs/pictures/: in which state, of which part, how large. Scenes follow each other in one window.
import * as hands from './hands.mjs';

/** @typedef {import('./hands.mjs').Lab} Lab */
/**
 * @typedef {object} Scene
 * @property {string} name of the file, without .png
 * @property {readonly [number, number]} [size] of the window's inside in CSS pixels; as before when absent
 * @property {string} [panel] its id, when only it is taken
 * @property {(lab: Lab) => Promise<unknown>} play brings the window into the state
 */

const SMALL = /** @type {const} */ ([1366, 768]);
const LARGE = /** @type {const} */ ([2560, 1440]);
const NARROW = /** @type {const} */ ([620, 860]);
const TALL = /** @type {const} */ ([1100, 980]);
const WIDE = /** @type {const} */ ([1100, 660]);
const WORDS = { dark: 'dark', light: 'light', contrast: 'high contrast', projector: 'projector' };

/** vf3 has done a thousand reads, and the trace tells it. @param {Lab} lab */
async function booted(lab) {
  await hands.open(lab, 'trace');
  await hands.boot(lab);
  await hands.chooseFunction(lab, 'vf3');
  await hands.work(lab);
  await hands.traced(lab, 'io-figures');
}

/** One panel, alone in the window. @param {string} panel @param {readonly [number, number]} size @param {(lab: Lab) => Promise<unknown>} [more]
 * @returns {Scene} */
const alone = (panel, size, more = async () => {}) => ({
  name: `panel-${panel}`,
  size,
  panel,
  play: async (lab) => {
    await hands.open(lab, panel);
    await more(lab);
  },
});

/** @type {readonly Scene[]} */
const beginning = [
  {
    name: 'before-boot',
    size: SMALL,
    play: (lab) => hands.theme(lab, { theme: 'dark', words: 'Theme: dark' }),
  },
];

/** @type {readonly Scene[]} */
const themes = Object.entries(WORDS).map(([theme, word]) => ({
  name: `theme-${theme}`,
  play: async (lab) => {
    if (theme === 'dark') await booted(lab);
    await hands.theme(lab, { theme, words: `Theme: ${word}` });
  },
}));

/** @param {Lab} lab @param {RegExp} words */
const says = ({ page }, words) => page.getByText(words).first().waitFor();

/** The session of `booted`, panel by panel. @type {readonly Scene[]} */
const panels = [
  {
    ...alone('windows', WIDE),
    play: async (lab) => {
      await hands.theme(lab, { theme: 'dark', words: 'Theme: dark' });
      await hands.open(lab, 'windows');
      await hands.act(lab, 'One panel at a time');
    },
  },
  alone('tces', WIDE, async (lab) => {
    await lab.page.getByRole('button', { name: 'Next in use' }).click();
    await lab.page
      .getByTestId('split-answer')
      .getByText(/reaches real address/)
      .waitFor();
  }),
  alone('device-tree', TALL, async (lab) => {
    await lab.page.getByLabel('Find in the device tree').fill('dma64-ddr');
    await lab.page
      .getByRole('button', { name: /linux,dma64-ddr-window-info/ })
      .first()
      .click();
    await lab.page.locator('[data-panel=device-tree]').getByRole('button', { name: 'Clear' }).click();
    await says(lab, /a window of 256 GiB/);
  }),
  alone('figures', WIDE, (lab) => lab.page.locator('[data-panel=figures] [role=img]').first().waitFor()),
  alone('budget', WIDE, (lab) => lab.page.getByTestId('budget-lead').waitFor()),
  alone('page-sizes', WIDE, (lab) => lab.page.locator('[data-panel=page-sizes] table').first().waitFor()),
  alone('vfio', WIDE, async (lab) => {
    const platform = lab.page.locator('[data-panel=vfio]').getByLabel('Firmware and slot');
    await platform.selectOption({ label: 'PowerVM on POWER9, Dedicated slot' });
    await lab.page
      .getByTestId('vfio-answer')
      .getByText(/can it be done\?|here:/)
      .first()
      .waitFor({ timeout: 120_000 });
    await lab.page.getByTestId('vfio-tally').waitFor({ timeout: 120_000 });
  }),
  alone('trace', WIDE),
  alone('log', WIDE, (lab) =>
    lab.page
      .locator('[data-panel=log]')
      .getByText(/dma-window/)
      .first()
      .waitFor(),
  ),
  alone('compare', WIDE, async (lab) => {
    await lab.page.getByRole('button', { name: 'Run', exact: true }).click();
    await lab.page
      .getByTestId('compare-status')
      .getByText(/rows differ of/)
      .waitFor();
  }),
  alone('functions', NARROW),
  alone('why', NARROW),
  alone('life', NARROW, (lab) => lab.page.locator('[data-panel=life] [data-action]').first().waitFor()),
  {
    ...alone('lpar', NARROW),
    play: async (lab) => {
      await hands.fresh(lab);
      await hands.open(lab, 'lpar');
    },
  },
];

/** @type {readonly Scene[]} */
const states = [
  {
    name: 'io-running',
    size: SMALL,
    play: async (lab) => {
      await hands.act(lab, 'One panel at a time');
      await hands.act(lab, 'Reset the layout');
      await hands.boot(lab);
      await hands.flood(lab);
      await hands.traced(lab, 'H_PUT_TCE');
      await hands.open(lab, 'figures');
      await lab.page.locator('[data-panel=figures] [role=img]').first().waitFor();
    },
  },
  {
    name: 'frozen-pe',
    play: async (lab) => {
      await hands.fresh(lab);
      await hands.boot(lab);
      await hands.open(lab, 'windows');
      await hands.command(lab, { do: 'pe-freeze', id: 'vf2' });
      await lab.page.getByRole('row', { name: /vf2 frozen/ }).click();
      await says(lab, /^The PE of vf2 is frozen/);
      await hands.traced(lab, 'pe-frozen');
    },
  },
  {
    name: 'oops',
    play: async (lab) => {
      await hands.fresh(lab);
      await hands.configure(lab, { functions: [{ id: 'nvme0', device: 'nvme', slotClass: 'sriov-vf' }] });
      await hands.command(lab, { do: 'inject', call: 'H_PUT_TCE', rc: -1, count: 1, skip: 0 });
      await lab.page.keyboard.press('F5');
      await lab.page.locator('[data-testid=machine-state][data-state=oops]').waitFor();
      await hands.open(lab, 'log');
      await says(lab, /^The kernel died here/);
    },
  },
  {
    name: 'large-screen',
    size: LARGE,
    play: async (lab) => {
      await hands.fresh(lab);
      await booted(lab);
    },
  },
  {
    name: 'thousand-vfs',
    size: SMALL,
    panel: 'functions',
    play: async (lab) => {
      await hands.fresh(lab);
      await lab.page.getByLabel('How many to add').fill('992');
      await lab.page.getByRole('button', { name: 'Add', exact: true }).click();
      await says(lab, /^1,000 functions, waiting/);
      await hands.boot(lab);
      await lab.page.getByRole('button', { name: 'Group, sort, map' }).click();
      await lab.page.getByLabel('Show as').selectOption('map');
      await lab.page.getByRole('listbox', { name: 'Virtual functions as a map' }).waitFor();
      await hands.open(lab, 'functions');
      await hands.act(lab, 'One panel at a time');
      await lab.page.getByRole('listbox', { name: 'Virtual functions as a map' }).waitFor();
    },
  },
];

/** @type {readonly Scene[]} */
export const scenes = [...beginning, ...themes, ...panels, ...states];
