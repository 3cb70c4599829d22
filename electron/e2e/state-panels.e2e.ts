// The panels of the machine's state: windows, TCE table, device tree and guest log, each by itself and by what links them.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Axe from 'axe-core';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, boot, chooseTheme, idle, openPanel, text } from './page.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let lab: RunningLab;

beforeAll(async () => {
  lab = await launchLab();
  await lab.page.evaluate(axeSource);
  await boot(lab.page);
  await idle(lab.page);
  // One known entry: nothing else is mapped in vf0's table.
  await lab.page.evaluate(async () =>
    window.ddwLab.dispatch({ do: 'tce-set', id: 'vf0', ioba: '0x0800000000050000', tce: '0x12340003' }),
  );
});

afterAll(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

async function violations(panel: string): Promise<readonly string[]> {
  const results = await lab.page.evaluate(async (name) => {
    const { axe } = window as unknown as { axe: typeof Axe };
    return axe.run(`[data-panel="${name}"]`, { resultTypes: ['violations'] });
  }, panel);
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

describe('the TCE table', () => {
  it('goes to the next entry in use, and says what it maps', async () => {
    const { page } = lab;
    await openPanel(lab, 'tces');
    // The dynamic window, with what was just put into it.
    await expect.poll(() => text(page, 'table-summary'), PATIENT).toMatch(/^1 of 4,194,304 TCEs /);
    await page.getByRole('button', { name: 'Next in use' }).click();
    const row = page.getByRole('grid', { name: 'Entries of the table' }).getByRole('row', { selected: true });
    await expect
      .poll(() => row.textContent(), PATIENT)
      .toMatch(/5\s*0x0800000000050000\s*0x0000000012340000\s*read, write/);
    await expect
      .poll(() => text(page, 'split-answer'), PATIENT)
      .toBe('vf0 reaches real address 0x12340000: it may read and write.');
  });

  it('takes a typed address apart, and says why another is refused', async () => {
    const { page } = lab;
    const box = page.locator('[data-panel=tces]').getByLabel('Bus address', { exact: true });
    await box.fill('0x800000000050123');
    await expect.poll(() => text(page, 'split-answer'), PATIENT).toContain('real address 0x12340123');
    await box.fill('0x80000000');
    await expect
      .poll(() => text(page, 'split-answer'), PATIENT)
      .toBe('vf0 is refused: no window of its PE covers this bus address.');
    await box.fill('page five');
    await page.getByText('“page five” is not a number of 64 bits in hex.').first().waitFor();
    await box.fill('0x800000000050123');
  });

  it('finds who maps a real address', async () => {
    const { page } = lab;
    await page.locator('[data-panel=tces]').getByLabel('Real address', { exact: true }).fill('0x12345678');
    await expect.poll(() => text(page, 'mappers'), PATIENT).toBe('1 TCE map it:');
    await page.getByRole('button', { name: 'vf0, TCE 5' }).waitFor();
  });

  it('reaches the last of four million entries by key, and one by its index', async () => {
    const { page } = lab;
    const grid = page.getByRole('grid', { name: 'Entries of the table' });
    await grid.focus();
    await page.keyboard.press('End');
    await grid.getByRole('row', { selected: true }).getByText('4,194,303').waitFor();
    await page.getByLabel('Go to index or bus address').fill('1,000,000');
    await page.keyboard.press('Enter');
    await grid.getByRole('row', { selected: true }).getByText('0x0800000f42400000').waitFor();
    await page.getByLabel('Go to index or bus address').fill('4194304');
    await page.keyboard.press('Enter');
    await page.getByText('“4194304” is outside this window').waitFor();
  });

  it('looks closer by keyboard, down to one entry', async () => {
    const { page } = lab;
    await page.getByRole('listbox', { name: 'Map of the table' }).focus();
    await page.keyboard.press('Home');
    for (let level = 0; level < 3; level++) {
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (before) => document.querySelector('[data-testid=map-part]')?.textContent !== before,
        '',
      );
    }
    await expect.poll(() => text(page, 'map-cell'), PATIENT).toBe('TCE 0: not in use');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await expect.poll(() => text(page, 'map-part'), PATIENT).toBe('TCEs 0 to 4,194,303');
  });
});

describe('the device tree', () => {
  it('tells a property by its meaning, and leads to its window', async () => {
    const { page } = lab;
    await openPanel(lab, 'device-tree');
    await page.getByLabel('Find in the device tree').fill('dma64-ddr');
    await page.getByRole('button', { name: '/pci@800000029004000 linux,dma64-ddr-window-info' }).click();
    const panel = page.locator('[data-panel=device-tree]');
    await panel.getByText('a window of 256 GiB').waitFor();
    await panel.getByText('struct dynamic_dma_window_prop').waitFor();
    expect(await text(page, 'dump')).toContain('70004000 00000000 08000000 00000000');
    await panel.getByRole('button', { name: 'Clear' }).click();
  });

  it('shows what Linux changed since boot, and since a mark', async () => {
    const { page } = lab;
    await page.getByRole('button', { name: 'Difference' }).click();
    await expect.poll(() => text(page, 'differences'), PATIENT).toBe('8 differences:');
    await page.getByLabel('Name of the mark').fill('before');
    await page.getByRole('button', { name: 'Remember it now' }).click();
    const from = page.getByLabel('From', { exact: true });
    await expect.poll(() => from.locator('option').count(), PATIENT).toBe(3);
    await from.selectOption({ index: 1 });
    await expect.poll(() => text(page, 'differences'), PATIENT).toBe('Nothing differs.');
    await page.getByRole('button', { name: 'Tree', exact: true }).click();
  });
});

describe('the guest log', () => {
  it('finds, counts, and reads the numbers of a line', async () => {
    const { page } = lab;
    await openPanel(lab, 'log');
    const panel = page.locator('[data-panel=log]');
    await panel.getByRole('searchbox', { name: 'Find' }).fill('create-pe');
    await page.keyboard.press('Enter');
    await expect.poll(() => text(page, 'log-matches'), PATIENT).toMatch(/^\d of 8$/);
    await panel.getByRole('searchbox', { name: 'Filter' }).fill('4000:01:00.0: ibm,create');
    await expect.poll(() => text(page, 'log-count'), PATIENT).toMatch(/^1 of \d+ lines$/);
    await panel.getByRole('button', { name: '0x70004000' }).hover();
    await expect.poll(() => text(page, 'log-meaning'), PATIENT).toBe('LIOBN of the dynamic window of vf0');
    await panel.getByRole('button', { name: '0x70004000' }).click();
    await page.locator('[data-panel=windows]').waitFor();
    expect(await text(page, 'reach')).toMatch(/^vf0 reaches memory/);
  });

  it('keeps what the kernel before said', async () => {
    const { page } = lab;
    await page.keyboard.press('F7');
    await idle(page);
    await openPanel(lab, 'log');
    const panel = page.locator('[data-panel=log]');
    await panel.getByRole('searchbox', { name: 'Filter' }).fill('');
    await panel.getByRole('searchbox', { name: 'Find' }).fill('');
    const kernels = panel.getByLabel('Kernel', { exact: true });
    await expect.poll(() => kernels.locator('option').count(), PATIENT).toBe(2);
    await kernels.selectOption({ index: 0 });
    await panel.getByRole('searchbox', { name: 'Filter' }).fill('IOMMU table');
    await panel.getByText('IOMMU table initialized').waitFor();
    await kernels.selectOption({ index: 1 });
  });
});

describe('all windows of the partition', () => {
  it('are told in groups and row by row', async () => {
    const { page } = lab;
    await openPanel(lab, 'windows');
    await page.getByRole('button', { name: 'All windows' }).click();
    await expect
      .poll(() => text(page, 'window-groups'), PATIENT)
      .toBe('8 functions: a window of 256 GiB in 64K pages, a dynamic table (indirect)');
    const grid = page.getByRole('grid', { name: 'Windows, function by function' });
    await grid.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect.poll(() => text(page, 'reach'), PATIENT).toMatch(/^vf7 reaches memory/);
  });
});

describe.each(['dark', 'light', 'contrast', 'projector'])('the theme %s', (theme) => {
  it.each(['windows', 'tces', 'device-tree', 'log'])('has no violation in the panel %s', async (panel) => {
    await chooseTheme(lab.page, theme);
    await openPanel(lab, panel);
    expect(await violations(panel)).toEqual([]);
    await lab.screenshot(`${theme}-${panel}`);
  });
});
