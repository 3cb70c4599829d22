import { describe, expect, it } from 'vitest';
import type { FunctionAnswer, WindowAnswer } from '../../core/index.ts';
import { mainWindow, windowGroups, windowValues } from './window-overview.ts';

const window = (isDefault: boolean, active: boolean): WindowAnswer =>
  ({
    isDefault,
    active,
    use: active ? (isDefault ? 'default' : 'indirect') : 'none',
    pageShift: isDefault ? 12 : 16,
    entries: isDefault ? 524_288 : 4_194_304,
  }) as WindowAnswer;
const f = (...windows: readonly WindowAnswer[]): FunctionAnswer => ({ windows }) as unknown as FunctionAnswer;

describe('functions by their windows', () => {
  const indirect = f(window(true, false), window(false, true));
  const waiting = f(window(true, true));

  it('go through the last window in place', () => {
    expect(mainWindow(indirect)?.isDefault).toBe(false);
    expect(mainWindow(f(window(true, false)))).toBeUndefined();
  });

  it('stand in groups of like ones, the largest first', () =>
    expect(
      windowGroups([waiting, indirect, indirect, f()]).map(({ use, functions }) => [use, functions]),
    ).toEqual([
      ['indirect', 2],
      ['default', 1],
      ['none', 1],
    ]));
});

it('the platform’s values are those of the slot class', () => {
  const value = (path: string): { path: string; value: string; grade: 'observed'; source: string } => ({
    path,
    value: '1',
    grade: 'observed',
    source: 's',
  });
  const values = [
    value('slots.dedicated.maxWindows'),
    value('slots.sriov-vf.maxWindows'),
    value('x.blockTces'),
  ];
  expect(windowValues(values, 'sriov-vf', ['blockTces', 'maxWindows'])).toEqual([
    { name: 'maxWindows', value: values[1] },
  ]);
});
