import { describe, expect, it } from 'vitest';
import type { MachineState } from '../../core/index.ts';
import { refusalOf } from './refusals.ts';
import type { Situation } from './refusals.ts';

const now = (state: MachineState, more: Partial<Situation> & { problems?: number } = {}): Situation => ({
  progress: { state, problems: more.problems ?? 0, session: { id: 1, title: '', comparing: null } },
  machine: 'up',
  sessions: 1,
  hasOther: true,
  hasActs: true,
  ...more,
});

describe('what cannot be done now is refused in a sentence', () => {
  it.each<[string, Situation, RegExp | undefined]>([
    ['boot', now('off'), undefined],
    ['boot', now('running'), /runs already/],
    ['boot', now('booting'), /runs already/],
    ['boot', now('oops'), /Oops.*Reset/],
    ['pause', now('off'), /is off/],
    ['reset', now('off'), /is off/],
    ['reset', now('oops'), undefined],
    ['shutdown', now('off'), /is off/],
    ['shutdown', now('running'), undefined],
    ['next-tab', now('off'), /Only one session/],
    ['next-tab', now('off', { sessions: 2 }), undefined],
    ['problems', now('running'), /no problems/],
    ['problems', now('running', { problems: 3 }), undefined],
    ['compare', now('running', { hasOther: false }), /no other kernel/],
    ['undo', now('off'), undefined],
    ['undo', now('running', { hasActs: false }), /nothing to undo/],
    ['undo', now('off', { machine: 'down' }), /started again/],
    ['boot', now('off', { machine: 'down' }), /started again/],
    ['save', now('running', { machine: 'down' }), undefined],
    ['theme-dark', now('off'), undefined],
  ])('%s', (action, situation, sentence) => {
    const refusal = refusalOf(action, situation);
    if (sentence === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(sentence);
  });
});
