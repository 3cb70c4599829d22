// The desk around the machine: tabs, files however they come, the question about unsaved work, and what is kept between two starts.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultScenario, Session, sessionText } from '../../core/index.ts';
import type { Hello } from '../ipc-contract.ts';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, boot, isRunning } from './page.ts';

let home = '';
let lab: RunningLab;
let closed = false;

async function launch(args: readonly string[] = []): Promise<void> {
  lab = await launchLab({ home, args });
  closed = false;
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ddw-lab-desk-'));
});

afterEach(async () => {
  if (!closed) await lab.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** A session file of a machine that has booted. */
function lessonFile(name: string): string {
  const session = Session.create(defaultScenario());
  if (!session.ok) throw new Error(session.error.message);
  session.value.dispatch({ do: 'boot' });
  while (!session.value.idle) session.value.advance(1000);
  const file = join(home, name);
  writeFileSync(file, sessionText(session.value.save()));
  return file;
}

const hello = (): Promise<Hello> => lab.page.evaluate(() => window.ddwLab.hello());
const titles = async (): Promise<readonly string[]> => (await hello()).desk.tabs.map(({ title }) => title);
const windowTitle = (): Promise<string> =>
  lab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle() ?? '');

/** The person at the questions: which button, and where to save. What was asked is kept. */
async function answers(response: number, filePath = ''): Promise<() => Promise<readonly string[]>> {
  await lab.app.evaluate(
    ({ dialog }, { button, path }) => {
      const asked: string[] = [];
      Object.assign(globalThis, { asked });
      Object.assign(dialog, {
        showMessageBox: (_window: unknown, { message }: { message: string }) => {
          asked.push(message);
          return Promise.resolve({ response: button, checkboxChecked: false });
        },
        showSaveDialog: () => Promise.resolve({ canceled: path === '', filePath: path }),
      });
    },
    { button: response, path: filePath },
  );
  return () => lab.app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);
}

describe('a file', () => {
  it('named on the command line is open, its name is on the window and in the list of recent ones', async () => {
    const file = lessonFile('lesson.ddwrun');
    await launch([file]);
    await isRunning(lab.page);
    expect(await titles()).toEqual(['lesson.ddwrun']);
    await expect.poll(windowTitle, PATIENT).toBe('lesson.ddwrun — DDW Lab');
    await lab.page.evaluate(() => window.ddwLab.dispatch({ do: 'mark', text: 'more' }));
    await expect.poll(windowTitle, PATIENT).toBe('• lesson.ddwrun — DDW Lab');
    expect((await hello()).desk.recent).toEqual([{ title: 'lesson.ddwrun', folder: home }]);
  });

  it('that a second start names is opened in the window that is there', async () => {
    const file = lessonFile('lesson.ddwrun');
    await launch();
    await lab.page.getByTestId('invitation').waitFor();
    const second = lab.app.evaluate(({ app }, path) => {
      app.emit('second-instance', {}, ['electron', app.getAppPath(), path], '/');
    }, file);
    await second;
    await expect.poll(titles, PATIENT).toEqual(['lesson.ddwrun']);
  });

  it('dropped on the window is opened; one that the page made up is not', async () => {
    const file = lessonFile('lesson.ddwrun');
    await launch();
    await lab.page.getByTestId('invitation').waitFor();
    await lab.page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['{}'], '/etc/passwd'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    });
    const driver = await lab.page.context().newCDPSession(lab.page);
    const data = { items: [], files: [file], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await driver.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
    await expect.poll(titles, PATIENT).toEqual(['lesson.ddwrun']);
    expect(await lab.page.getByRole('alert').count()).toBe(0);
    expect(await lab.page.evaluate(() => 'openDropped' in window.ddwLab)).toBe(false);
  });

  it('that is gone is taken off the list of recent ones, and a sentence says so', async () => {
    const file = lessonFile('lesson.ddwrun');
    await launch([file]);
    await isRunning(lab.page);
    await lab.page.evaluate(async () => {
      const { desk } = await window.ddwLab.hello();
      await window.ddwLab.closeTab({ id: desk.shown });
    });
    const reopened = await lab.page.evaluate(() => window.ddwLab.openRecent({ index: 0 }));
    expect(reopened).toEqual({ ok: true, value: file });
    rmSync(file);
    await lab.page.evaluate(async () => {
      const { desk } = await window.ddwLab.hello();
      await window.ddwLab.closeTab({ id: desk.shown });
    });
    const gone = await lab.page.evaluate(() => window.ddwLab.openRecent({ index: 0 }));
    expect(gone).toMatchObject({ ok: false, error: { code: 'file-gone' } });
    expect((await hello()).desk.recent).toEqual([]);
  });

  it('that is no session, named on the command line, is refused in a sentence', async () => {
    const file = join(home, 'picture.gif');
    writeFileSync(file, 'GIF89a');
    await launch([file]);
    await lab.page.getByRole('alert').filter({ hasText: '“picture.gif” cannot be opened' }).waitFor();
  });
});

