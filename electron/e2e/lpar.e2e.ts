// The partition: its form field by field, what happens to it while it runs, why it decided so, and the table of page sizes.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type * as Axe from 'axe-core';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, boot, chooseTheme, idle, openPanel, terminalShows, text } from './page.ts';

let lab: RunningLab;

beforeEach(async () => {
  lab = await launchLab();
  await lab.page.getByTestId('invitation').waitFor();
});

afterEach(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

const action = (name: string): ReturnType<typeof lab.page.locator> =>
  lab.page.locator(`[data-action=${name}]`);

describe('the form', () => {
  it('takes processors, blocks, installed memory and NVDIMMs', async () => {
    const { page } = lab;
    await page.getByLabel('Processors').fill('16');
    await page.getByLabel('Memory block (LMB)').fill('64 MiB');
    await page.getByLabel('Installed memory').fill('256 GiB');
    await page.getByLabel('NVDIMMs').fill('1');
    await page.getByLabel('NVDIMMs').press('Enter');
    await expect
      .poll(
        () =>
          page.evaluate(async () => {
            const answer = await window.ddwLab.query({ ask: 'config' });
            if (!answer.ok) return [];
            const { cpus, lmbBytes, installedMemoryBytes, nvdimms } = answer.value;
            return [cpus, lmbBytes, installedMemoryBytes, nvdimms];
          }),
        PATIENT,
      )
      .toEqual([16, 2 ** 26, 2 ** 38, 1]);
  });

  it.each([
    ['Processors', '0', 'The number of processors must be a whole number from 1 to 256.'],
    ['Memory block (LMB)', '48 MiB', 'A memory block of 50331648 bytes is no power of two.'],
    ['Installed memory', '32 GiB', 'The memory of 64G is above the 32G installed in the managed system.'],
    ['NVDIMMs', 'many', '“many” is not a number.'],
  ])('says of %s = %s: %s', async (label, value, sentence) => {
    const { page } = lab;
    await page.getByLabel(label).fill(value);
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
  });

  it('says what a field is for and how far it goes while it has the focus', async () => {
    const { page } = lab;
    await page.getByLabel('Memory now').focus();
    await page
      .locator('p.hint')
      .filter({ hasText: 'From 16 GiB to 512 GiB, in blocks of 256 MiB.' })
      .waitFor();
    expect(await page.getByLabel('Memory now').getAttribute('aria-describedby')).toBe('memory-hint');
  });

  it('is read-only with a reason for each field while the partition runs', async () => {
    const { page } = lab;
    await boot(page);
    await page.getByTestId('lpar-locked').waitFor();
    const field = page.getByLabel('Maximum', { exact: true });
    expect(await field.getAttribute('readonly')).not.toBeNull();
    await field.focus();
    await page.locator('p.hint').filter({ hasText: 'ibm,lrdr-capacity' }).waitFor();
    await page.getByTestId('lpar-locked').getByRole('button', { name: 'Change live…' }).click();
    await action('memory-add').waitFor();
  });
});

describe('the life of the partition', () => {
  beforeEach(async () => {
    await boot(lab.page);
    await idle(lab.page);
    await openPanel(lab, 'life');
  });

  it('adds memory by DLPAR after saying what that does to the windows', async () => {
    const { page } = lab;
    await action('memory-add')
      .getByText(/A mistake of this kernel: it also writes the range into 8 indirect windows/)
      .waitFor();
    expect(await action('memory-add').locator('code').textContent()).toBe('mem add 1G');
    await action('memory-add').getByRole('button', { name: 'Add memory' }).click();
    await page.getByText('Linux 5.15 runs in 65 GiB.').waitFor();
    await action('memory-add')
      .getByText(/^Asked for, event [\d,]+\./)
      .waitFor();
  });

  it('refuses in a sentence what cannot be done, and says it to those who listen', async () => {
    const { page } = lab;
    await page.getByLabel('How much').fill('1 TiB');
    await action('memory-add').getByText('64G and 1T more are above the maximum memory of 512G.').waitFor();
    await action('crash').getByText('no crash kernel is loaded', { exact: false }).waitFor();
    await action('crash').getByRole('button', { name: 'Crash', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('status')
      .filter({ hasText: /No crash kernel is loaded/ })
      .first()
      .waitFor({ state: 'attached' });
    expect(await text(page, 'machine-state')).toBe('running, idle');
  });

  it('asks before it ends anything, and takes Escape for no', async () => {
    const { page } = lab;
    await action('shutdown').getByRole('button', { name: 'Shut down' }).first().click();
    await action('shutdown').getByRole('button', { name: 'Yes: shut down' }).waitFor();
    await page.keyboard.press('Escape');
    await action('shutdown').getByRole('button', { name: 'Yes: shut down' }).waitFor({ state: 'detached' });
    expect(await text(page, 'machine-state')).toBe('running, idle');
    await action('shutdown').getByRole('button', { name: 'Shut down' }).first().click();
    await action('shutdown').getByRole('button', { name: 'Yes: shut down' }).click();
    await page.locator('[data-testid=machine-state][data-state=off]').waitFor();
  });

  it('starts the next kernel by kexec', async () => {
    const { page } = lab;
    await action('kexec').getByText('8 dynamic windows and what they map stay in the firmware.').waitFor();
    await action('kexec').getByRole('button', { name: 'kexec', exact: true }).click();
    await terminalShows(page, /command +kexec/);
    await idle(page);
  });

  it('takes and gives the driver of the chosen function', async () => {
    const { page } = lab;
    await page.getByLabel('Function', { exact: true }).selectOption('vf4');
    await action('driver-unbind').getByRole('button', { name: 'Unbind the driver' }).click();
    await action('driver-unbind').getByText('No driver is bound to vf4.').waitFor();
    await action('driver-bind').getByRole('button', { name: 'Bind the driver' }).click();
    await action('driver-bind').getByText('Vf4 has its driver.', { exact: false }).waitFor();
  });

  it('makes a call fail, and the why panel then tells where the way parted', async () => {
    const { page } = lab;
    await page.getByLabel('Call', { exact: true }).selectOption('ibm,query-pe-dma-window');
    await page.getByLabel('Answers').selectOption('-1');
    await page.getByLabel('How often').fill('99');
    await action('inject').getByText('-1: hardware error.').waitFor();
    await action('inject').getByRole('button', { name: 'Make a call fail' }).click();
    await action('reset').getByRole('button', { name: 'Reset' }).first().click();
    await action('reset').getByRole('button', { name: 'Yes: reset' }).click();
    await idle(page);
    await openPanel(lab, 'why');
    await page
      .getByTestId('foretold')
      .filter({ hasText: 'Foretold was indirect mapping. It went another way here:' })
      .waitFor();
  });
});

describe('the table of page sizes', () => {
  it('marks this machine, tells its sources, and POWER7 in a footnote', async () => {
    const { page } = lab;
    await openPanel(lab, 'page-sizes');
    const table = page.getByRole('table', { name: 'Firmware and processor' });
    expect(await table.getByRole('row').filter({ hasText: 'this machine' }).textContent()).toMatch(
      /POWER9.*sriov-vf.*4,194,304.*16 GiB.*256 GiB/s,
    );
    await page.getByRole('button', { name: 'POWER10 dedicated: how this is known' }).click();
    await page
      .getByTestId('sources')
      .filter({ hasText: /POWER10/ })
      .waitFor();
    await page
      .getByTestId('footnote')
      .filter({ hasText: /POWER7.*2\^52/ })
      .waitFor();
  });
});

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

it.each(['dark', 'light', 'contrast', 'projector'])(
  'life and page sizes have no violation in the theme %s',
  async (theme) => {
    const { page } = lab;
    await chooseTheme(page, theme);
    await boot(page);
    await idle(page);
    await page.evaluate(axeSource);
    for (const panel of ['life', 'page-sizes']) {
      await openPanel(lab, panel);
      await page.locator('[data-action=reset], [data-row]').first().waitFor();
      const found = await page.evaluate(async (id) => {
        const { axe } = window as unknown as { axe: typeof Axe };
        const results = await axe.run(`[data-panel="${id}"]`, { resultTypes: ['violations'] });
        return results.violations.map(
          ({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
        );
      }, panel);
      expect(found).toEqual([]);
      await lab.screenshot(`${theme}-${panel}`);
    }
  },
);
