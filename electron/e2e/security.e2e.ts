// The page is fenced in: no Node, no network, no other page, and no message that main has not checked.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type {} from '../../renderer/app/bridge.ts';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';

let lab: RunningLab;

beforeAll(async () => {
  lab = await launchLab();
  await lab.page.getByTestId('invitation').waitFor();
});

afterAll(async () => {
  await lab.close();
});

it('the page has neither Node nor Electron, only the bridge', async () => {
  const names = await lab.page.evaluate(() => ({
    node: ['require', 'process', 'Buffer', 'module'].filter((name) => name in window),
    bridge: Object.keys(window.ddwLab).sort(),
  }));
  expect(names.node).toEqual([]);
  expect(names.bridge).toContain('dispatch');
  expect(names.bridge).not.toContain('invoke');
});

it('carries a Content-Security-Policy that allows scripts from itself alone, and no connection', async () => {
  const blocked = await lab.page.evaluate(async () => {
    const attempts = ['https://example.com/', 'app://lab/index.html', 'file:///etc/passwd'];
    const results = await Promise.allSettled(attempts.map((url) => fetch(url)));
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.head.append(script);
    return { fetches: results.map(({ status }) => status), injected: 'injected' in window };
  });
  expect(blocked).toEqual({ fetches: ['rejected', 'rejected', 'rejected'], injected: false });
});

it('has every permission denied', async () => {
  const states = await lab.page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone'] as PermissionName[];
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));
  });
  expect(new Set(states)).toEqual(new Set(['denied']));
});

it('serves nothing outside the built page', async () => {
  const statuses = await lab.app.evaluate(async ({ net }) => {
    const urls = [
      'app://lab/index.html',
      'app://lab/../main.cjs',
      'app://lab/%2e%2e/main.cjs',
      'app://lab/..%2f..%2fpackage.json',
      'app://other/index.html',
    ];
    return Promise.all(urls.map(async (url) => (await net.fetch(url)).status));
  });
  expect(statuses).toEqual([200, 404, 404, 404, 404]);
});

it.each([
  ['dispatch', { do: 'format-disk' }],
  ['dispatch', { do: 'vf-add', count: 1.5, device: 'nic' }],
  ['dispatch', null],
  ['query', { ask: 'tces', liobn: 1, index: -1, count: 1 }],
  ['query', { ask: 'secrets' }],
  ['tracePage', { from: 0, limit: 1e9, direction: 'forward' }],
  ['newSession', { config: { profile: 'powervm-p9' } }],
  ['copyText', { text: 7 }],
  ['setSettings', { theme: 'neon' }],
  ['compare', {}],
])('refuses the message %s %j', async (name, payload) => {
  const answer = await lab.page.evaluate(
    ([request, body]) =>
      (window.ddwLab as unknown as Record<string, (body: unknown) => Promise<unknown>>)[request as string]?.(
        body,
      ),
    [name, payload] as const,
  );
  expect(answer).toMatchObject({ ok: false, error: { code: 'bad-message' } });
});

it('answers nobody else, though it shows our page and has our preload script', async () => {
  const answer = await lab.app.evaluate(async ({ app, BrowserWindow }) => {
    const other = new BrowserWindow({
      show: false,
      webPreferences: { preload: `${app.getAppPath()}/dist/preload.cjs`, sandbox: true },
    });
    try {
      await other.loadURL('app://lab/index.html');
      const ask = 'window.ddwLab.dispatch({ do: "boot" })';
      return (await other.webContents.executeJavaScript(ask)) as unknown;
    } finally {
      other.destroy();
    }
  });
  expect(answer).toMatchObject({ ok: false, error: { code: 'foreign-sender' } });
  const state = await lab.page.evaluate(() => window.ddwLab.query({ ask: 'status' }));
  expect(state).toMatchObject({ ok: true, value: { state: 'off' } });
});

it('makes no network request on a tour: boot, I/O, comparison, another tab, saving', async () => {
  await lab.app.evaluate(({ session }) => {
    const urls: string[] = [];
    Object.assign(globalThis, { urls });
    const note = ({ url }: { url: string }): void => void urls.push(url);
    session.defaultSession.webRequest.onCompleted(note);
    session.defaultSession.webRequest.onErrorOccurred(note);
  });
  await lab.page.reload();
  await lab.page.getByTestId('invitation').waitFor();
  await lab.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, `${lab.home}/tour.ddwrun`);
  const done = await lab.page.evaluate(async () => {
    const steps = [
      await window.ddwLab.dispatch({ do: 'boot' }),
      await window.ddwLab.compareRuns({ kernels: ['5.13', '5.15'], profiles: ['powervm-p9'] }),
      await window.ddwLab.saveSession({ as: true }),
      await window.ddwLab.newSession({}),
    ];
    return steps.map(({ ok }) => ok);
  });
  expect(done).toEqual([true, true, true, true]);
  const urls = await lab.app.evaluate(() => (globalThis as unknown as { urls: string[] }).urls);
  expect(urls.length).toBeGreaterThan(0);
  expect(urls.filter((url) => !url.startsWith('app://lab/') && !url.startsWith('devtools://'))).toEqual([]);
});

it('opens no window and goes nowhere', async () => {
  const opened = await lab.page.evaluate(() => window.open('https://example.com/') === null);
  expect(opened).toBe(true);
  await lab.page.evaluate(() => void (location.href = 'https://example.com/'));
  // Asked of main: the page's own driver waits for the navigation that never comes.
  const shown = await lab.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()),
  );
  expect(shown).toEqual(['app://lab/index.html']);
});
