import { describe, expect, it } from 'vitest';
import type { Role } from '../../electron/ipc-contract.ts';
import type { PanelInfo, PanelPlace } from '../app/panel-info.ts';
import { groupsOf, roleLayout, stackedLayout } from './layout.ts';
import type { LayoutNode } from './layout.ts';
import { readLayout, storeLayout } from './stored-layout.ts';

const info = (id: string, place: PanelPlace, order: number, more: Partial<PanelInfo> = {}): PanelInfo => ({
  id,
  title: id,
  place,
  order,
  roles: ['administrator', 'developer', 'support'],
  ...more,
});

const PANELS = [
  info('functions', 'left', 20),
  info('lpar', 'left', 10),
  info('windows', 'centre', 10),
  info('tces', 'centre', 20, { roles: ['developer'] }),
  info('why', 'right', 10),
  info('trace', 'bottom', 10),
  info('log', 'bottom', 20, { front: ['support'] }),
];

const SMALL = { width: 1366, height: 667, rem: 16 };
const LARGE = { width: 2560, height: 1340, rem: 16 };

const shape = (node: LayoutNode): string =>
  node.kind === 'group' ? node.panels.join('+') : `[${node.parts.map(shape).join(' ')}]`;
const shapeFor = (role: Role, room: typeof SMALL): string =>
  roleLayout(PANELS, role, room).parts.map(shape).join(' | ');

describe('a role’s own arrangement', () => {
  it('on a small screen: what there is on the left, how it looks, why, and what happens below', () =>
    expect(shapeFor('administrator', SMALL)).toBe('[lpar functions] | [[windows why] trace+log]'));

  it.each([
    [SMALL, [280, 387]],
    [LARGE, [670, 670]],
  ])('in %j shares the left side', (room, heights) => {
    const [left] = roleLayout(PANELS, 'administrator', room).parts;
    expect(left?.kind === 'split' && left.parts.map(({ size }) => Math.round(size))).toEqual(heights);
  });

  it('on a large one shows beside each other what were tabs', () =>
    expect(shapeFor('developer', LARGE)).toBe('[lpar functions] | [[windows tces why] [trace log]]'));

  it('has the panels of that role alone, in their order', () =>
    expect(shapeFor('developer', SMALL)).toBe('[lpar functions] | [[windows+tces why] trace+log]'));

  it('has in front what the role looks at first', () => {
    const front = (role: Role): string | undefined =>
      groupsOf(roleLayout(PANELS, role, SMALL).parts).at(-1)?.front;
    expect([front('administrator'), front('support')]).toEqual(['trace', 'log']);
  });

  it.each([SMALL, LARGE])('fills %j to the pixel, split by split', (room) => {
    const { parts } = roleLayout(PANELS, 'developer', room);
    const check = (nodes: readonly LayoutNode[], along: number, across: number): void => {
      expect(nodes.reduce((sum, { size }) => sum + size, 0)).toBeCloseTo(along);
      for (const node of nodes) if (node.kind === 'split') check(node.parts, across, node.size);
    };
    check(parts, room.width, room.height);
  });

  it('without a panel at a place gives its room to the others', () => {
    const { parts } = roleLayout([info('trace', 'bottom', 1)], 'support', SMALL);
    expect(parts.map(shape)).toEqual(['trace']);
    expect(roleLayout([], 'support', SMALL).parts).toEqual([]);
  });
});

describe('a narrow window', () => {
  it('has every group below the other, each tall enough to be read', () => {
    const room = { width: 683, height: 300, rem: 16 };
    const stacked = stackedLayout(roleLayout(PANELS, 'administrator', room), room);
    expect(stacked.across).toBe(false);
    expect(stacked.parts.map(shape)).toEqual(['lpar', 'functions', 'windows', 'why', 'trace+log']);
    expect(stacked.height).toBe(5 * 416);
  });
});

describe('a layout that was kept', () => {
  const known = new Set(PANELS.map(({ id }) => id));
  const layout = roleLayout(PANELS, 'developer', LARGE);

  it('comes back as it was', () => expect(readLayout(storeLayout(layout), known)).toEqual(layout));

  const group = { kind: 'group', size: 10, panels: ['trace'], front: 'trace' };
  const whole = { version: 1, across: true, width: 10, height: 10, parts: [group] };
  const nested = (depth: number): object =>
    depth === 0 ? group : { kind: 'split', size: 10, parts: [nested(depth - 1)] };
  it('is read when nothing is wrong with it', () =>
    expect(readLayout(JSON.stringify(whole), known)?.parts).toHaveLength(1));

  it.each([
    ['no JSON', '{'],
    ['not an object', '[]'],
    ['null', 'null'],
    ['of another version', { ...whole, version: 2 }],
    ['without a direction', { ...whole, across: 'yes' }],
    ['of no width', { ...whole, width: null }],
    ['as large as no screen', { ...whole, height: 1e9 }],
    ['without a panel', { ...whole, parts: [] }],
    ['with a panel that is gone', { ...whole, parts: [{ ...group, panels: ['oracle'], front: 'oracle' }] }],
    ['with a panel twice', { ...whole, parts: [group, group] }],
    ['with a front that is no tab', { ...whole, parts: [{ ...group, front: 'log' }] }],
    ['with an empty group', { ...whole, parts: [{ ...group, panels: [] }] }],
    ['with a number for a panel', { ...whole, parts: [{ ...group, panels: ['trace', 7] }] }],
    ['with a negative size', { ...whole, parts: [{ ...group, size: -1 }] }],
    ['with a node of no kind', { ...whole, parts: [{ size: 1 }] }],
    ['nested without end', { ...whole, parts: [nested(50)] }],
  ])('is refused when it is %s', (_what, value) =>
    expect(readLayout(typeof value === 'string' ? value : JSON.stringify(value), known)).toBeUndefined(),
  );
});
