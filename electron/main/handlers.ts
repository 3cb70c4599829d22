// What each request of the page does: the machine's are handed on, the rest is done here.

import { clipboard } from 'electron';
import type { MachineLife } from '../ipc-contract.ts';
import { FORWARDED } from '../host/machine-contract.ts';
import type { Forwarded } from '../host/machine-contract.ts';
import type { Handlers } from './ipc.ts';
import type { Kept } from './kept.ts';
import type { MachineProcess } from './machine-process.ts';
import { setUpMenu } from './menu.ts';
import type { Sessions } from './sessions.ts';
import type { Teller } from './teller.ts';
import { applyTheme } from './window.ts';

export interface HandlerParts {
  readonly machine: MachineProcess;
  readonly sessions: Sessions;
  readonly kept: Kept;
  readonly teller: Teller;
  readonly life: () => MachineLife;
}

const done = { ok: true, value: true } as const;

export function createHandlers({ machine, sessions, kept, teller, life }: HandlerParts): Handlers {
  return {
    ...forwarded(machine),
    hello: async () => {
      const look = await machine.ask('look', undefined);
      if (!look.ok) throw new Error(look.error.message);
      const { progress, desk, devices, work } = look.value;
      // After this answer: the page listens before it asks.
      setImmediate(() => teller.hello());
      return {
        progress,
        desk: sessions.overview(desk),
        settings: kept.settings,
        devices,
        work,
        machine: life(),
      };
    },
    openSession: () => sessions.askAndOpen(),
    saveSession: ({ as }) => sessions.save(as),
    closeTab: ({ id }) => sessions.close(id),
    openRecent: ({ index }) => sessions.openRecent(index),
    openDropped: async ({ path }) => {
      await sessions.openAndTell(path);
      return done;
    },
    exportFile: ({ what }) => sessions.exportFile(what),
    copyText: ({ text }) => {
      void clipboard.writeText(text);
      return done;
    },
    setSettings: async (settings) => {
      applyTheme(settings.theme);
      const failed = await kept.setSettings(settings);
      return failed === undefined ? done : { ok: false, error: failed };
    },
    setMenu: ({ entries }) => {
      setUpMenu(entries, (action) => teller.tell('menu', { action }));
      return done;
    },
  };
}

/** What the page asks of the machine, word for word: the machine checks it once more. */
function forwarded(machine: MachineProcess): Pick<Handlers, Forwarded> {
  const pass = FORWARDED.map((name) => [name, (payload: never) => machine.ask(name, payload)] as const);
  return Object.fromEntries(pass) as unknown as Pick<Handlers, Forwarded>;
}
