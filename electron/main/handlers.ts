// What each request of the page does.

import type { BrowserWindow } from 'electron';
import { clipboard } from 'electron';
import { CompareHost } from '../host/compare-host.ts';
import type { UserError } from '../ipc-contract.ts';
import { configOn, deviceChoices } from '../host/machine-choices.ts';
import type { Desk } from './desk.ts';
import { exportFile } from './export-dialog.ts';
import { openSession, saveSession } from './files.ts';
import { notify } from './ipc.ts';
import type { Handlers } from './ipc.ts';
import { setUpMenu } from './menu.ts';
import { applyTheme } from './window.ts';

const done = { ok: true, value: true } as const;

const noSuchTab = (id: number): { ok: false; error: UserError } => ({
  ok: false,
  error: { code: 'no-such-tab', message: `there is no open session ${id}` },
});

export function createHandlers(desk: Desk, window: BrowserWindow): Handlers {
  const comparisons = new CompareHost();
  return {
    hello: () => ({
      progress: desk.progress(),
      desk: desk.overview(),
      settings: null,
      devices: deviceChoices(),
      work: [],
      machine: 'up',
    }),
    dispatch: (command) => desk.dispatch(command),
    query: (query) => desk.host.query(query),
    tracePage: (request) => desk.host.tracePage(request),
    configOn: ({ config, profile }) => configOn(config, profile),
    run: ({ on }) => {
      desk.run(on);
      return done;
    },
    newSession: ({ config }) => desk.newSession(config),
    openSession: () => openSession(desk, window),
    saveSession: ({ as }) => saveSession(desk, window, as),
    compare: ({ kernel }) => desk.compare(kernel),
    compareBack: () => {
      desk.compareBack();
      return done;
    },
    compareRuns: (request) =>
      comparisons.run(request, desk.comparable(), (progress) => notify(window, 'compareProgress', progress)),
    compareCancel: () => {
      comparisons.cancel();
      return done;
    },
    exportFile: ({ what }) => exportFile(what, window, (query) => desk.host.query(query)),
    copyText: ({ text }) => {
      void clipboard.writeText(text);
      return done;
    },
    setSettings: ({ theme }) => {
      applyTheme(theme);
      return done;
    },
    setMenu: ({ entries }) => {
      setUpMenu(entries, (action) => notify(window, 'menu', { action }));
      return done;
    },
    showTab: ({ id }) => (desk.overview().shown === id ? done : noSuchTab(id)),
    closeTab: ({ id }) => (desk.overview().shown === id ? desk.newSession(undefined) : noSuchTab(id)),
    openRecent: ({ index }) => ({
      ok: false,
      error: { code: 'no-such-file', message: `there is no file number ${index} in the list` },
    }),
    cancelWork: () => done,
  };
}
