// When the page's process dies: the page is loaded again and finds the same sessions, for they are not in it.

import type { BrowserWindow } from 'electron';
import { PAGE_URL } from './page-files.ts';
import type { Teller } from './teller.ts';

const MOST_DEATHS = 3;
const DEATHS_WITHIN_MS = 60_000;

export function keepPageAlive(window: BrowserWindow, teller: Teller, giveUp: (reason: string) => void): void {
  const { webContents } = window;
  let deaths: readonly number[] = [];
  webContents.on('did-start-loading', () => teller.deaf());
  webContents.on('render-process-gone', (_event, { reason }) => {
    teller.deaf();
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const now = performance.now();
    deaths = [...deaths.filter((at) => now - at < DEATHS_WITHIN_MS), now];
    if (deaths.length > MOST_DEATHS) return giveUp(reason);
    teller.say('remark', {
      message: 'The window’s page ended unasked and was loaded again. The sessions went on meanwhile.',
    });
    void webContents.loadURL(PAGE_URL);
  });
}