describe('unsaved work', () => {
  const closeShown = (): Promise<unknown> =>
    lab.page.evaluate(async () => {
      const { desk } = await window.ddwLab.hello();
      return window.ddwLab.closeTab({ id: desk.shown });
    });

  it('is asked about when its tab is closed: keep, save, or let go', async () => {
    await launch();
    await boot(lab.page);
    const asked = await answers(2);
    expect(await closeShown()).toEqual({ ok: true, value: false });
    expect(await asked()).toEqual(['Save the changes of a session that was never saved?']);
    const file = join(home, 'kept.ddwrun');
    await answers(0, file);
    expect(await closeShown()).toEqual({ ok: true, value: true });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'ddwrun' });
    await boot(lab.page);
    await answers(1);
    expect(await closeShown()).toEqual({ ok: true, value: true });
    expect((await hello()).progress.state).toBe('off');
  });

  it('keeps the window open until it is saved or given up', async () => {
    await launch();
    await boot(lab.page);
    const asked = await answers(2);
    await lab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(asked, PATIENT).toHaveLength(1);
    expect((await hello()).progress.state).not.toBe('off');
    const file = join(home, 'last.ddwrun');
    await answers(0, file);
    const gone = once(lab.app.process(), 'exit');
    await lab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await gone;
    closed = true;
    expect(existsSync(file)).toBe(true);
    expect(readdirSync(join(home, 'sessions')).filter((name) => name.endsWith('.ddwjournal'))).toEqual([]);
  });
});

describe('what a person chose', () => {
  it('is there at the next start: the theme in the first picture, the place of the window', async () => {
    await launch();
    await lab.page.getByTestId('invitation').waitFor();
    await lab.page.evaluate(async () => {
      const { settings } = await window.ddwLab.hello();
      const terminal = { fontSize: 15, scrollback: 5000, screenReader: false, copyOnSelect: true };
      return window.ddwLab.setSettings({
        ...(settings ?? { role: 'support', layout: '' }),
        terminal,
        theme: 'projector',
      });
    });
    await lab.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1000, height: 640 }),
    );
    await lab.close();
    await launch();
    const served = await lab.app.evaluate(async ({ net }) =>
      (await net.fetch('app://lab/index.html')).text(),
    );
    expect(served).toContain('<html data-theme="projector" data-chosen-theme="projector"');
    const background = await lab.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getBackgroundColor().toLowerCase(),
    );
    expect(background).toBe('#ffffff');
    expect((await hello()).settings?.terminal).toMatchObject({ fontSize: 15, copyOnSelect: true });
    const bounds = await lab.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getBounds(),
    );
    expect(bounds).toEqual({ x: 40, y: 30, width: 1000, height: 640 });
  });

  it('damaged on the disk: set aside under a name that is told, and the lab starts without it', async () => {
    writeFileSync(join(home, 'settings.json'), '{"theme": "neon"}');
    await launch();
    await lab.page.getByRole('alert').filter({ hasText: 'settings.json cannot be read' }).waitFor();
    const aside = readdirSync(home).find((name) => name.startsWith('settings.json.damaged-')) ?? '';
    expect(readFileSync(join(home, aside), 'utf8')).toBe('{"theme": "neon"}');
    await lab.page.getByTestId('invitation').waitFor();
  });
});
