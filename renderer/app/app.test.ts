import { describe, expect, it } from 'vitest';
import type { KernelAnswer, MachineConfig } from '../../core/index.ts';
import { ACTION_TABLE } from './action-table.ts';
import { keysText, matchesKeys } from './keys.ts';
import { otherKernel } from './other-kernel.ts';

const press = (key: string, held = ''): Parameters<typeof matchesKeys>[0] => ({
  key,
  ctrlKey: held.includes('c'),
  metaKey: held.includes('m'),
  shiftKey: held.includes('s'),
  altKey: held.includes('a'),
});

describe('keys as Electron writes them', () => {
  it.each([
    ['F5', press('F5'), true],
    ['F5', press('F5', 's'), false],
    ['Shift+F5', press('F5', 's'), true],
    ['CmdOrCtrl+Shift+F', press('F', 'cs'), true],
    ['CmdOrCtrl+F', press('f', 'c'), true],
    ['CmdOrCtrl+F', press('f', 'm'), false],
    ['CmdOrCtrl+F', press('f'), false],
    ['Ctrl+Tab', press('Tab', 'c'), true],
    ['CmdOrCtrl+Alt+Left', press('ArrowLeft', 'ca'), true],
    ['', press(''), false],
  ])('%s', (keys, pressed, matches) => expect(matchesKeys(pressed, keys, false)).toBe(matches));

  it('mean Command on a Mac', () => {
    expect(matchesKeys(press('f', 'm'), 'CmdOrCtrl+F', true)).toBe(true);
    expect([keysText('CmdOrCtrl+Shift+F', true), keysText('CmdOrCtrl+Shift+F', false)]).toEqual([
      '⌘⇧F',
      'Ctrl+Shift+F',
    ]);
  });
});

describe('the other kernel', () => {
  const kernels = ['5.13', '5.15', '6.1.176'].map((id) => ({ id }) as KernelAnswer);
  const running = (kernel: string): MachineConfig => ({ kernel }) as MachineConfig;

  it('is the one before indirect mapping, and for that one the first with it', () => {
    expect(['5.15', '6.1.176', '5.13'].map((id) => otherKernel(running(id), kernels))).toEqual([
      '5.13',
      '5.13',
      '5.15',
    ]);
  });

  it('is none when there is no such kernel', () => expect(otherKernel(running('5.15'), [])).toBeUndefined());
});

describe('the actions', () => {
  it('each have a name and keys of their own', () => {
    const actions = ACTION_TABLE.map(({ action }) => action);
    expect(new Set(actions).size).toBe(actions.length);
    const keys = ACTION_TABLE.map((info) => info.keys).filter((text) => text !== '');
    expect(new Set(keys).size).toBe(keys.length);
  });
});
