// All of it by keyboard: every control is reached by Tab, nothing traps it, and lists, maps and separators answer the arrows.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { boot, idle, terminalShows, text } from './page.ts';

let lab: RunningLab;

beforeAll(async () => {
  lab = await launchLab();
  await boot(lab.page);
  await idle(lab.page);
  await terminalShows(lab.page, /machine-state .*running/);
});

afterAll(async () => {
  await lab.close();
});

const focused = (): Promise<string> =>
  lab.page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute('aria-label') || at?.id || at?.textContent?.trim() || '';
  });

it('Tab goes round the whole window and comes back', async () => {
  await lab.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const seen: string[] = [];
  for (let step = 0; step < 200; step++) {
    await lab.page.keyboard.press('Tab');
    const name = (await focused()).replace(/\s+/g, ' ');
    if (seen.length > 3 && name === seen[0]) break;
    seen.push(name);
  }
  expect(seen.length).toBeLessThan(150);
  for (const name of [
    'profile',
    'memory',
    'Adapters and virtual functions',
    'Cell of the TCE map',
    'trace-filter',
    'hcall trace',
  ])
    expect(seen).toContain(name);
});

it('the arrows choose a function, and the panels follow', async () => {
  await lab.page.getByRole('treegrid', { name: 'Adapters and virtual functions' }).focus();
  await lab.page.keyboard.press('Home');
  // The adapter, its port, then its functions.
  for (let row = 0; row < 4; row++) await lab.page.keyboard.press('ArrowDown');
  await lab.page.getByRole('heading', { name: /^Windows of vf2/ }).waitFor();
  expect(await text(lab.page, 'reach')).toMatch(/^vf2 reaches memory/);
});

it('the arrows walk the TCE map and the separators', async () => {
  const { page } = lab;
  const map = page.getByRole('slider', { name: 'Cell of the TCE map' });
  await map.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await map.getAttribute('aria-valuenow')).toBe('1');
  const separator = page.getByRole('separator', { name: /and hcall trace$/ });
  const before = Number(await separator.getAttribute('aria-valuenow'));
  await separator.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  expect(Number(await separator.getAttribute('aria-valuenow'))).toBeLessThan(before);
});

it('the arrows choose a line of the trace, which is then explained; Tab leaves it', async () => {
  const { page } = lab;
  await page.getByRole('textbox', { name: 'hcall trace' }).focus();
  await page.keyboard.press('ArrowUp');
  await page
    .getByTestId('explained')
    .filter({ hasText: /^ *Event [\d,]+: / })
    .waitFor();
  await page.keyboard.press('Tab');
  expect(await focused()).not.toBe('hcall trace');
});

it('one panel at a time, and back', async () => {
  const { page } = lab;
  await page.getByRole('slider', { name: 'Cell of the TCE map' }).focus();
  await page.keyboard.press('Control+Shift+M');
  await page.getByRole('treegrid', { name: 'Adapters and virtual functions' }).waitFor({ state: 'hidden' });
  await page.keyboard.press('Control+Shift+M');
  await page.getByRole('treegrid', { name: 'Adapters and virtual functions' }).waitFor();
});

it('the menu says the same as the keys', async () => {
  const labels = await lab.app.evaluate(({ Menu }) =>
    (Menu.getApplicationMenu()?.items ?? []).flatMap((menu) =>
      (menu.submenu?.items ?? []).map((item) => `${menu.label}/${item.label}/${item.accelerator ?? ''}`),
    ),
  );
  expect(labels).toContain('Machine/Boot/F5');
  expect(labels).toContain('File/Open…/CmdOrCtrl+O');
  await lab.app.evaluate(({ Menu }) => {
    const menu = Menu.getApplicationMenu()?.items.find(({ label }) => label === 'Help');
    menu?.submenu?.items.find(({ label }) => label === 'Keys')?.click();
  });
  await lab.page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await lab.page.keyboard.press('Escape');
});
