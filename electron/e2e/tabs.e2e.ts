// Sessions as tabs, by mouse and by keyboard, and the question about what would be lost with one.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, boot, isRunning } from './page.ts';

let lab: RunningLab;
/** The number of the first session in the window: the specs count from it. */
let first = 1;

beforeEach(async () => {
  lab = await launchLab();
  await lab.page.getByTestId('invitation').waitFor();
  first = await lab.page.evaluate(async () => (await window.ddwLab.hello()).desk.shown);
});

afterEach(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

const strip = () => lab.page.getByRole('tablist', { name: 'Open sessions' });
const tabs = () => strip().getByRole('tab');
/** The tabs from left to right, the one shown in brackets. */
const row = (): Promise<string> =>
  tabs().evaluateAll(
    (all, from) =>
      all
        .map((tab) => {
          const name = (tab.querySelector('.words')?.textContent?.trim() ?? '').replace(/\d+/, (id) =>
            String(Number(id) - from + 1),
          );
          return tab.ariaSelected === 'true' ? `[${name}]` : name;
        })
        .join(' '),
    first,
  );
const rowIs = (wanted: string): Promise<unknown> => expect.poll(row, PATIENT).toBe(wanted);
const isOff = (): Promise<void> => lab.page.locator('[data-testid=machine-state][data-state=off]').waitFor();

/** The person at the question: 0 saves, 1 lets go, 2 keeps. Answers what was asked. */
async function answering(response: number): Promise<() => Promise<number>> {
  await lab.app.evaluate(({ dialog }, button) => {
    const asked = { times: 0 };
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = () => {
      asked.times++;
      return Promise.resolve({ response: button, checkboxChecked: false });
    };
  }, response);
  return () => lab.app.evaluate(() => (globalThis as unknown as { asked: { times: number } }).asked.times);
}

/** Three sessions, of which the second has booted; the third is shown. */
async function three(): Promise<void> {
  await lab.page.keyboard.press('Control+n');
  await rowIs('Session 1 [Session 2]');
  await boot(lab.page);
  await lab.page.getByRole('button', { name: 'New session', exact: true }).click();
  await rowIs('Session 1 Session 2 [Session 3]');
  await isOff();
}

it('a new one is beside the others; a click shows its machine, not another', async () => {
  // One alone needs no row.
  await rowIs('');
  await three();
  await tabs().nth(1).click();
  await rowIs('Session 1 [Session 2] Session 3');
  await isRunning(lab.page);
  await tabs().nth(0).click();
  await rowIs('[Session 1] Session 2 Session 3');
  await isOff();
});

it('Ctrl+Tab goes to the next one and round, Ctrl+Shift+Tab back, the arrows along the row', async () => {
  await three();
  const { keyboard } = lab.page;
  await keyboard.press('Control+Tab');
  await rowIs('[Session 1] Session 2 Session 3');
  await keyboard.press('Control+Tab');
  await rowIs('Session 1 [Session 2] Session 3');
  await isRunning(lab.page);
  await keyboard.press('Control+Shift+Tab');
  await keyboard.press('Control+Shift+Tab');
  await rowIs('Session 1 Session 2 [Session 3]');
  await tabs().nth(2).focus();
  await keyboard.press('ArrowLeft');
  await rowIs('Session 1 [Session 2] Session 3');
  await expect
    .poll(
      () =>
        tabs()
          .nth(1)
          .evaluate((tab) => tab === document.activeElement),
      PATIENT,
    )
    .toBe(true);
  await keyboard.press('Home');
  await rowIs('[Session 1] Session 2 Session 3');
});

it('Ctrl+W closes what has nothing to lose without a question, and asks for what has', async () => {
  await three();
  const { keyboard } = lab.page;
  const asked = await answering(2);
  await keyboard.press('Control+w');
  await expect.poll(() => tabs().count(), PATIENT).toBe(2);
  expect(await asked()).toBe(0);
  await tabs().nth(1).click();
  await rowIs('Session 1 [Session 2]');
  await keyboard.press('Control+w');
  await expect.poll(asked, PATIENT).toBe(1);
  // Kept: the machine goes on as it was.
  await rowIs('Session 1 [Session 2]');
  await isRunning(lab.page);
  const again = await answering(1);
  await keyboard.press('Control+w');
  await rowIs('');
  expect(await again()).toBe(1);
  await isOff();
});

it.each([
  ['a middle click', () => tabs().nth(1).click({ button: 'middle' })],
  [
    'its cross',
    async () => {
      await tabs().nth(1).hover();
      await tabs().nth(1).locator('.cross').click();
    },
  ],
])('%s closes a tab that is not shown, after the question; the one shown stays', async (_how, close) => {
  await three();
  const kept = await answering(2);
  await close();
  await expect.poll(kept, PATIENT).toBe(1);
  await rowIs('Session 1 Session 2 [Session 3]');
  const gone = await answering(1);
  await close();
  await rowIs('Session 1 [Session 3]');
  expect(await gone()).toBe(1);
});

it('Delete closes the tab that has the focus, and its neighbour is shown', async () => {
  await three();
  await tabs().nth(1).click();
  await isRunning(lab.page);
  const asked = await answering(1);
  await tabs().nth(1).press('Delete');
  await expect.poll(() => tabs().count(), PATIENT).toBe(2);
  expect(await asked()).toBe(1);
  expect(await row()).toMatch(/^(?:\[Session 1\] Session 3|Session 1 \[Session 3\])$/);
  await isOff();
});
