// The one window.

import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme } from 'electron';
import type { Theme } from '../ipc-contract.ts';
import { PAGE_URL } from './page-files.ts';

const DARK = '#161616';
const LIGHT = '#ffffff';

export function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1366,
    height: 768,
    minWidth: 800,
    minHeight: 560,
    title: 'DDW Lab',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? DARK : LIGHT,
    webPreferences: {
      preload: join(app.getAppPath(), 'dist', 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(PAGE_URL);
  return window;
}

/** Menus, dialogs and the page's `prefers-color-scheme` follow the theme chosen. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') nativeTheme.themeSource = 'system';
  else nativeTheme.themeSource = theme === 'light' || theme === 'projector' ? 'light' : 'dark';
}
