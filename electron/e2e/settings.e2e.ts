// Every field of the settings, set by hand: it does what it says, and is there at the next start. So is what the palette learned.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Settings } from '../ipc-contract.ts';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, actBy } from './page.ts';

let home: string;
let lab: RunningLab;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'ddw-lab-settings-'));
  lab = await launchLab({ home });
  await lab.page.getByTestId('invitation').waitFor();
});

afterEach(async () => {
  const { problems } = lab;
  await lab.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  expect(problems).toEqual([]);
});

async function restart(): Promise<void> {
  await lab.close();
  lab = await launchLab({ home });
  await lab.page.getByTestId('invitation').waitFor();
}

async function dialog() {
  await lab.page.keyboard.press('Control+,');
  const settings = lab.page.getByRole('dialog', { name: 'Settings' });
  await settings.waitFor();
  return settings;
}

const kept = (): Promise<Settings | null> =>
  lab.page.evaluate(async () => (await window.ddwLab.hello()).settings);

it('theme, role, letters, lines, screen reader and copying are kept as chosen, and shown so', async () => {
  const settings = await dialog();
  await settings.getByLabel('Theme').selectOption('light');
  await settings.getByLabel('Driver developer', { exact: false }).check();
  for (const [label, value] of [
    ['Size of letters', '17'],
    ['Lines kept', '2500'],
  ] as const) {
    await settings.getByLabel(label).fill(value);
    await settings.getByLabel(label).press('Tab');
  }
  await settings.getByLabel('For screen readers').check();
  await settings.getByLabel('Copy what is selected at once').check();
  const chosen = {
    theme: 'light',
    role: 'developer',
    terminal: { fontSize: 17, scrollback: 2500, screenReader: true, copyOnSelect: true },
  };
  await expect.poll(kept, PATIENT).toMatchObject(chosen);

  await restart();
  expect(await kept()).toMatchObject(chosen);
  const { page } = lab;
  expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
  expect(
    await page.evaluate(() => {
      const { fontSize, scrollback, screenReaderMode } = window.ddwLabTerminal.options;
      return { fontSize, scrollback, screenReaderMode };
    }),
  ).toEqual({ fontSize: 17, scrollback: 2500, screenReaderMode: true });
  // A driver developer's own panels.
  await page.locator('main [role=tab][data-tab-panel-id=compare]').waitFor();
  const shown = await dialog();
  expect(await shown.getByLabel('Theme').inputValue()).toBe('light');
  expect(await shown.getByLabel('Driver developer', { exact: false }).isChecked()).toBe(true);
  expect(await shown.getByLabel('Size of letters').inputValue()).toBe('17');
  expect(await shown.getByLabel('Lines kept').inputValue()).toBe('2500');
  expect(await shown.getByLabel('For screen readers').isChecked()).toBe(true);
  expect(await shown.getByLabel('Copy what is selected at once').isChecked()).toBe(true);
});

it.each([
  ['Size of letters', '7', 'From 8 to 40.'],
  ['Size of letters', '12.5', 'From 8 to 40.'],
  ['Lines kept', '200001', 'From 100 to 200,000.'],
])('%s of %s is refused beside the field, and nothing is kept of it', async (label, value, sentence) => {
  const settings = await dialog();
  const before = await kept();
  await settings.getByLabel(label).fill(value);
  await settings.getByLabel(label).press('Tab');
  await settings.getByText(sentence).waitFor();
  expect(await settings.getByLabel(label).getAttribute('aria-invalid')).toBe('true');
  expect(await kept()).toEqual(before);
});

it('the palette puts what was chosen lately first, also after a reload and a restart', async () => {
  const first = async (): Promise<string> => {
    await lab.page.keyboard.press('Control+Shift+P');
    const palette = lab.page.getByRole('dialog', { name: 'Find an action' });
    const label = (await palette.getByRole('option').first().locator('.label').textContent()) ?? '';
    await lab.page.keyboard.press('Escape');
    await palette.waitFor({ state: 'hidden' });
    return label;
  };
  expect(await first()).toBe('New session');
  await actBy(lab.page, 'Theme: projector');
  expect(await first()).toBe('Theme: projector');
  await lab.page.reload();
  await lab.page.getByTestId('invitation').waitFor();
  expect(await first()).toBe('Theme: projector');
  await restart();
  expect(await first()).toBe('Theme: projector');
});
