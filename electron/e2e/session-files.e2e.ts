// Saving and opening sessions through the menu's keys. The native dialogs answer with a path of the spec's choosing.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, boot, idle, terminalShows, text } from './page.ts';

let lab: RunningLab;

beforeEach(async () => {
  lab = await launchLab();
});

afterEach(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

/** Stands in for the person at the file dialogs. */
async function answerDialogs(filePath: string): Promise<void> {
  await lab.app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, filePath);
}

describe('a session file', () => {
  it('brings back the same machine, event for event', async () => {
    const { page } = lab;
    const file = join(lab.home, 'lesson.ddwrun');
    await answerDialogs(file);
    await boot(page);
    await page.getByRole('button', { name: 'Start I/O' }).click();
    await terminalShows(page, /io-figures/);
    await idle(page);
    const [size, time] = [await text(page, 'trace-size'), await text(page, 'virtual-time')];

    await page.keyboard.press('Control+s');
    await page.getByText(`Saved to ${file}.`).waitFor();
    await expect.poll(() => page.title(), PATIENT).toBe('lesson.ddwrun — DDW Lab');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'ddwrun', version: 1 });

    await page.keyboard.press('Control+n');
    await page.getByTestId('invitation').waitFor();
    await expect.poll(() => page.title(), PATIENT).toBe('DDW Lab');

    await page.keyboard.press('Control+o');
    await page.getByText(`Opened ${file}.`).waitFor();
    await idle(page);
    expect([await text(page, 'trace-size'), await text(page, 'virtual-time')]).toEqual([size, time]);
    await terminalShows(page, /io-figures/);
  });

  it.each([
    ['empty', '', /./],
    ['cut short', '{"format":"ddwrun","version":1,"config":{"profile":"powervm-p9"', /./],
    ['of a later version', '{"format":"ddwrun","version":99}', /version/],
    ['something else', 'GIF89a', /“damaged\.ddwrun” cannot be opened: ./],
  ])(
    'that is %s is refused in a sentence, and the session at hand stays',
    async (_what, content, sentence) => {
      const { page } = lab;
      const file = join(lab.home, 'damaged.ddwrun');
      writeFileSync(file, content);
      await answerDialogs(file);
      await boot(page);
      await page.keyboard.press('Control+o');
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
      await idle(page);
      expect(await text(page, 'functions-summary')).toBe('8 functions, all indirect.');
    },
  );

  it('is not written when the person changes their mind', async () => {
    const { app, page } = lab;
    await page.getByTestId('invitation').waitFor();
    await app.evaluate(({ dialog }) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: true, filePath: '' });
    });
    await page.keyboard.press('Control+s');
    await page.keyboard.press('F5');
    await idle(page);
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
