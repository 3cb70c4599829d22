import { describe, expect, it } from 'vitest';
import type { FunctionAnswer } from '../../../core/index.ts';
import { COLUMNS, columnsFor, filtered, sorted } from './columns.ts';
import type { ColumnId, Order } from './columns.ts';
import { testFunction, testWindow } from './test-functions.ts';

const FUNCTIONS = [
  testFunction('vf2', { usedTces: 5 }),
  testFunction('vf10', { usedTces: 900, mode: 'direct' }),
  testFunction('vf1', {
    driver: null,
    state: 'present',
    mode: 'none',
    windows: [testWindow({ use: 'none' })],
  }),
  testFunction('nvme0', { state: 'frozen', driver: 'nvme' }, { device: 'nvme' }),
];

const ids = (functions: readonly FunctionAnswer[]): readonly string[] =>
  functions.map(({ description }) => description.id);

describe('sorting', () => {
  it.each<[Order | undefined, readonly string[]]>([
    [undefined, ['vf2', 'vf10', 'vf1', 'nvme0']],
    [{ by: 'name', descending: false }, ['nvme0', 'vf1', 'vf2', 'vf10']],
    [{ by: 'name', descending: true }, ['vf10', 'vf2', 'vf1', 'nvme0']],
    [{ by: 'tces', descending: true }, ['vf10', 'vf2', 'vf1', 'nvme0']],
    [{ by: 'mode', descending: false }, ['vf10', 'nvme0', 'vf2', 'vf1']],
    [{ by: 'mask', descending: false }, ['vf1', 'vf2', 'vf10', 'nvme0']],
  ])('%j', (order, expected) => expect(ids(sorted(FUNCTIONS, order))).toEqual(expected));
});

describe('the filter', () => {
  it.each([
    ['', ['vf2', 'vf10', 'vf1', 'nvme0']],
    ['vf1', ['vf10', 'vf1']],
    ['VF1 direct', ['vf10']],
    ['frozen', ['nvme0']],
    ['no driver', ['vf1']],
    ['nvme', ['nvme0']],
    ['0x70004000 64k', ['vf2', 'vf10', 'vf1', 'nvme0']],
    ['nothing of the kind', []],
  ])('“%s”', (filter, expected) => expect(ids(filtered(FUNCTIONS, filter))).toEqual(expected));
});

describe('columns', () => {
  it.each<[number, readonly ColumnId[]]>([
    [20, ['name', 'mode', 'fill']],
    [41, ['name', 'mode', 'driver', 'tces', 'fill']],
    [200, ['name', 'mode', 'state', 'driver', 'mask', 'window', 'liobn', 'address', 'tces', 'fill']],
  ])('in %d ems', (width, expected) => expect(columnsFor(width).map(({ id }) => id)).toEqual(expected));

  it('say what there is to say of a function', () => {
    const [vf2] = FUNCTIONS;
    if (vf2 === undefined) throw new Error('no function');
    expect(COLUMNS.map(({ text }) => text(vf2))).toEqual([
      'vf2',
      'indirect',
      'driven',
      'vfnet',
      '64 bits',
      '256 GiB at 2^59, 64K pages',
      '0x70004000',
      '4002:01:00.0',
      '5 of 1,000',
      '0.5 % of its block',
    ]);
  });
});
