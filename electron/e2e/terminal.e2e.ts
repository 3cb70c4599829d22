// Terminals as people expect them: links, text size, copying, a menu, a view that comes back, ways in and out by keyboard.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type {} from '../../renderer/app/bridge.ts';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, boot, filterBy, idle, openPanel, terminalLines, terminalShows } from './page.ts';

let lab: RunningLab;

beforeAll(async () => {
  lab = await launchLab();
  await boot(lab.page);
  await idle(lab.page);
  await terminalShows(lab.page, /machine-state .*running/);
});

afterAll(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

afterEach(async () => {
  await filterBy(lab.page, '');
});

const fontSize = (): Promise<number> => lab.page.evaluate(() => window.ddwLabTerminal.options.fontSize ?? 0);
const terminal = (): ReturnType<typeof lab.page.getByRole> =>
  lab.page.getByRole('textbox', { name: 'hcall trace' });

/** Narrows the trace, and waits until nothing else is in view. */
async function only(filter: string, pattern: RegExp): Promise<void> {
  await filterBy(lab.page, filter);
  await expect
    .poll(async () => {
      const lines = await terminalLines(lab.page);
      return lines.length > 0 && lines.every((line) => pattern.test(line));
    }, PATIENT)
    .toBe(true);
}

/** The middle of a text in the terminal's first line, CSS pixels of the window. */
async function placeOf(text: string): Promise<{ x: number; y: number }> {
  const place = await lab.page.evaluate((wanted) => {
    const { buffer, cols } = window.ddwLabTerminal;
    const line = buffer.active.getLine(buffer.active.viewportY)?.translateToString(true) ?? '';
    const at = line.indexOf(wanted);
    const box = document.querySelector('.xterm-screen')?.getBoundingClientRect();
    if (at < 0 || box === undefined) return undefined;
    return { x: box.left + ((at + wanted.length / 2) / cols) * box.width, y: box.top + 8 };
  }, text);
  if (place === undefined) throw new Error(`"${text}" is not in the first line`);
  return place;
}

describe('links', () => {
  it('of a line lead to its function and its window, by mouse', async () => {
    const { page } = lab;
    await only('kind == driver-bound who == vf5', /vf5 .*driver-bound/);
    const { x, y } = await placeOf('vf5');
    await page.mouse.move(x, y);
    await page.mouse.move(x + 1, y);
    await page.locator('.xterm-cursor-pointer').waitFor();
    await page.mouse.click(x + 1, y);
    await page.getByTestId('reach').filter({ hasText: /^vf5 / }).waitFor();
  });

  it('are buttons below the terminal too: arrow to the line, Enter to its links', async () => {
    const { page } = lab;
    await only('kind == window-created liobn == 0x70004002', /^W .*liobn=0x70004002/);
    await terminal().focus();
    await page.keyboard.press('ArrowUp');
    await page.getByRole('list', { name: 'Links of this line' }).waitFor();
    await page.keyboard.press('Enter');
    const labels = await page
      .getByRole('list', { name: 'Links of this line' })
      .getByRole('button')
      .allTextContents();
    expect(labels).toEqual(['Show vf2', 'Window 0x70004002', 'Entry at 0x0800000000000000']);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Show vf2');
    await page.keyboard.press('Enter');
    await page.getByTestId('reach').filter({ hasText: /^vf2 / }).waitFor();
  });

  it('to an event show the log from there on', async () => {
    const { page } = lab;
    await openPanel(lab, 'life');
    await page.locator('[data-action=memory-add]').getByRole('button', { name: 'Add memory' }).click();
    await page.getByRole('button', { name: 'Show in the trace' }).click();
    await page
      .getByTestId('explained')
      .filter({ hasText: /Event [\d,]+: You asked for: mem add 1G/ })
      .waitFor();
    expect((await terminalLines(page))[0]).toMatch(/^C .*command +mem add 1G/);
  });
});

describe('text size', () => {
  it('follows Ctrl and plus, minus, zero and the wheel, and is a setting', async () => {
    const { page } = lab;
    await terminal().focus();
    const usual = await fontSize();
    await page.keyboard.press('Control+Equal');
    await page.keyboard.press('Control+Equal');
    await expect.poll(fontSize, PATIENT).toBe(usual + 2);
    await page.keyboard.press('Control+Minus');
    await expect.poll(fontSize, PATIENT).toBe(usual + 1);
    await page.locator('.xterm-screen').hover();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await expect.poll(fontSize, PATIENT).toBeGreaterThan(usual + 1);
    await page.keyboard.press('Control+Digit0');
    await expect.poll(fontSize, PATIENT).toBe(usual);
  });

  it('does not zoom the page', async () => {
    const before = await lab.page.evaluate(() => devicePixelRatio);
    await terminal().focus();
    await lab.page.keyboard.press('Control+Equal');
    await lab.page.keyboard.press('Control+Digit0');
    expect(await lab.page.evaluate(() => devicePixelRatio)).toBe(before);
  });
});

describe('the menu of a terminal', () => {
  it('opens by right click, copies all that is shown, and gives the focus back', async () => {
    const { app, page } = lab;
    await only('kind == machine-state', /machine-state/);
    await page.locator('.xterm-screen').click({ button: 'right', position: { x: 300, y: 8 } });
    await page.getByRole('menu', { name: 'Terminal' }).waitFor();
    await page.getByRole('menuitem', { name: 'Copy all that is shown' }).click();
    await expect
      .poll(() => app.evaluate(({ clipboard }) => clipboard.readText()), PATIENT)
      .toMatch(/machine-state +running/);
    await page.getByRole('menu', { name: 'Terminal' }).waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('hcall trace');
  });

  it('is walked by arrows, and Escape closes it', async () => {
    const { page } = lab;
    await page.locator('.xterm-screen').click({ button: 'right', position: { x: 300, y: 8 } });
    await page.getByRole('menu', { name: 'Terminal' }).waitFor();
    await page.keyboard.press('End');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('For screen readers');
    await page.keyboard.press('Escape');
    await page.getByRole('menu', { name: 'Terminal' }).waitFor({ state: 'detached' });
  });

  it('turns the mode for screen readers on and off', async () => {
    const { page } = lab;
    await page.keyboard.press('Control+Shift+U');
    await expect
      .poll(() => page.evaluate(() => window.ddwLabTerminal.options.screenReaderMode), PATIENT)
      .toBe(true);
    await page.locator('.xterm-accessibility').waitFor({ state: 'attached' });
    await page.keyboard.press('Control+Shift+U');
    await expect
      .poll(() => page.evaluate(() => window.ddwLabTerminal.options.screenReaderMode), PATIENT)
      .toBe(false);
  });
});

describe('a way in and out', () => {
  it('is said to those who listen, and Tab takes it', async () => {
    const { page } = lab;
    await terminal().focus();
    const said = await terminal().evaluate(
      (element) => document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent ?? '',
    );
    expect(said).toMatch(/^Tab leaves the terminal\./);
    await page.keyboard.press('Tab');
    expect(await terminal().evaluate((element) => element === document.activeElement)).toBe(false);
  });
});

describe('a view', () => {
  it('comes back as it was when its panel was closed and opened again', async () => {
    const { page } = lab;
    await only('is:window who == vf4', /^W .*vf4 /);
    const before = await terminalLines(page);
    await page.evaluate(() => ((window.ddwLabTerminal as unknown) = undefined));
    await page.getByRole('tab', { name: /hcall trace/ }).focus();
    await page.keyboard.press('Delete');
    await page.locator('[data-panel=trace]').waitFor({ state: 'detached' });
    await openPanel(lab, 'trace');
    await terminalShows(page, /^W .*vf4 .*window-created/);
    expect(await terminalLines(page)).toEqual(before);
    expect(await page.getByLabel('Filter the trace').inputValue()).toBe('is:window who == vf4');
  });

  it('comes back when the page is loaded anew', async () => {
    const { page } = lab;
    await only('is:window who == vf6', /^W .*vf6 /);
    const before = await terminalLines(page);
    await page.reload();
    await page.waitForFunction(() => window.ddwLabTerminal !== undefined);
    await terminalShows(page, /^W .*vf6 .*window-created/);
    expect(await terminalLines(page)).toEqual(before);
    expect(await page.getByLabel('Filter the trace').inputValue()).toBe('is:window who == vf6');
  });
});
