import { describe, expect, it } from 'vitest';
import { defaultScenario } from '../../core/index.ts';
import { firstPair, functionWords, nearChanges, stepWords } from './compare-words.ts';

const kernel = (id: string) => ({ id, title: id, generation: '', pageBytes: [65_536] });
const profile = (id: string) => ({ id, title: id, slotClasses: [], values: [] });
const kernels = ['5.13', '5.15', '6.12.107'].map(kernel);
const profiles = ['powervm-p8', 'powervm-p9', 'powervm-p10'].map(profile);

describe('what stands side by side at first', () => {
  it.each([
    ['kernel', '5.15', 'powervm-p9', ['5.13', '5.15']],
    ['kernel', '5.13', 'powervm-p9', ['5.13', '5.15']],
    ['kernel', '6.12.107', 'powervm-p9', ['5.13', '6.12.107']],
    ['platform', '5.15', 'powervm-p9', ['powervm-p9', 'powervm-p10']],
    ['platform', '5.15', 'powervm-p10', ['powervm-p10', 'powervm-p9']],
  ] as const)('by %s, at %s on %s', (axis, kernel, profile, pair) => {
    expect(firstPair(axis, { ...defaultScenario(kernel), profile }, kernels, profiles)).toEqual(pair);
  });

  it('is nothing before the machine is known', () => {
    expect(firstPair('kernel', undefined, kernels, profiles)).toEqual(['', '']);
  });
});

describe('a comparison in words', () => {
  it.each([
    [['vf0', 'vf1', 'vf2'], 'vf0, vf1, vf2'],
    [['vf0', 'vf1', 'vf2', 'vf3'], 'vf0, vf1, … vf3 (4)'],
  ])('names the functions %j', (ids, words) => {
    expect(functionWords(ids)).toBe(words);
  });

  it('shows one line around a change, and a gap between changes once', () => {
    const line = (text: string, change: 'same' | 'gone' | 'new') => ({ text, change });
    const [a, b, c, d, e, f, g] = [
      line('a', 'same'),
      line('b', 'gone'),
      line('c', 'same'),
      line('d', 'same'),
      line('e', 'same'),
      line('f', 'same'),
      line('g', 'new'),
    ];
    expect(nearChanges([a, b, c, d, e, f, g])).toEqual([a, b, c, null, f, g]);
  });

  it('tells a step with its comparison', () => {
    const compared = { left: '4', op: '>=', right: '8', holds: false } as const;
    expect(stepWords({ where: 'enable_ddw', text: 'Too small.', compared })).toBe('Too small. (4 >= 8: no)');
    expect(stepWords(null)).toBe('nothing more');
  });
});
