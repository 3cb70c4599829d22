// The docked panels: by mouse and by keyboard, as a role has them and as the person left them, narrow and at 200 %.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type * as Axe from 'axe-core';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, actBy, boot, chooseTheme, idle, openPanel } from './page.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let home: string;
let lab: RunningLab;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'ddw-lab-dock-'));
  lab = await launchLab({ home });
  await lab.page.getByTestId('invitation').waitFor();
});

afterEach(async () => {
  const { problems } = lab;
  await lab.close();
  rmSync(home, { recursive: true, force: true });
  expect(problems).toEqual([]);
});

/** The groups of tabs, top to bottom and left to right: "hcall trace | guest log". */
const groups = (): Promise<readonly string[]> =>
  lab.page.evaluate(() =>
    [...document.querySelectorAll('main [role=tablist]')].map((list) =>
      [...list.querySelectorAll<HTMLElement>('[role=tab]')]
        .map((tab) => tab.dataset['tabPanelId'])
        .join(' | '),
    ),
  );

/** The group that a panel stands in. */
const groupOf = async (id: string): Promise<string | undefined> =>
  (await groups()).find((group) => group.split(' | ').includes(id));

const tab = (id: string) => lab.page.locator(`main [role=tab][data-tab-panel-id="${id}"]`);
const box = async (id: string) => {
  const found = await lab.page.locator(`[data-panel="${id}"]`).boundingBox();
  if (found === null) throw new Error(`${id} is not in sight`);
  return found;
};

const focusedTab = (): Promise<string | undefined> =>
  lab.page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['tabPanelId']);

describe('by mouse', () => {
  it('a tab is dragged into another group, and stays there after a restart', async () => {
    const { page } = lab;
    await tab('log').hover();
    await page.mouse.down();
    const goal = await tab('why').boundingBox();
    if (goal === null) throw new Error('no tab');
    await page.mouse.move(goal.x + goal.width / 2, goal.y + goal.height / 2, { steps: 8 });
    await page.mouse.up();
    await expect.poll(() => groupOf('log'), PATIENT).toContain('why');
    // Kept by main: read where the next start reads it.
    await expect
      .poll(
        () => page.evaluate(async () => (await window.ddwLab.hello()).settings?.layout.includes('log')),
        PATIENT,
      )
      .toBe(true);
    await lab.close();
    lab = await launchLab({ home });
    await expect.poll(() => groupOf('log'), PATIENT).toContain('why');
    await actBy(lab.page, 'Reset the layout');
    await expect.poll(() => groupOf('log'), PATIENT).toContain('trace');
  });

  it('a panel dropped at the edge of another splits its group', async () => {
    const { page } = lab;
    const before = (await groups()).length;
    const target = await box('trace');
    await tab('log').hover();
    await page.mouse.down();
    await page.mouse.move(target.x + target.width - 40, target.y + target.height / 2, { steps: 8 });
    await page.mouse.up();
    await expect.poll(async () => (await groups()).length, PATIENT).toBe(before + 1);
    expect((await box('log')).x).toBeGreaterThan((await box('trace')).x);
  });

  it('a border is dragged', async () => {
    const { page } = lab;
    const border = page.getByRole('separator', { name: /^Border between LPAR and Windows/ });
    const at = await border.boundingBox();
    if (at === null) throw new Error('no border');
    const before = (await box('lpar')).width;
    await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
    await page.mouse.down();
    await page.mouse.move(at.x + 100, at.y + at.height / 2, { steps: 4 });
    await page.mouse.up();
    expect((await box('lpar')).width).toBeGreaterThan(before + 60);
  });

  it('the middle button closes a tab, the View menu opens the panel again where it belongs', async () => {
    await tab('log').click({ button: 'middle' });
    await tab('log').waitFor({ state: 'detached' });
    await openPanel(lab, 'log');
    expect(await groupOf('log')).toContain('trace');
  });
});

