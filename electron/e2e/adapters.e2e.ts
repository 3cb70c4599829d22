// Adapters and VFs: the tree and the map, many chosen at once, workloads on them; with a few functions and with many.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Locator } from 'playwright-core';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, boot, idle, text } from './page.ts';

let lab: RunningLab;

beforeEach(async () => {
  lab = await launchLab();
});

afterEach(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

const tree = (): Locator => lab.page.getByRole('treegrid', { name: 'Adapters and virtual functions' });

/** Names of the chosen rows. */
const chosen = (): Promise<readonly string[]> =>
  tree().locator('[role=row][aria-selected=true] .name .text').allTextContents();

const press = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await lab.page.keyboard.press(key);
};

describe('the tree by keyboard', () => {
  it('opens, closes, finds by its letters and chooses many', async () => {
    const { page } = lab;
    await page.getByTestId('invitation').waitFor();
    await tree().focus();
    await press('Home');
    const group = page.getByRole('row', { name: /^C1/ });
    expect(await group.getAttribute('aria-expanded')).toBe('true');
    await press('ArrowLeft');
    expect(await group.getAttribute('aria-expanded')).toBe('false');
    await press('ArrowRight', 'ArrowRight', 'ArrowRight');
    expect(await chosen()).toEqual(['vf0']);
    await press('v', 'f', '5');
    expect(await chosen()).toEqual(['vf5']);
    await press('Shift+ArrowDown', 'Shift+ArrowDown');
    expect(await chosen()).toEqual(['vf5', 'vf6', 'vf7']);
    await press('Control+Home', ...Array<string>(3).fill('Control+ArrowDown'), 'Control+Space');
    expect(await chosen()).toEqual(['vf1', 'vf5', 'vf6', 'vf7']);
    await press('Control+a');
    expect(await text(page, 'chosen')).toBe('8 chosen: 8 no driver; 0 TCEs in use.');
    await press('v', 'f', '7', 'Shift+ArrowUp', 'Delete');
    await page.getByText('6 functions, waiting for a kernel to drive them.').waitFor();
  });

  it('sorts, filters and groups, and says when nothing fits', async () => {
    const { page } = lab;
    await boot(page);
    await page.getByLabel('Filter functions').fill('vf7');
    await page.getByText('1 of 8 shown').waitFor();
    await page.getByLabel('Filter functions').fill('vf9');
    await page.getByText('No function fits “vf9”.').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByRole('button', { name: 'Group, sort, map' }).click();
    await page.getByLabel('Sort by').selectOption('name');
    await page.getByLabel('Largest first').check();
    await page.getByLabel('Group by').selectOption('mode');
    await expect
      .poll(() => tree().locator('.name .text').allTextContents(), PATIENT)
      .toEqual(['indirect', 'vf7', 'vf6', 'vf5', 'vf4', 'vf3', 'vf2', 'vf1', 'vf0']);
  });
});

it('the map names its cells, and its arrows go all ways', async () => {
  const { page } = lab;
  await boot(page);
  await page.getByRole('button', { name: 'Group, sort, map' }).click();
  await page.getByLabel('Show as').selectOption('map');
  const map = page.getByRole('listbox', { name: 'Virtual functions as a map' });
  await page.getByRole('option', { name: 'vf3: indirect, driven, 0 % of its block' }).click();
  await map.press('ArrowRight');
  await page.getByRole('heading', { name: /^Windows of vf4/ }).waitFor();
  await map.press('Shift+ArrowRight');
  expect(await text(page, 'chosen')).toBe('2 chosen: 2 indirect; 0 TCEs in use.');
});

it('a frozen PE stands in a red frame with what to do next, and a reset brings it back', async () => {
  const { page } = lab;
  await boot(page);
  await idle(page);
  await page.evaluate(() => window.ddwLab.dispatch({ do: 'pe-freeze', id: 'vf2' }));
  await page.getByRole('row', { name: /vf2 frozen/ }).click();
  await page.getByText('The PE of vf2 is frozen: no DMA and no MMIO passes.').waitFor();
  await lab.screenshot('adapters-frozen');
  await page.getByRole('button', { name: 'Reset the partition' }).click();
  await page.getByText('8 functions, all indirect.').waitFor();
});

