// Every theme: no serious accessibility violation (axe-core), and a picture of it in test-results/ to be looked at.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Axe from 'axe-core';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { boot, chooseTheme, idle, openPanel, terminalShows } from './page.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const THEMES = ['dark', 'light', 'contrast', 'projector'];

let lab: RunningLab;

beforeAll(async () => {
  lab = await launchLab();
  await lab.page.evaluate(axeSource);
});

afterAll(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

/** "color-contrast: .quiet, .where": what axe holds against the page, empty when nothing. */
async function violations(): Promise<readonly string[]> {
  const results = await lab.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    // The terminal's rows are xterm.js's own; screen-reader mode gives them a list beside.
    return axe.run({ exclude: [['.xterm-rows']] }, { resultTypes: ['violations'] });
  });
  return results.violations.map(
    ({ id, impact, nodes }) =>
      `${id} (${impact}): ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  );
}

describe.each(THEMES)('the theme %s', (theme) => {
  it('has no violation before the first boot', async () => {
    await lab.page.keyboard.press('Control+n');
    await lab.page.getByTestId('invitation').waitFor();
    await chooseTheme(lab.page, theme);
    expect(await violations()).toEqual([]);
    await lab.screenshot(`${theme}-empty`);
  });

  it('has none while a machine runs, a filter matches nothing and a message stands', async () => {
    const { page } = lab;
    await boot(page);
    await idle(page);
    await terminalShows(page, /machine-state .*running/);
    await page.getByRole('row', { name: /vf2/ }).click();
    expect(await violations()).toEqual([]);
    await lab.screenshot(theme);

    await page.getByRole('button', { name: 'Change for next boot' }).click();
    await page.getByLabel('Maximum', { exact: true }).fill('nothing');
    await page.getByText('“nothing” is not a size.').waitFor();
    await page.getByLabel('Filter the trace').fill('zzz');
    await page.getByTestId('nothing-matches').waitFor();
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('has none in the sheet of keys', async () => {
    await lab.page.keyboard.press('F1');
    await lab.page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await violations()).toEqual([]);
    await lab.page.keyboard.press('Escape');
  });
});

it('one panel at a time fills the projector', async () => {
  await chooseTheme(lab.page, 'projector');
  await openPanel(lab, 'windows');
  await lab.page.keyboard.press('Control+Shift+M');
  // While one is shown alone, another that is chosen takes its place.
  for (const panel of ['windows', 'why', 'trace', 'lpar']) {
    await openPanel(lab, panel);
    await lab.screenshot(`projector-${panel}`);
    const width = await lab.page.locator(`[data-panel=${panel}]`).evaluate((element) => element.clientWidth);
    expect(width).toBeGreaterThan(1300);
  }
});
