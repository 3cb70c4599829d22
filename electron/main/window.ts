// The one window: where it stood, in the theme that was chosen, and its page again when that has died.

import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { LEAST, placeOn } from '../host/window-place.ts';
import type { Theme } from '../ipc-contract.ts';
import type { Kept } from './kept.ts';
import { PAGE_URL } from './page-files.ts';

const DARK = '#161616';
const LIGHT = '#ffffff';
const BLACK = '#000000';

/** Moves and resizes come in bursts. */
const REMEMBERED_AFTER_MS = 300;

export function openWindow(kept: Kept): BrowserWindow {
  const window = new BrowserWindow({
    ...placeOn(workAreas(), kept.window?.bounds),
    minWidth: LEAST.width,
    minHeight: LEAST.height,
    title: 'DDW Lab',
    show: false,
    backgroundColor: backgroundOf(kept.settings?.theme ?? 'system'),
    webPreferences: {
      preload: join(app.getAppPath(), 'dist', 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (kept.window?.maximized === true) window.maximize();
  window.once('ready-to-show', () => window.show());
  // The name is main's to say: it knows the file and what is unsaved.
  window.on('page-title-updated', (event) => event.preventDefault());
  rememberPlace(window, kept);
  void window.loadURL(PAGE_URL);
  return window;
}

/** Menus, dialogs and the page's `prefers-color-scheme` follow the theme chosen. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') nativeTheme.themeSource = 'system';
  else nativeTheme.themeSource = theme === 'light' || theme === 'projector' ? 'light' : 'dark';
}

/** What the page will show: a theme's own name, `system` decided. */
export function shownTheme(theme: Theme): Exclude<Theme, 'system'> {
  if (theme !== 'system') return theme;
  if (nativeTheme.shouldUseHighContrastColors) return 'contrast';
  return nativeTheme.shouldUseDarkColors ? 'dark' : 'light';
}

function backgroundOf(theme: Theme): string {
  const shown = shownTheme(theme);
  if (shown === 'contrast') return BLACK;
  return shown === 'dark' ? DARK : LIGHT;
}

/** The primary display first. */
function workAreas(): Electron.Rectangle[] {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  return [primary, ...others].map(({ workArea }) => workArea);
}

function rememberPlace(window: BrowserWindow, kept: Kept): void {
  let timer: NodeJS.Timeout | undefined;
  const remember = (): void => {
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    kept.setWindow({ bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(remember, REMEMBERED_AFTER_MS);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  window.on('close', () => {
    clearTimeout(timer);
    remember();
  });
}