/** A row of the tree by what it stands for. */
const row = (key: string): Locator => tree().locator(`[data-key="${key}"]`);

/** Turns the wheel until the row is in sight, and clicks it. */
async function clickRow(key: string): Promise<void> {
  await tree().hover();
  for (let turns = 0; turns < 60 && (await row(key).count()) === 0; turns++) {
    await lab.page.mouse.wheel(0, turns < 30 ? 200 : -200);
  }
  await row(key).click();
}

/** Goes there by Tab, as a person without a mouse does. */
async function tabTo(place: Locator, key = 'Tab'): Promise<void> {
  await place.waitFor();
  const isThere = (): Promise<boolean> => place.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 60 && !(await isThere()); presses++) await press(key);
  expect(await isThere()).toBe(true);
}

const inPanel = (role: 'button' | 'spinbutton' | 'combobox', name: string): Locator =>
  lab.page.locator('[data-panel=functions]').getByRole(role, { name, exact: true });

const workload = (words: RegExp): Promise<void> =>
  lab.page.getByTestId('workload').filter({ hasText: words }).waitFor();

describe('from an empty adapter to 64 VFs that do I/O', () => {
  it('by mouse; a capacity that the port does not have is refused in the words of the HMC', async () => {
    const { page } = lab;
    await page.getByTestId('invitation').waitFor();
    await clickRow('slot C4');
    await page.getByText(/^chhwres -r sriov -m sys-1 --rsubtype adapter -o a /).waitFor();
    await inPanel('button', 'Put the adapter into shared mode').click();
    await clickRow('port C4 0');
    expect(await inPanel('combobox', 'Where to add').inputValue()).toBe('2/0');
    await inPanel('spinbutton', 'How many to add').fill('32');
    await inPanel('spinbutton', 'Capacity of each, percent of the port').fill('5');
    await inPanel('button', 'Add').click();
    await page.getByRole('alert').filter({ hasText: 'HSCL1293 The total capacity' }).waitFor();
    await inPanel('spinbutton', 'Capacity of each, percent of the port').fill('3');
    await inPanel('button', 'Add').click();
    await page.getByText('40 functions, waiting').waitFor();
    await expect
      .poll(() => row('port C4 0').textContent(), PATIENT)
      .toContain('96 % of 100 % · 32 of 60 ports');
    await clickRow('port C4 1');
    await inPanel('button', 'Add').click();
    await page.getByText('72 functions, waiting').waitFor();
    await page.getByTestId('invitation').getByRole('button', { name: 'Boot', exact: true }).click();
    await page.getByText('72 functions, all indirect.').waitFor();
    await clickRow('slot C4');
    await expect.poll(() => text(page, 'chosen'), PATIENT).toMatch(/^64 chosen: 64 indirect/);
    await inPanel('combobox', 'Preset').selectOption('Packets: 4K writes, endless');
    await inPanel('button', 'Start I/O').click();
    await workload(/^64 running: [1-9]/);
    await lab.screenshot('adapters-64');
    await inPanel('button', 'Stop').click();
    await workload(/^Done: /);
    await clickRow('function vf8');
    await page.getByText('it blocks live migration of lab').waitFor();
  });

  it('by keyboard alone', async () => {
    const { page } = lab;
    await page.getByTestId('invitation').waitFor();
    await tabTo(tree());
    await press('End');
    await tabTo(inPanel('button', 'Put the adapter into shared mode'));
    await press('Enter');
    await row('port C4 1').waitFor();
    for (const count of [40, 72]) {
      await tabTo(tree(), 'Shift+Tab');
      await press(...(count === 40 ? ['ArrowDown'] : ['End']));
      await tabTo(inPanel('spinbutton', 'How many to add'));
      await press('Control+a', '3', '2', 'Enter');
      await page.getByText(`${count} functions, waiting`).waitFor();
    }
    await press('F5');
    await page.getByText('72 functions, all indirect.').waitFor();
    await tabTo(tree(), 'Shift+Tab');
    await press('End', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft');
    await expect.poll(() => text(page, 'chosen'), PATIENT).toMatch(/^64 chosen: 64 indirect/);
    await tabTo(inPanel('combobox', 'Preset'));
    await page.keyboard.type('Packets');
    await tabTo(inPanel('button', 'Start I/O'));
    await press('Enter');
    await workload(/^64 running: [1-9]/);
    await tabTo(inPanel('button', 'Stop'));
    await press('Enter');
    await workload(/^Done: /);
    await tabTo(tree(), 'Shift+Tab');
    await press('Control+z');
    await page.getByRole('status').filter({ hasText: 'Undone: ' }).waitFor();
    await page.getByText('40 functions, all indirect.').waitFor();
  });
});

it('what was done to the configuration is undone by key, in words, and not while a field is typed in', async () => {
  const { page } = lab;
  await page.getByTestId('invitation').waitFor();
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  expect(await undo.getAttribute('aria-disabled')).toBe('true');
  await tree().focus();
  await press('Control+z');
  await page.getByText('There is nothing to undo: nothing was done').first().waitFor();
  await page.getByLabel('How many to add').fill('56');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('64 functions, waiting').waitFor();
  await expect.poll(() => undo.getAttribute('title'), PATIENT).toMatch(/^Undo: vf add .*56.* \(Ctrl\+Z\)$/);
  await page.getByLabel('Filter functions').fill('vf1');
  await page.getByLabel('Filter functions').press('Control+z');
  expect(await text(page, 'functions-summary')).toMatch(/^64 functions/);
  await page.getByLabel('Filter functions').fill('');
  await tree().focus();
  await press('Control+z');
  await page
    .getByRole('status')
    .filter({ hasText: /Undone: vf add/ })
    .waitFor();
  await page.getByText('8 functions, waiting').waitFor();
  expect(await undo.getAttribute('aria-disabled')).toBe('true');
});

it('the budget tells beforehand who would be left on 4K pages, and what is assumed', async () => {
  const { page } = lab;
  await page.getByTestId('invitation').waitFor();
  await page.getByRole('tab', { name: 'TCE budget' }).click();
  await page
    .getByTestId('budget-lead')
    .getByText(/^TCE tables take [\d.]+ GiB of hypervisor memory; 100 % of it holds no valid TCE\.$/)
    .waitFor();
  await page.getByText('How it was worked out').click();
  await page.locator('[data-panel=budget]').getByText('assumed', { exact: true }).first().waitFor();
  await page.getByLabel('VFs in all').fill('64');
  await page.getByTestId('what-if').getByText('64 nic functions: indirect').waitFor();
  await page.getByLabel('Maximum memory, GiB').fill('128');
  await page.getByTestId('what-if').getByText('64 nic functions: direct').waitFor();
  expect(await text(page, 'functions-summary')).toBe('8 functions, waiting for a kernel to drive them.');
  await lab.screenshot('budget');
});

it('the figures of I/O stand in charts and, the same, in a table', async () => {
  const { page } = lab;
  await boot(page);
  await idle(page);
  await page.getByRole('button', { name: 'Start I/O' }).click();
  await page
    .getByTestId('workload')
    .filter({ hasText: /^Done: 1,000 requests, 62.5 MiB/ })
    .waitFor();
  const panel = page.locator('[data-panel=figures]');
  await page.getByRole('tab', { name: 'Figures' }).click();
  await panel.getByRole('img', { name: /^MiB a second of I\/O: now [\d.]+ ?k?, at most [1-9]/ }).waitFor();
  await lab.screenshot('figures');
  await panel.getByRole('combobox', { name: 'Show as' }).selectOption('table');
  const row = panel.getByRole('row', { name: /^the chosen function/ });
  expect(await row.getByRole('cell').last().textContent()).toBe('62.5 MiB');
});
