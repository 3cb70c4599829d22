// Why an action cannot be done now: one sentence, said wherever it was asked for.

import type { MachineLife, Progress } from '../../electron/ipc-contract.ts';
import { refusals } from '../texts/texts.ts';

export interface Situation {
  readonly progress: Pick<Progress, 'state' | 'problems' | 'session'>;
  readonly machine: MachineLife;
  readonly sessions: number;
  /** There is another kernel to look at. */
  readonly hasOther: boolean;
  /** Something was done to the configuration. */
  readonly hasActs: boolean;
}

const NEED_THE_MACHINE = ['boot', 'reset', 'shutdown', 'pause', 'add-vf', 'undo', 'compare', 'compare-runs'];

/** undefined: nothing speaks against it. */
export function refusalOf(action: string, now: Situation): string | undefined {
  const { state, problems, session } = now.progress;
  if (now.machine === 'down' && NEED_THE_MACHINE.includes(action)) return refusals.down;
  switch (action) {
    case 'boot':
      if (state === 'oops') return refusals.oops;
      return state === 'off' ? undefined : refusals.runs;
    case 'pause':
    case 'reset':
    case 'shutdown':
      return state === 'off' ? refusals.off : undefined;
    case 'next-tab':
    case 'previous-tab':
      return now.sessions > 1 ? undefined : refusals.oneSession;
    case 'undo':
      return now.hasActs ? undefined : refusals.nothingToUndo;
    case 'problems':
      return problems > 0 ? undefined : refusals.noProblems;
    case 'compare':
      return now.hasOther || session.comparing !== null ? undefined : refusals.noOther;
    default:
      return undefined;
  }
}
