import { describe, expect, it } from 'vitest';
import { fitness } from './fuzzy.ts';
import { bestChoices, keepLately, readLately, withLatest } from './palette-choices.ts';
import type { Choice } from './palette-choices.ts';

const choice = (label: string): Choice => ({ key: label, label, from: '', keys: '', run: () => undefined });
const NAMES = [
  'New session',
  'Save as…',
  'Boot',
  'Show the problems',
  'Theme: high contrast',
  'Theme: projector',
  'Go to function vf3',
  'Go to function vf13',
  'Move this panel to the right',
  'One panel at a time, or all',
];
const CHOICES = NAMES.map(choice);
const first = (query: string, lately: readonly string[] = []): string | undefined =>
  bestChoices(CHOICES, query, lately)[0]?.label;

describe('a few letters', () => {
  it.each([
    ['boot', 'Boot'],
    ['sa', 'Save as…'],
    ['thproj', 'Theme: projector'],
    ['contrast', 'Theme: high contrast'],
    ['vf3', 'Go to function vf3'],
    ['go vf13', 'Go to function vf13'],
    ['panel right', 'Move this panel to the right'],
    ['right panel', 'Move this panel to the right'],
    ['PROBLEMS', 'Show the problems'],
  ])('%s find %s', (query, label) => expect(first(query)).toBe(label));

  it('that stand in no name find nothing', () => expect(bestChoices(CHOICES, 'xyzzy', [])).toEqual([]));

  it('fit best in one piece and at beginnings', () => {
    const at = (name: string): number => fitness('map', name) ?? -1;
    expect(at('TCE map')).toBeGreaterThan(at('Remap a page'));
    expect(at('Remap a page')).toBeGreaterThan(at('make a copy'));
  });
});

describe('what was chosen lately', () => {
  it('comes first while nothing is typed, the latest before the others', () =>
    expect(
      bestChoices(CHOICES, '', ['Boot', 'Theme: projector'])
        .slice(0, 3)
        .map(({ label }) => label),
    ).toEqual(['Boot', 'Theme: projector', 'New session']));

  it('comes first among names that fit alike', () => {
    expect(first('theme')).toBe('Theme: projector');
    expect(first('theme', ['Theme: high contrast'])).toBe('Theme: high contrast');
  });

  it.each([
    ['nothing', null, []],
    ['what is no JSON', '["boot"', []],
    ['what is no list', '{"length":3}', []],
    ['a list of other things', '[1,"boot",null,{"key":"new"}]', ['boot']],
    [
      'more than is remembered',
      JSON.stringify(Array.from({ length: 500 }, () => 'boot')),
      Array(12).fill('boot'),
    ],
  ])('is read back from %s without harm', (_what, kept, keys) =>
    expect(readLately({ getItem: () => kept })).toEqual(keys),
  );

  it('is kept for the next start, except the tabs, whose numbers are others then', () => {
    const kept = new Map<string, string>();
    const storage = {
      setItem: (name: string, value: string): void => void kept.set(name, value),
      getItem: (name: string): string | null => kept.get(name) ?? null,
    };
    keepLately(['boot', 'tab:2', 'function:vf3'], storage);
    expect(readLately(storage)).toEqual(['boot', 'function:vf3']);
  });

  it('is remembered once each, and not for ever', () => {
    let lately: readonly string[] = [];
    for (let i = 0; i < 30; i++) lately = withLatest(lately, `a${i % 20}`);
    expect(lately).toHaveLength(12);
    expect(new Set(lately).size).toBe(12);
    expect(lately[0]).toBe('a9');
  });
});
