// What the specs read off the window: in its own words, and from the terminal's buffer.

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type {} from '../../renderer/app/bridge.ts';
import type { RunningLab } from './launch.ts';

/** How long a poll may take on a busy machine. */
export const PATIENT = { timeout: 20_000 };

/** All lines of the trace's terminal, scrollback included. */
export function terminalLines(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const buffer = window.ddwLabTerminal.buffer.active;
    const lines: string[] = [];
    for (let row = 0; row < buffer.length; row++) {
      const text = buffer.getLine(row)?.translateToString(true) ?? '';
      if (text !== '') lines.push(text);
    }
    return lines;
  });
}

/** Waits until some line of the terminal fits. */
export async function terminalShows(page: Page, pattern: RegExp): Promise<void> {
  await page.waitForFunction(
    ({ source, flags }) => {
      const [wanted, buffer] = [new RegExp(source, flags), window.ddwLabTerminal.buffer.active];
      for (let row = 0; row < buffer.length; row++)
        if (wanted.test(buffer.getLine(row)?.translateToString(true) ?? '')) return true;
      return false;
    },
    { source: pattern.source, flags: pattern.flags },
    { timeout: 20_000 },
  );
}

/** Opens a panel, or brings it to the front, as the View menu does. */
export async function openPanel(lab: RunningLab, id: string): Promise<void> {
  const found = await lab.app.evaluate(({ Menu }, action) => {
    const entry = Menu.getApplicationMenu()?.getMenuItemById(action);
    entry?.click();
    return entry !== null && entry !== undefined;
  }, `panel:${id}`);
  if (!found) throw new Error(`no panel is called ${id}`);
  await lab.page.locator(`[data-panel="${id}"]`).waitFor();
}

/** Boots by key and waits for the guest. */
export async function boot(page: Page): Promise<void> {
  await page.getByTestId('invitation').waitFor();
  await page.keyboard.press('F5');
  await isRunning(page);
}

export const isRunning = (page: Page): Promise<void> =>
  page.locator('[data-testid=machine-state][data-state=running]').waitFor();

export async function idle(page: Page): Promise<void> {
  await page.getByText('running, idle').waitFor();
}

export async function filterBy(page: Page, text: string): Promise<void> {
  const box = page.getByLabel('Filter the trace');
  await box.fill(text);
  await box.press('Enter');
}

/** Types into the command palette and takes the first that fits, as hands do. */
export async function actBy(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+Shift+P');
  const palette = page.getByRole('dialog', { name: 'Find an action' });
  await palette.getByRole('combobox').fill(words);
  await palette.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await palette.waitFor({ state: 'hidden' });
}

const THEME_WORDS: Readonly<Record<string, string>> = {
  system: 'Theme: as the system',
  dark: 'Theme: dark',
  light: 'Theme: light',
  contrast: 'Theme: high contrast',
  projector: 'Theme: projector',
};

export async function chooseTheme(page: Page, theme: string): Promise<void> {
  await actBy(page, THEME_WORDS[theme] ?? theme);
  await page.locator(`html[data-theme=${theme}]`).waitFor();
}

export const text = async (page: Page, testId: string): Promise<string> =>
  ((await page.getByTestId(testId).textContent()) ?? '').replace(/\s+/g, ' ').trim();

/** Endless I/O on every function: more hcalls than anybody reads. */
export async function flood(page: Page): Promise<void> {
  // Only functions that have their driver can be started.
  await idle(page);
  await page.getByRole('button', { name: 'What kind of I/O' }).click();
  await page.getByLabel('Requests').fill('0');
  await page.getByLabel('on all functions at once').check();
  await page.getByRole('button', { name: 'Start I/O' }).click();
  await expect
    .poll(
      () =>
        page.evaluate(async () => {
          const status = await window.ddwLab.query({ ask: 'status' });
          return status.ok ? status.value.workloads.length : 0;
        }),
      PATIENT,
    )
    .toBe(8);
}
