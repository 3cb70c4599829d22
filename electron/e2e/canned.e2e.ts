// Every figure shown is a projection of what the page was told: main's answers are replaced by made-up ones that no machine of this
// test has, through the real preload script, and the window must show exactly those.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type {} from '../../renderer/app/bridge.ts';
import type { FunctionAnswer, TraceEvent } from '../../core/index.ts';
import type { Progress } from '../ipc-contract.ts';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import { PATIENT, boot, idle, terminalShows, text } from './page.ts';

const PROGRESS: Progress = {
  state: 'running',
  nowNs: 1_204_118_000,
  events: 2,
  hcalls: 1_204_331,
  hcallsPerSecond: 6_200,
  problems: 3,
  paused: false,
  busy: true,
  session: { id: 4711, title: 'canned.ddwrun', comparing: null },
};

let lab: RunningLab;

/** Main answers this request so from now on. */
const answer = (request: string, value: unknown): Promise<void> =>
  lab.app.evaluate(
    ({ ipcMain }, [name, said]) => {
      const channel = `ddw-lab:request:${name as string}`;
      ipcMain.removeHandler(channel);
      ipcMain.handle(channel, () => said);
    },
    [request, value] as const,
  );

/** By what is asked; what is not listed is refused as after the end of a session. */
const answerQueries = (answers: Readonly<Record<string, unknown>>): Promise<void> =>
  lab.app.evaluate(({ ipcMain }, known) => {
    ipcMain.removeHandler('ddw-lab:request:query');
    ipcMain.handle('ddw-lab:request:query', (_event, query: { ask: string }) =>
      query.ask in known
        ? { ok: true, value: (known as Record<string, unknown>)[query.ask] }
        : { ok: false, error: { code: 'canned', message: 'not asked in this test' } },
    );
  }, answers);

const tell = (notice: string, payload: unknown): Promise<void> =>
  lab.app.evaluate(
    ({ BrowserWindow }, [name, said]) => {
      for (const window of BrowserWindow.getAllWindows())
        window.webContents.send(`ddw-lab:notice:${name as string}`, said);
    },
    [notice, payload] as const,
  );

beforeAll(async () => {
  lab = await launchLab();
  await boot(lab.page);
  await idle(lab.page);
  const real = await lab.page.evaluate(async () => {
    const bridge = window.ddwLab;
    const functions = await bridge.query({ ask: 'functions' });
    const config = await bridge.query({ ask: 'config' });
    const { progress } = await bridge.hello();
    const last = await bridge.tracePage({ from: progress.events - 1, limit: 1, direction: 'forward' });
    if (!functions.ok || !config.ok || !last.ok) throw new Error('the machine does not answer');
    return { functions: functions.value, config: config.value, last: last.value.events[0] };
  });
  const [one] = real.functions;
  if (one === undefined || real.last === undefined) throw new Error('nothing to build on');
  const canned: readonly FunctionAnswer[] = [
    { ...one, mode: 'direct', usedTces: 1_234_567, blockTces: 7_654_321, driver: 'canned-driver' },
  ];
  const events: readonly TraceEvent[] = [0, 1].map(
    (seq) => ({ ...real.last, seq, timeNs: 777_000_111_222 + seq }) as TraceEvent,
  );
  await answerQueries({
    functions: canned,
    config: { ...real.config, maxMemoryBytes: 3 * 2 ** 40 },
    verdict: [],
    plans: [],
    dmesg: [],
    'tce-overview': { liobn: 0, shift: 16, total: 0, counts: [] },
  });
  await answer('tracePage', { ok: true, value: { events, scanned: 2, total: 2 } });
  // Main's own notices would contradict these: the machine is idle, so none come.
  await tell('progress', PROGRESS);
});

afterAll(async () => {
  await lab.close();
});

it('the status bar and the toolbar show the progress that was told', async () => {
  const { page } = lab;
  await expect.poll(() => text(page, 'trace-size'), PATIENT).toBe('trace 2 events, none lost');
  expect(await text(page, 'machine-state')).toBe('running');
  expect(await text(page, 'virtual-time')).toBe('1.204 s');
  const footer = page.getByRole('contentinfo', { name: 'Status' });
  for (const figure of ['6.2 k hcalls/s', '1,204,331 hcalls', '3 problems'])
    await footer.getByText(figure).waitFor();
  await page.getByRole('banner').getByText('64 GiB now, 3 TiB max.').waitFor();
});

it('the panels show the answers, to the last digit', async () => {
  const { page } = lab;
  await expect.poll(() => text(page, 'functions-summary'), PATIENT).toMatch(/^1 function: direct/);
  const windows = page.locator('[data-panel=windows]');
  await windows.getByText('1,234,567 of 7,654,321').first().waitFor();
  await windows.getByText('canned-driver').first().waitFor();
});

it('the trace shows the events that were sent, and no other', async () => {
  await terminalShows(lab.page, /777\.000111222 .*machine-state/);
  await terminalShows(lab.page, /777\.000111223 .*machine-state/);
  const others = await lab.page.evaluate(() => {
    const { active } = window.ddwLabTerminal.buffer;
    return Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    ).filter((line) => line !== '' && !line.includes('777.0001112'));
  });
  expect(others).toEqual([]);
});

it('work under way is told with its share and can be cancelled', async () => {
  const { page } = lab;
  await tell('work', {
    items: [{ id: 5, label: 'Opening canned.ddwrun', done: 0.42, cancellable: true }],
  });
  const work = page.getByRole('list', { name: 'Work under way' });
  await work.getByText('Opening canned.ddwrun').waitFor();
  await work.getByText('42 %').waitFor();
  await work.getByRole('button', { name: 'Cancel: Opening canned.ddwrun' }).waitFor();
  await tell('work', { items: [] });
  await work.waitFor({ state: 'hidden' });
});
