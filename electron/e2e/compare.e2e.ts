// Two kernels side by side: what the session did is run under both, and the session itself stays as it is.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type * as Axe from 'axe-core';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { chooseTheme, flood, idle, isRunning, openPanel, PATIENT, text } from './page.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let lab: RunningLab;

beforeAll(async () => {
  lab = await launchLab();
  await lab.page.evaluate(axeSource);
  await lab.page.getByTestId('invitation').waitFor();
  await openPanel(lab, 'compare');
});

afterAll(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

const violations = (): Promise<readonly string[]> =>
  lab.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    const results = await axe.run('[data-panel=compare]', { resultTypes: ['violations'] });
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });

const run = async (): Promise<void> => {
  await lab.page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(() => text(lab.page, 'compare-status'), PATIENT).toMatch(/^\d+ rows differ of \d+\.$/);
};

const row = (key: string): Promise<readonly string[]> =>
  lab.page.locator(`tr[data-key="${key}"]`).first().locator('td').allTextContents();

it('before the first boot, 5.13 and 5.15 run the machine at hand: modes, branch and dmesg are told apart', async () => {
  const { page } = lab;
  await page.getByRole('banner').getByText('Linux 5.15').waitFor();
  expect(await page.getByLabel('Machine A').inputValue()).toBe('5.13');
  expect(await page.getByLabel('Machine B').inputValue()).toBe('5.15');
  await run();
  expect(await row('mode')).toEqual(['default', 'indirect', '≠ differs']);
  expect(await row('hcalls-per-mib')).toHaveLength(3);
  expect(await row('corrupted')).toEqual(['0', '0', '']);
  const region = page.getByRole('region', { name: 'Comparison' });
  await region.getByText('decides').waitFor();
  await region.getByRole('heading', { name: 'dmesg, 5.13 (−) against 5.15 (+)' }).waitFor();
  expect(await region.locator('[data-change=new]').count()).toBeGreaterThan(0);
  expect(await text(page, 'machine-state')).toBe('off');
});

it('only what differs can be shown alone', async () => {
  const { page } = lab;
  await page.getByLabel('only what differs').check();
  expect(await page.locator('tr[data-key]:not(.differs)').count()).toBe(0);
  expect(await page.locator('tr.differs').count()).toBeGreaterThan(5);
  await page.getByLabel('only what differs').uncheck();
});

it.each(['dark', 'light', 'contrast', 'projector'])('has no axe violation in the theme %s', async (theme) => {
  await chooseTheme(lab.page, theme);
  expect(await violations()).toEqual([]);
  await lab.screenshot(`compare-${theme}`);
});

it('two platforms are compared after a boot with what was done since', async () => {
  const { page } = lab;
  await chooseTheme(page, 'dark');
  await page.getByLabel('Kernel', { exact: true }).selectOption('6.12.107');
  await page.getByRole('banner').getByText('Linux 6.12.107').waitFor();
  await page.keyboard.press('F5');
  await idle(page);
  await page.getByLabel('Compare', { exact: true }).selectOption('platform');
  expect(await page.getByLabel('Machine A').inputValue()).toBe('powervm-p9');
  expect(await page.getByLabel('Machine B').inputValue()).toBe('powervm-p10');
  await run();
  expect(await row('mode')).toEqual(['indirect', 'direct', '≠ differs']);
  await page.keyboard.press('Control+Shift+M');
  await lab.screenshot('compare-platforms');
  await page.keyboard.press('Control+Shift+M');
});

it('a comparison that runs is cancelled, and the next one may begin', async () => {
  const { page } = lab;
  await page.keyboard.press('Control+n');
  await page.locator('[data-testid=machine-state][data-state=off]').waitFor();
  await page.keyboard.press('F5');
  await isRunning(page);
  await flood(page);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
  expect(await page.locator('tr[data-key]').count()).toBe(0);
});
