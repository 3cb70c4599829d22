// Where the desktop app begins: a list of setups.

import { app } from 'electron';
import { filesIn } from './file-arguments.ts';
import { OpenLab } from './lab.ts';
import { setUpMenu } from './menu.ts';
import { registerScheme } from './protocol.ts';
import { closeSession, setUpSecurity } from './security.ts';

const namedIn = (argv: readonly string[], cwd: string): readonly string[] =>
  filesIn(argv, cwd, app.isPackaged ? undefined : app.getAppPath());

let lab: OpenLab | undefined;
const early: string[] = [];

function open(file: string): void {
  if (lab === undefined) early.push(file);
  else void lab.open(file);
}

async function start(): Promise<void> {
  // Two labs on one profile would take up each other's sessions: the second one hands its files to the first.
  if (!app.requestSingleInstanceLock()) return app.quit();
  // Root must say --no-sandbox, and enableSandbox() would unsay it.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  namedIn(process.argv, process.cwd()).forEach(open);
  registerScheme();
  setUpSecurity();
  app.on('window-all-closed', () => app.quit());
  app.on('second-instance', (_event, argv, cwd) => {
    namedIn(argv, cwd).forEach(open);
    lab?.toFront();
  });
  app.on('open-file', (event, file) => {
    event.preventDefault();
    open(file);
  });
  await app.whenReady();
  closeSession();
  setUpMenu([], () => undefined);
  lab = new OpenLab();
  for (const file of early) await lab.open(file);
}

start().catch((error: unknown) => {
  console.error(error);
  app.exit(1);
});
