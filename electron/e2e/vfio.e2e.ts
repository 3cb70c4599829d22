// VFIO with huge pages: the matrix is worked out with the panel in sight, is read by keys, and each cell is a machine to open.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type * as Axe from 'axe-core';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { chooseTheme, openPanel, PATIENT, text } from './page.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let lab: RunningLab;

beforeAll(async () => {
  lab = await launchLab();
  await lab.page.setViewportSize({ width: 1366, height: 768 });
  await lab.page.evaluate(axeSource);
  await lab.page.getByTestId('invitation').waitFor();
});

afterAll(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

const answer = (): Promise<string> => text(lab.page, 'vfio-answer');
const panel = () => lab.page.locator('[data-panel=vfio]');

it('works the matrix out when its panel is opened; it can be cancelled, and done again', async () => {
  await openPanel(lab, 'vfio');
  await panel().getByRole('button', { name: 'Cancel', exact: true }).click();
  await panel().getByRole('button', { name: 'Work it out' }).click();
  await expect.poll(answer, { timeout: 50_000 }).toMatch(/: can it be done\? (Yes|At a cost|No), /);
  await expect
    .poll(() => text(lab.page, 'vfio-tally'), PATIENT)
    .toMatch(/^Of all [\d,]+ machines tried: \d+/);
  expect(await panel().getByRole('button', { name: 'Cancel', exact: true }).count()).toBe(0);
});

it('answers for a program and a platform: not on a VF, at a cost on POWER9, one to one on POWER10', async () => {
  const platform = panel().getByLabel('Firmware and slot');
  await platform.selectOption({ label: 'PowerVM on POWER9, SR-IOV logical port (VF)' });
  await expect.poll(answer, PATIENT).toContain('No, not here');
  await platform.selectOption({ label: 'PowerVM on POWER9, Dedicated slot' });
  await expect.poll(answer, PATIENT).toContain('16M pages, as many smaller TCEs, with Linux 6.11 to 7.2.13');
  await platform.selectOption({ label: 'PowerVM on POWER10, Dedicated slot' });
  await expect.poll(answer, PATIENT).toContain('Yes, here: 2M pages with Linux 6.11 to 7.2.13');
});

it('is read by keys: each cell says outcome, call or cost, and why, with its grade', async () => {
  const { page } = lab;
  const grid = panel().getByRole('grid');
  await grid.getByRole('gridcell').first().focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await page.locator(':focus').textContent()).toMatch(/✓ works\s*1 TCE of 2M/);
  expect(await text(page, 'vfio-detail')).toMatch(
    /each page is one TCE of 2 MiB, 512 in all\..* As sure as .*: (verified|observed|documented|assumed)/,
  );
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Home');
  expect(await page.locator(':focus').textContent()).toMatch(/✕ fails\s*SET_IOMMU -EPERM/);
  expect(await text(page, 'vfio-detail')).toContain('It fails at VFIO_SET_IOMMU with -EPERM (-1).');
  expect(await grid.locator('[tabindex="0"]').count()).toBe(1);
});

it.each(['dark', 'light', 'contrast', 'projector'])('has no axe violation in the theme %s', async (theme) => {
  await chooseTheme(lab.page, theme);
  await panel().getByText('What this rests on').click();
  const found = await lab.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    const results = await axe.run('[data-panel=vfio]', { resultTypes: ['violations'] });
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
  expect(found).toEqual([]);
  await panel().getByText('What this rests on').click();
  await panel().getByRole('grid').locator('[tabindex="0"]').focus();
  await panel().getByLabel('Program').scrollIntoViewIfNeeded();
  await lab.screenshot(`vfio-${theme}`);
  await lab.page.keyboard.press('Control+Shift+M');
  await lab.screenshot(`vfio-alone-${theme}`);
  await lab.page.keyboard.press('Control+Shift+M');
});

it('Enter on a cell opens that machine in a session of its own, at that moment', async () => {
  const { page } = lab;
  await chooseTheme(page, 'dark');
  await panel().getByRole('grid').locator('[tabindex="0"]').focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.getByText('The machine of that cell is open in a session of its own').first().waitFor();
  const state = await page.evaluate(async () => {
    const [config, vfio] = [
      await window.ddwLab.query({ ask: 'config' }),
      await window.ddwLab.query({ ask: 'vfio' }),
    ];
    return {
      kernel: config.ok ? config.value.kernel : '',
      profile: config.ok ? config.value.profile : '',
      apps: vfio.ok ? vfio.value.applications.map(({ tces, failed }) => ({ tces, failed })) : [],
    };
  });
  expect(state).toEqual({ kernel: '7.2.13', profile: 'powervm-p10', apps: [{ tces: 512, failed: null }] });
  await page.locator('[data-testid=machine-state][data-state=running]').waitFor();
});

it('after a driver the machines are tried again; what is known already comes back at once', async () => {
  const before = await answer();
  const driverFirst = panel().getByLabel('after a driver of the kernel');
  await driverFirst.check();
  await expect.poll(answer, PATIENT).toContain('Trying it');
  await panel().getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect.poll(answer, PATIENT).toContain('Not worked out');
  await driverFirst.uncheck();
  await expect.poll(answer, PATIENT).toBe(before);
});