describe('by keyboard', () => {
  it('arrows go through the tabs, Delete closes one and the next has the focus', async () => {
    const { page } = lab;
    await tab('trace').focus();
    await page.keyboard.press('ArrowRight');
    expect(await focusedTab()).toBe('log');
    expect(await tab('log').getAttribute('aria-selected')).toBe('true');
    await page.getByRole('log').waitFor();
    await page.keyboard.press('Delete');
    await expect.poll(focusedTab, PATIENT).toBe('trace');
    expect(await groupOf('log')).toBeUndefined();
  });

  it('palette actions move the panel that has the focus: to a side, below, apart', async () => {
    await openPanel(lab, 'log');
    await actBy(lab.page, 'Move this panel to the right');
    expect(await groupOf('log')).toContain('why');
    await actBy(lab.page, 'Move this panel to the left');
    expect((await box('log')).x).toBeLessThan(50);
    await actBy(lab.page, 'Move this panel to a group of its own');
    expect(await groupOf('log')).toBe('log');
    await actBy(lab.page, 'Move this panel to the bottom');
    expect(await groupOf('log')).toContain('trace');
  });

  it('Ctrl+F6 goes round the groups, Ctrl+Shift+M shows one alone and back', async () => {
    const { page } = lab;
    await tab('windows').focus();
    await page.keyboard.press('Control+F6');
    expect(await focusedTab()).toBe('why');
    const before = (await box('why')).width;
    await page.keyboard.press('Control+Shift+M');
    await expect.poll(async () => (await box('why')).width, PATIENT).toBeGreaterThan(1300);
    await page.keyboard.press('Control+Shift+M');
    await expect.poll(async () => Math.round((await box('why')).width), PATIENT).toBe(Math.round(before));
  });

  it('an action of a closed panel opens it first; one that makes no sense is refused in a sentence', async () => {
    const { page } = lab;
    await tab('trace').focus();
    await page.keyboard.press('Delete');
    await tab('trace').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Shift+F');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id), PATIENT).toBe('trace-filter');
    await page.keyboard.press('F7');
    await page.getByText('The partition is off. Boot starts it.').first().waitFor();
  });
});

describe('a role', () => {
  it('has its own panels open, and its first in front', async () => {
    await actBy(lab.page, 'Panels for a driver developer');
    expect((await groups()).join(' ')).toContain('compare');
    await actBy(lab.page, 'Panels for an administrator');
    expect((await groups()).join(' ')).not.toContain('compare');
  });

  it('has more beside each other on a large screen', async () => {
    const before = (await groups()).length;
    await lab.app.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      window?.setBounds({ x: 0, y: 0, width: 2560, height: 1440 });
    });
    await expect.poll(async () => (await groups()).length, PATIENT).toBeGreaterThan(before);
    await lab.screenshot('dock-2560');
  });
});

it('the tab in front is seen whole, however many stand beside it and however large the letters', async () => {
  const { page } = lab;
  for (const id of ['tces', 'device-tree', 'page-sizes', 'figures', 'budget', 'compare'])
    await openPanel(lab, id);
  await openPanel(lab, 'page-sizes');
  const hidden = (): Promise<readonly string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('main [role=tab][aria-selected=true]')].flatMap((tab) => {
        const row = tab.closest('[role=tablist]')?.getBoundingClientRect();
        const { left, right } = tab.getBoundingClientRect();
        const whole = row !== undefined && left >= row.left - 1 && right <= row.right + 1;
        return whole ? [] : [tab.textContent];
      }),
    );
  await expect.poll(hidden, PATIENT).toEqual([]);
  await chooseTheme(page, 'projector');
  await expect.poll(hidden, PATIENT).toEqual([]);
});

