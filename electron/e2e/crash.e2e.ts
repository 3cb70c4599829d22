// Nothing is lost: page, main and machine are killed with SIGKILL, as a crash would, and the lab goes on where it was.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hello } from '../ipc-contract.ts';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, boot, flood, idle, isRunning, text } from './page.ts';

let home = '';
let lab: RunningLab;
/** Those that were killed need no closing. */
let dead = false;

async function launch(args: readonly string[] = []): Promise<void> {
  lab = await launchLab({ home, args });
  dead = false;
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ddw-lab-crash-'));
});

afterEach(async () => {
  if (!dead) await lab.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** As the kernel's OOM killer would. */
async function killMain(): Promise<void> {
  const child = lab.app.process();
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  dead = true;
}

const machinePid = (): Promise<number> =>
  lab.app.evaluate(
    ({ app }) =>
      app
        .getAppMetrics()
        .find(({ serviceName, name }) => `${serviceName} ${name}`.includes('DDW Lab machine'))?.pid ?? 0,
  );

/** Resolves when another process has taken its place. */
async function killMachine(): Promise<void> {
  const pid = await machinePid();
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, 'SIGKILL');
  await expect.poll(machinePid, PATIENT).not.toBe(pid);
}

const hello = (page: Page): Promise<Hello> => page.evaluate(() => window.ddwLab.hello());

const INDIRECT = '8 functions, all indirect.';

/** What the window says of the trace and the functions. */
const shown = async (): Promise<readonly string[]> => [
  await text(lab.page, 'trace-size'),
  await text(lab.page, 'functions-summary'),
];

/** A machine that has booted and is idle, seen by the page too. */
async function booted(): Promise<readonly string[]> {
  await boot(lab.page);
  await idle(lab.page);
  await expect.poll(() => text(lab.page, 'functions-summary'), PATIENT).toBe(INDIRECT);
  return shown();
}

const journals = (): readonly string[] =>
  readdirSync(join(home, 'sessions')).filter((name) => name.endsWith('.ddwjournal'));

async function saveAs(file: string): Promise<void> {
  await lab.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  const saved = await lab.page.evaluate(() => window.ddwLab.saveSession({ as: true }));
  expect(saved).toEqual({ ok: true, value: file });
}

describe('main killed', () => {
  it('the next start is where the last one was', async () => {
    await launch();
    const before = await booted();
    await killMain();
    await launch();
    await idle(lab.page);
    await expect.poll(shown, PATIENT).toEqual(before);
    await lab.page.getByText('did not end in good order').waitFor();
  });

  it('while I/O floods: the last command is there, and the machine goes on', async () => {
    await launch();
    await boot(lab.page);
    await flood(lab.page);
    await killMain();
    await launch();
    await isRunning(lab.page);
    const running = async (): Promise<number> => {
      const status = await lab.page.evaluate(() => window.ddwLab.query({ ask: 'status' }));
      return status.ok ? status.value.workloads.filter((io) => io.running === true).length : 0;
    };
    await expect.poll(running, PATIENT).toBe(8);
    const { events } = (await hello(lab.page)).progress;
    await expect.poll(async () => (await hello(lab.page)).progress.events, PATIENT).toBeGreaterThan(events);
  });

  it('tabs, their order, which one was shown, what was paused and what was saved come back', async () => {
    await launch();
    const file = join(home, 'lesson.ddwrun');
    await booted();
    await saveAs(file);
    await lab.page.evaluate(() => window.ddwLab.newSession({}));
    await lab.page.evaluate(() => window.ddwLab.run({ on: false }));
    await lab.page.evaluate(() => window.ddwLab.dispatch({ do: 'boot' }));
    await lab.page.evaluate(() => window.ddwLab.newSession({}));
    const [, middle] = (await hello(lab.page)).desk.tabs;
    await lab.page.evaluate((id) => window.ddwLab.showTab({ id }), middle?.id ?? 0);
    await killMain();

    await launch();
    await lab.page.getByText('The 2 sessions that were open are here').waitFor();
    const { desk, progress } = await hello(lab.page);
    expect(desk.tabs.map(({ title, unsaved, state }) => [title, unsaved, state])).toEqual([
      ['lesson.ddwrun', false, 'running'],
      ['', true, 'booting'],
      ['', false, 'off'],
    ]);
    expect(desk.tabs.findIndex(({ id }) => id === desk.shown)).toBe(1);
    expect(progress).toMatchObject({ paused: true, state: 'booting' });
    expect(desk.recent).toEqual([{ title: 'lesson.ddwrun', folder: home }]);
    await lab.page.evaluate((id) => window.ddwLab.showTab({ id }), desk.tabs[0]?.id ?? 0);
    await expect.poll(() => text(lab.page, 'functions-summary'), PATIENT).toBe(INDIRECT);
  });

  it('a damaged journal: what is readable comes back, and a sentence says what is missing', async () => {
    await launch();
    await booted();
    await lab.page.evaluate(() => window.ddwLab.dispatch({ do: 'mark', text: 'the last thing done' }));
    await killMain();
    const [name = ''] = journals();
    const path = join(home, 'sessions', name);
    const content = readFileSync(path, 'utf8');
    writeFileSync(path, content.replace('the last thing', 'the lost thing'));
    await launch();
    await lab.page.getByRole('alert').filter({ hasText: 'recovered in part' }).waitFor();
    await expect.poll(() => text(lab.page, 'functions-summary'), PATIENT).toBe(INDIRECT);
  });

  it('a journal that says nothing is set aside, and a sentence says where', async () => {
    mkdirSync(join(home, 'sessions'));
    writeFileSync(join(home, 'sessions', 'session-1.ddwjournal'), 'GIF89a');
    await launch();
    await lab.page.getByRole('alert').filter({ hasText: 'set-aside' }).waitFor();
    await lab.page.getByTestId('invitation').waitFor();
    expect(readdirSync(join(home, 'sessions', 'set-aside'))).toHaveLength(1);
  });
});

describe('the machine killed', () => {
  it('another one takes up the sessions, and a notice tells of it', async () => {
    await launch();
    const before = await booted();
    await lab.page.evaluate(() => {
      const told: string[] = [];
      Object.assign(window, { told });
      window.ddwLab.on('machine', ({ is }) => void told.push(is));
    });
    const told = (): Promise<readonly string[]> =>
      lab.page.evaluate(() => (window as unknown as { told: readonly string[] }).told);
    await killMachine();
    await expect.poll(told, PATIENT).toEqual(['down', 'recovering', 'up']);
    await idle(lab.page);
    await expect.poll(shown, PATIENT).toEqual(before);
    await lab.page.evaluate(() => window.ddwLab.dispatch({ do: 'shutdown' }));
    await expect.poll(() => text(lab.page, 'machine-state'), PATIENT).toBe('off');
  });

  it('twice after the same action: the session is as it was before that, and a sentence names it', async () => {
    await launch();
    await booted();
    await flood(lab.page);
    const before = (await hello(lab.page)).progress;
    await killMachine();
    await isRunning(lab.page);
    await expect.poll(async () => (await hello(lab.page)).machine, PATIENT).toBe('up');
    await expect
      .poll(async () => (await hello(lab.page)).progress.events, PATIENT)
      .toBeGreaterThan(before.events);
    await killMachine();
    const told = lab.page.getByRole('alert').filter({ hasText: 'ended twice after the action' });
    await told.waitFor();
    expect(await told.textContent()).toContain('io start vf7');
    const workloads = async (): Promise<number> => {
      const status = await lab.page.evaluate(() => window.ddwLab.query({ ask: 'status' }));
      return status.ok ? status.value.workloads.length : 0;
    };
    await expect.poll(async () => (await hello(lab.page)).machine, PATIENT).toBe('up');
    expect(await workloads()).toBe(7);
  });

  it('a question asked meanwhile is answered by the next one', async () => {
    await launch();
    await lab.page.getByTestId('invitation').waitFor();
    const pid = await machinePid();
    expect(pid).toBeGreaterThan(0);
    const asked = lab.page.evaluate(async () => {
      const answers: boolean[] = [];
      for (let n = 0; n < 200; n++) answers.push((await window.ddwLab.query({ ask: 'status' })).ok);
      return answers;
    });
    process.kill(pid, 'SIGKILL');
    expect(new Set(await asked)).toEqual(new Set([true]));
  });
});

describe('the page killed', () => {
  it('it is loaded again and shows the same session', async () => {
    await launch();
    const before = await booted();
    const pid = await lab.app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
    );
    expect(pid).toBeGreaterThan(0);
    const loaded = lab.app.evaluate(
      ({ BrowserWindow }) =>
        new Promise<boolean>((resolve) => {
          BrowserWindow.getAllWindows()[0]?.webContents.once('did-finish-load', () => resolve(true));
        }),
    );
    process.kill(pid, 'SIGKILL');
    expect(await loaded).toBe(true);
    // The driver's page object died with the process: what the new one shows is asked through main.
    const shownAgain = (): Promise<readonly string[]> =>
      lab.app.evaluate(({ BrowserWindow }) => {
        const read = `['trace-size', 'functions-summary'].map((id) =>
          (document.querySelector('[data-testid=' + id + ']')?.textContent ?? '').replace(/\\s+/g, ' ').trim())`;
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        return (contents?.executeJavaScript(read) ?? Promise.resolve([])) as Promise<readonly string[]>;
      });
    await expect.poll(shownAgain, PATIENT).toEqual(before);
  });
});

describe('a session that is closed in good order', () => {
  it('leaves no journal, and the next start is a fresh one', async () => {
    await launch();
    await boot(lab.page);
    expect(journals()).toHaveLength(1);
    await lab.close();
    dead = true;
    expect(journals()).toEqual([]);
    await launch();
    await lab.page.getByTestId('invitation').waitFor();
    expect(await text(lab.page, 'machine-state')).toBe('off');
  });
});

describe('a folder where nothing can be kept', () => {
  it('is told once, in a sentence, and the lab works all the same', async () => {
    // Root may write anywhere; a file in the folder's place stops even root.
    writeFileSync(join(home, 'sessions'), 'in the way');
    await launch();
    await lab.page.getByRole('alert').filter({ hasText: 'not being kept against a fall' }).waitFor();
    await booted();
  });
});
