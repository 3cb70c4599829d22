import { expect, it } from 'vitest';
import { checkKeptState, placeOn } from './window-place.ts';

const laptop = { x: 0, y: 0, width: 1366, height: 740 };
const beside = { x: 1366, y: -200, width: 2560, height: 1440 };

it.each([
  [
    'none kept: the usual size, in the middle of the primary display',
    [laptop],
    undefined,
    { x: 0, y: 0, width: 1366, height: 740 },
  ],
  [
    'kept on the second display, which is there',
    [laptop, beside],
    { x: 1500, y: 0, width: 1200, height: 800 },
    { x: 1500, y: 0, width: 1200, height: 800 },
  ],
  [
    'the second display is gone: the same size on the first, as far as it fits',
    [laptop],
    { x: 1500, y: 0, width: 1200, height: 800 },
    { x: 83, y: 0, width: 1200, height: 740 },
  ],
  [
    'half out of sight below: moved up',
    [laptop],
    { x: 100, y: 200, width: 900, height: 700 },
    { x: 100, y: 40, width: 900, height: 700 },
  ],
  [
    'mostly out of sight: in the middle',
    [laptop],
    { x: 1300, y: 700, width: 900, height: 700 },
    { x: 233, y: 20, width: 900, height: 700 },
  ],
  ['no display is known', [], undefined, { x: 0, y: 0, width: 1366, height: 768 }],
  [
    'smaller than it may be',
    [beside],
    { x: 1400, y: 0, width: 10, height: 10 },
    { x: 1400, y: 0, width: 800, height: 560 },
  ],
])('%s', (_what, displays, kept, placed) => {
  expect(placeOn(displays, kept)).toEqual(placed);
});

it('what is kept is checked when it is read', () => {
  const state = { window: { bounds: laptop, maximized: true }, recent: ['/home/ada/lesson.ddwrun'] };
  expect(checkKeptState(state)).toEqual(state);
  expect(checkKeptState({ ...state, recent: [7] })).toBeUndefined();
  expect(
    checkKeptState({ ...state, window: { bounds: { ...laptop, x: 1.5 }, maximized: true } }),
  ).toBeUndefined();
});
