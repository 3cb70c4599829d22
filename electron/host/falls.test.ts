import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../../core/index.ts';
import { afterFalls } from './falls.ts';
import type { Journal } from './journal.ts';

const journal = (crashes: readonly number[]): Journal => ({
  log: {
    config: { ...DEFAULT_LPAR, functions: [] },
    commands: [
      { step: 0, command: { do: 'boot' } },
      { step: 70, command: { do: 'mark', text: 'one' } },
      { step: 90, command: { do: 'mark', text: 'two' } },
    ],
    steps: 120,
  },
  savedCommands: 3,
  mark: { at: 'mark', steps: 120, state: 'running', busy: false, paused: false },
  crashes,
});

describe('after a fall of the machine’s process', () => {
  it.each([[[]], [[1]], [[1, 2]], [[2, 1]], [[-1, -1]], [[3, 3]]])(
    '%j: everything is replayed',
    (crashes) => {
      expect(afterFalls(journal(crashes))).toEqual({ journal: journal(crashes) });
    },
  );

  it('the same command twice: the session is as it was before it, and the sentence names it', () => {
    const { journal: left, leftOut } = afterFalls(journal([0, 1, 1]));
    expect(left.log.commands).toEqual([{ step: 0, command: { do: 'boot' } }]);
    expect([left.log.steps, left.savedCommands, left.crashes]).toEqual([70, 1, []]);
    expect(leftOut).toBe(
      'The machine’s process ended twice after the action “mark one”. The session is as it was before it; the action after it is left out too.',
    );
  });
});
