import { describe, expect, it } from 'vitest';
import { keyMeaning, wheelZoom, zoomed } from './terminal-keys.ts';
import type { KeySituation } from './terminal-keys.ts';

const press = (keys: string): Parameters<typeof keyMeaning>[0] => {
  const parts = keys.split(' ');
  return {
    key: parts.at(-1) ?? '',
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Cmd'),
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
  };
};
const trace: KeySituation = { isMac: false, takesInput: false, hasSelection: true, leaving: false };
const shell: KeySituation = { ...trace, takesInput: true };
const mac: KeySituation = { ...shell, isMac: true };

describe('a key in a terminal', () => {
  it.each([
    ['Ctrl Shift C', shell, 'copy'],
    ['Ctrl c', shell, 'terminal'],
    ['Ctrl c', trace, 'copy'],
    ['Ctrl c', { ...trace, hasSelection: false }, 'terminal'],
    ['Cmd c', mac, 'copy'],
    ['Ctrl c', mac, 'terminal'],
    ['Ctrl Shift V', shell, 'page'],
    ['Ctrl v', shell, 'terminal'],
    ['Cmd v', mac, 'page'],
    ['Ctrl +', trace, 'zoom'],
    ['Ctrl =', trace, 'zoom'],
    ['Ctrl 0', shell, 'zoom'],
    ['Cmd -', mac, 'zoom'],
    ['Ctrl -', mac, 'terminal'],
    ['F5', shell, 'page'],
    ['Ctrl Shift F', shell, 'page'],
    ['Tab', trace, 'page'],
    ['Tab', shell, 'terminal'],
    ['Tab', { ...shell, leaving: true }, 'page'],
    ['Shift Tab', { ...shell, leaving: true }, 'page'],
    ['a', shell, 'terminal'],
  ])('%s in %j is for: %s', (keys, situation, means) =>
    expect(keyMeaning(press(keys), situation).means).toBe(means),
  );

  it('says whether it was combined, so that a read-only terminal leaves Ctrl+F to the page', () =>
    expect(keyMeaning(press('Ctrl f'), trace)).toEqual({ means: 'terminal', combined: true }));
});

it('text grows and shrinks by a pixel, within bounds, and comes back to 13', () => {
  expect([zoomed(13, 1), zoomed(13, -1), zoomed(40, 1), zoomed(8, -1), zoomed(30, 0)]).toEqual([
    14, 12, 40, 8, 13,
  ]);
});

it.each([
  [{ deltaY: -5, ctrlKey: true, metaKey: false }, 1],
  [{ deltaY: 5, ctrlKey: false, metaKey: true }, -1],
  [{ deltaY: 5, ctrlKey: false, metaKey: false }, undefined],
])('the wheel %j zooms by %s', (wheel, step) => expect(wheelZoom(wheel)).toBe(step));
