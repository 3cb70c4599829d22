import { describe, expect, it } from 'vitest';
import { above, hexLines, nodeRows, parentOf, shortValue } from './tree-rows.ts';

const node = (path: string, children = 0): { path: string; properties: number; children: number } => ({
  path,
  properties: 2,
  children,
});
const OUTLINE = [
  node('/', 2),
  node('/rtas'),
  node('/pci@8', 1),
  node('/pci@8/ethernet@0', 1),
  node('/pci@8/ethernet@0/x'),
];

describe('rows of the tree', () => {
  it('are the nodes whose parents are open', () => {
    const paths = (...open: readonly string[]): readonly string[] =>
      nodeRows(OUTLINE, new Set(open)).map(({ path }) => path);
    expect(paths()).toEqual(['/']);
    expect(paths('/')).toEqual(['/', '/rtas', '/pci@8']);
    expect(paths('/', '/pci@8/ethernet@0')).toEqual(['/', '/rtas', '/pci@8']);
    expect(paths('/', '/pci@8', '/pci@8/ethernet@0')).toHaveLength(5);
  });

  it('have a level, a name, and are open, closed or neither', () =>
    expect(
      nodeRows(OUTLINE, new Set(['/', '/pci@8'])).map(({ name, level, open }) => [name, level, open]),
    ).toEqual([
      ['/', 1, true],
      ['rtas', 2, undefined],
      ['pci@8', 2, true],
      ['ethernet@0', 3, false],
    ]));

  it('know what is above', () => {
    expect(above('/pci@8/ethernet@0')).toEqual(['/', '/pci@8']);
    expect(above('/')).toEqual([]);
    expect(parentOf('/rtas')).toBe('/');
  });
});

describe('bytes', () => {
  it('stand in lines of sixteen, grouped by four', () =>
    expect(hexLines(Uint8Array.from({ length: 18 }, (_, i) => i))).toEqual([
      { at: 0, groups: ['00010203', '04050607', '08090a0b', '0c0d0e0f'] },
      { at: 16, groups: ['1011'] },
    ]));

  it('in short are text or cells, cut where they are long', () => {
    expect(shortValue(Uint8Array.of(8, 0, 0, 0, 1), undefined)).toBe('08000000 01');
    expect(shortValue(new Uint8Array(90), undefined, 8)).toBe('00000000…');
    expect(shortValue(new Uint8Array(3), 'pci')).toBe('“pci”');
  });
});
