// What no page of ours may ever do (Electron's security checklist): navigate, open windows, embed, ask for permissions,
// or reach a network.

import { app, session } from 'electron';
import { PAGE_ORIGIN } from './page-files.ts';

const isOurs = (url: string): boolean => url.startsWith(`${PAGE_ORIGIN}/`) || url.startsWith('devtools://');

/** Before the app is ready. */
export function setUpSecurity(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

/** After it. */
export function closeSession(): void {
  const ours = session.defaultSession;
  ours.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  ours.setPermissionCheckHandler(() => false);
  ours.setDevicePermissionHandler(() => false);
  ours.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isOurs(details.url) }));
}
