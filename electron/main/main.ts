// Where the desktop app begins: a list of setups.

import { app } from 'electron';
import { Desk } from './desk.ts';
import { createHandlers } from './handlers.ts';
import { notify, setUpIpc } from './ipc.ts';
import { setUpMenu } from './menu.ts';
import { registerScheme, setUpProtocol } from './protocol.ts';
import { closeSession, setUpSecurity } from './security.ts';
import { openWindow } from './window.ts';

async function start(): Promise<void> {
  // Root must say --no-sandbox, and enableSandbox() would unsay it.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerScheme();
  setUpSecurity();
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  closeSession();
  setUpProtocol();
  const window = openWindow();
  const desk = new Desk((progress) => notify(window, 'progress', progress));
  setUpIpc(window, createHandlers(desk, window));
  setUpMenu([], () => undefined);
}

start().catch((error: unknown) => {
  console.error(error);
  app.exit(1);
});