it('a layout that was damaged gives way to the role’s, with a sentence', async () => {
  await lab.page.evaluate(async () => {
    const { settings } = await window.ddwLab.hello();
    const kept = settings ?? {
      theme: 'system' as const,
      terminal: { fontSize: 13, scrollback: 10_000, screenReader: false, copyOnSelect: false },
      role: 'administrator' as const,
      layout: '',
    };
    await window.ddwLab.setSettings({ ...kept, layout: '{"version":1,"parts":[{"kind":"group"' });
  });
  await lab.close();
  lab = await launchLab({ home });
  await lab.page.getByText('The arrangement of the panels that was kept does not fit').first().waitFor();
  expect(await groupOf('log')).toContain('trace');
});

it('at 200 % every panel is reached by scrolling, none is wider than the window', async () => {
  const { page } = lab;
  const open = (await groups()).flatMap((group) => group.split(' | ')[0] ?? []);
  await lab.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2);
  });
  await expect.poll(() => page.locator('main.stacked').count(), PATIENT).toBe(1);
  for (const id of open) {
    await page.locator(`[data-panel="${id}"]`).scrollIntoViewIfNeeded();
    const { left, right, bottom, top } = await page.locator(`[data-panel="${id}"]`).evaluate((element) => {
      const { left, right, bottom, top } = element.getBoundingClientRect();
      return { left, right, bottom, top };
    });
    const width = await page.evaluate(() => innerWidth);
    expect([id, left >= 0, right <= width + 1, bottom - top > 200]).toEqual([id, true, true, true]);
  }
  await lab.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(1);
  });
  await expect.poll(() => page.locator('main.stacked').count(), PATIENT).toBe(0);
});

it('the focus goes as the eye does: toolbar, panels, status bar', async () => {
  const { page } = lab;
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const regions: string[] = [];
  for (let step = 0; step < 250; step++) {
    await page.keyboard.press('Tab');
    const region = await page.evaluate(() => {
      const at = document.activeElement;
      return (
        at?.closest('header')?.className.split(' ')[0] ??
        at?.closest<HTMLElement>('[data-panel]')?.dataset['panel'] ??
        at?.closest('footer')?.getAttribute('aria-label') ??
        ''
      );
    });
    if (region !== '' && regions.at(-1) !== region) regions.push(region);
    if (region === 'Status') break;
  }
  expect(regions.filter((region, i) => regions.indexOf(region) === i)).toEqual([
    'toolbar',
    'lpar',
    'functions',
    'windows',
    'why',
    'trace',
    'Status',
  ]);
});

it.each(['dark', 'light', 'contrast', 'projector'])(
  'axe finds nothing in any panel, in the palette or the dialogs, in the theme %s',
  async (theme) => {
    const { page } = lab;
    await page.evaluate(axeSource);
    await chooseTheme(page, theme);
    await boot(page);
    await idle(page);
    const violations = async (where: string): Promise<readonly string[]> => {
      const results = await page.evaluate(async (include) => {
        const { axe } = window as unknown as { axe: typeof Axe };
        return axe.run({ include: [[include]], exclude: [['.xterm-rows']] }, { resultTypes: ['violations'] });
      }, where);
      return results.violations.map(
        ({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
      );
    };
    const found = [...(await violations('body'))];
    const ids = await lab.app.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items ?? [])
        .flatMap((menu) => menu.submenu?.items ?? [])
        .flatMap(({ id }) => (id?.startsWith('panel:') ? [id] : [])),
    );
    expect(ids.length).toBeGreaterThan(7);
    for (const id of ids) {
      await openPanel(lab, id.slice('panel:'.length));
      // The group with its row of tabs.
      found.push(...(await violations(`.dv-groupview:has([data-panel="${id.slice('panel:'.length)}"])`)));
    }
    for (const keys of ['Control+Shift+P', 'Control+,', 'Control+Shift+L', 'F1']) {
      await page.keyboard.press(keys);
      await page.getByRole('dialog').waitFor();
      found.push(...(await violations('dialog[open]')));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    expect(found).toEqual([]);
  },
);
