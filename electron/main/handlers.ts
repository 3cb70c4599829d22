// What each request of the page does.

import type { BrowserWindow } from 'electron';
import { clipboard } from 'electron';
import { CompareHost } from '../host/compare-host.ts';
import { configOn, deviceChoices } from '../host/machine-choices.ts';
import { ACTION_TABLE } from './actions.ts';
import type { Desk } from './desk.ts';
import { openSession, saveSession } from './files.ts';
import { notify } from './ipc.ts';
import type { Handlers } from './ipc.ts';
import { applyTheme } from './window.ts';

const done = { ok: true, value: true } as const;

export function createHandlers(desk: Desk, window: BrowserWindow): Handlers {
  const comparisons = new CompareHost();
  return {
    hello: () => ({ progress: desk.progress(), actions: ACTION_TABLE, devices: deviceChoices() }),
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
    copyText: ({ text }) => {
      void clipboard.writeText(text);
      return done;
    },
    setTheme: ({ theme }) => {
      applyTheme(theme);
      return done;
    },
  };
}
