// After a fall of the machine's process: a command that brings it down whenever it is replayed is left out, so that falling has an end.

import { commandText } from '../../core/index.ts';
import type { Journal } from './journal.ts';

export interface AfterFalls {
  readonly journal: Journal;
  /** A sentence: which action was left out, and why. */
  readonly leftOut?: string;
}

/** Twice in a row the same command had begun last: the session is as it was before that. */
export function afterFalls(journal: Journal): AfterFalls {
  const { log, crashes } = journal;
  const culprit = crashes.at(-1);
  const entry = culprit === undefined ? undefined : log.commands[culprit];
  if (culprit === undefined || entry === undefined || crashes.at(-2) !== culprit) return { journal };
  const commands = log.commands.slice(0, culprit);
  return {
    journal: {
      ...journal,
      log: { ...log, commands, steps: entry.step },
      savedCommands: Math.min(journal.savedCommands, culprit),
      crashes: [],
    },
    leftOut: `The machine’s process ended twice after the action “${commandText(entry.command, log.config)}”. The session is as it was before it${laterLost(log.commands.length - culprit - 1)}.`,
  };
}

const laterLost = (count: number): string => {
  if (count === 0) return '';
  return count === 1
    ? '; the action after it is left out too'
    : `; the ${count} actions after it are left out too`;
};
