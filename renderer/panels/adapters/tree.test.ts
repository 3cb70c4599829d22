import { describe, expect, it } from 'vitest';
import type { U64 } from '../../../core/index.ts';
import { testFunction } from './test-functions.ts';
import { pathTo, rowsOf, treeOf } from './tree.ts';
import type { Grouping } from './tree.ts';
import { treeAct, typedTo } from './tree-keys.ts';
import type { TreeAct } from './tree-keys.ts';

const FUNCTIONS = [
  testFunction('vf0'),
  testFunction('vf1', { mode: 'direct' }),
  testFunction('nvme0', { state: 'frozen' }, { slotClass: 'dedicated', device: 'nvme' }),
];

const NONE: ReadonlySet<string> = new Set();

/** "2 vf0": level and name of each row. */
const drawn = (grouping: Grouping, closed = NONE): readonly string[] =>
  rowsOf(treeOf(FUNCTIONS, grouping), closed).map(({ level, node }) => `${level} ${node.name}`);

describe('the tree', () => {
  it.each<[Grouping, readonly string[]]>([
    ['place', ['1 SR-IOV VFs', '2 vf0', '2 vf1', '1 Dedicated slots', '2 nvme0']],
    ['mode', ['1 indirect', '2 vf0', '1 direct', '2 vf1', '1 frozen', '2 nvme0']],
    ['state', ['1 driven', '2 vf0', '2 vf1', '1 frozen', '2 nvme0']],
    ['device', ['1 nic', '2 vf0', '2 vf1', '1 nvme', '2 nvme0']],
    ['none', ['1 vf0', '1 vf1', '1 nvme0']],
  ])('grouped by %s', (grouping, rows) => expect(drawn(grouping)).toEqual(rows));

  it('leaves out what is below a closed branch', () =>
    expect(drawn('place', new Set(['slots sriov-vf']))).toEqual([
      '1 SR-IOV VFs',
      '1 Dedicated slots',
      '2 nvme0',
    ]));

  it('puts functions that share a PE below their PHB', () => {
    const shared = ['e0', 'e1'].map((id) =>
      testFunction(id, {}, { slotClass: 'qemu-phb', buid: 7n as U64, fn: `0000:00:0${id.slice(1)}.0` }),
    );
    const rows = rowsOf(treeOf(shared, 'place'), NONE);
    expect(rows.map(({ level, node }) => `${level} ${node.name} ${node.note}`)).toEqual([
      '1 PCI slots ',
      '2 PHB 0000 one PE with 2 functions',
      '3 e0 ',
      '3 e1 ',
    ]);
    expect(rows[1]?.node.functions).toEqual(shared);
  });

  it('says place and number among its like, as a screen reader tells them', () =>
    expect(
      rowsOf(treeOf(FUNCTIONS, 'place'), NONE).map(({ position, siblings }) => [position, siblings]),
    ).toEqual([
      [1, 2],
      [1, 2],
      [2, 2],
      [2, 2],
      [1, 1],
    ]));

  it('knows what a row is under', () => {
    const roots = treeOf(FUNCTIONS, 'place');
    expect(pathTo(roots, 'function nvme0')).toEqual(['slots dedicated']);
    expect(pathTo(roots, 'function vf9')).toEqual([]);
  });
});

describe('keys of the tree', () => {
  const rows = rowsOf(treeOf(FUNCTIONS, 'place'), new Set(['slots dedicated']));
  const press = (key: string, at: number, held = ''): TreeAct | undefined =>
    treeAct(
      {
        key,
        ctrlKey: held === 'Ctrl',
        metaKey: false,
        shiftKey: held === 'Shift',
        altKey: held === 'Alt',
      },
      rows,
      at,
    );

  it.each<[string, number, string, TreeAct | undefined]>([
    ['ArrowDown', 0, '', { do: 'move', to: 1, choose: 'only' }],
    ['ArrowDown', 3, '', { do: 'move', to: 3, choose: 'only' }],
    ['ArrowDown', -1, '', { do: 'move', to: 0, choose: 'only' }],
    ['ArrowUp', 2, 'Shift', { do: 'move', to: 1, choose: 'range' }],
    ['ArrowDown', 1, 'Ctrl', { do: 'move', to: 2, choose: 'keep' }],
    ['Home', 2, '', { do: 'move', to: 0, choose: 'only' }],
    ['End', 0, 'Shift', { do: 'move', to: 3, choose: 'range' }],
    ['ArrowRight', 0, '', { do: 'move', to: 1, choose: 'only' }],
    ['ArrowRight', 3, '', { do: 'open', keys: ['slots dedicated'] }],
    ['ArrowLeft', 0, '', { do: 'close', keys: ['slots sriov-vf'] }],
    ['ArrowLeft', 2, '', { do: 'move', to: 0, choose: 'only' }],
    ['*', 0, '', { do: 'open', keys: ['slots sriov-vf', 'slots dedicated'] }],
    [' ', 1, '', { do: 'toggle' }],
    [' ', 1, 'Ctrl', { do: 'toggle' }],
    [' ', 1, 'Shift', { do: 'range' }],
    ['a', 1, 'Ctrl', { do: 'all' }],
    ['a', 1, '', { do: 'type', text: 'a' }],
    ['Delete', 1, '', { do: 'remove' }],
    ['Enter', 1, '', { do: 'show' }],
    ['z', 1, 'Ctrl', undefined],
    ['ArrowDown', 1, 'Alt', undefined],
    ['Tab', 1, '', undefined],
  ])('%s on row %d holding "%s"', (key, at, held, act) => expect(press(key, at, held)).toEqual(act));

  it.each([
    ['v', 0, 1],
    ['vv', 1, 2],
    ['vf1', 1, 2],
    ['d', 1, 3],
    ['sr', 2, 0],
    ['x', 0, -1],
  ])('typing "%s" from row %d comes to %d', (typed, at, to) => expect(typedTo(rows, at, typed)).toBe(to));
});
