// Starts the real lab window for an end-to-end spec, in a home of its own, and listens for what goes wrong in the page.
// Run the specs with: npm test -- --only end-to-end (or npx vitest run -c build/vitest.e2e.config.ts <words>)
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron as electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';

export interface RunningLab {
  readonly app: ElectronApplication;
  /** The first window's page, its DOM loaded. */
  readonly page: Page;
  /** The profile folder: settings and saved sessions land here. */
  readonly home: string;
  /** Uncaught errors and console errors of the page so far; a good spec ends with none. */
  readonly problems: readonly string[];
  /** Saves what the window shows as test-results/<name>.png and answers the path. */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

export interface LaunchOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A home kept from an earlier launch, to see what survives a restart; it is then the caller's to remove. */
  readonly home?: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

function environment(more: Readonly<Record<string, string>>): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) inherited[name] = value;
  // Left over from vitest, they would tell the lab that it is under test: it must run as for a person.
  for (const name of ['NODE_ENV', 'VITEST', 'NODE_OPTIONS', 'ELECTRON_RUN_AS_NODE']) delete inherited[name];
  return { ...inherited, ...more };
}

export async function launchLab(options: LaunchOptions = {}): Promise<RunningLab> {
  const executablePath = process.env['DDW_LAB_ELECTRON'];
  if (executablePath === undefined) throw new Error('Run the specs with build/vitest.e2e.config.ts');
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'ddw-lab-e2e-'));
  const app = await electron.launch({
    executablePath,
    args: [`--user-data-dir=${home}`, root, ...(options.args ?? [])],
    cwd: root,
    env: environment(options.env ?? {}),
    // Electron's sandbox does not work for root, and only then is it off.
    chromiumSandbox: process.getuid?.() !== 0 && process.env['DDW_LAB_NO_SANDBOX'] !== '1',
  });
  const problems: string[] = [];
  app.on('window', (window) => {
    window.on('pageerror', (error) => problems.push(String(error)));
    window.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
  });
  const page = await app.firstWindow();
  await page.waitForLoadState('domcontentloaded');
  return {
    app,
    page,
    home,
    problems,
    screenshot: async (name) => {
      const path = join(root, 'test-results', `${name}.png`);
      await page.screenshot({ path });
      return path;
    },
    close: async () => {
      // Nobody is there to be asked whether what is unsaved may go.
      await app.evaluate(({ dialog }) => {
        dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
      });
      await app.close();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}
