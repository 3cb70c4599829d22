import { describe, expect, it } from 'vitest';
import { cells, node, strings } from './build.ts';
import { compareTrees, snapshotTree } from './compare-trees.ts';
import { holds, nameHolds } from './find.ts';

const boot = node('', { model: strings('IBM,8375-42A') }, [
  node('memory@0', { reg: cells(0n, 0x1000_0000n) }),
  node('pci@800000029004000', { 'ibm,dma-window': cells(0x6000_4000, 0n, 0x8000_0000n) }),
]);
const now = node('', { model: strings('IBM,8375-42A') }, [
  node('memory@0', { reg: cells(0n, 0x2000_0000n) }),
  node('pci@800000029004000', { 'linux,dma64-ddr-window-info': cells(1) }),
  node('pci@800000029004001'),
]);

describe('two trees', () => {
  it('differ by what changed, came and went', () => {
    expect(compareTrees(boot, now)).toEqual([
      { path: '/memory@0', property: 'reg', before: cells(0n, 0x1000_0000n), after: cells(0n, 0x2000_0000n) },
      { path: '/pci@800000029004000', property: 'linux,dma64-ddr-window-info', after: cells(1) },
      {
        path: '/pci@800000029004000',
        property: 'ibm,dma-window',
        before: cells(0x6000_4000, 0n, 0x8000_0000n),
      },
      { path: '/pci@800000029004001', came: true },
    ]);
    expect(compareTrees(now, boot).at(-1)).toEqual({ path: '/pci@800000029004001', came: false });
  });

  it('do not differ when one is a snapshot of the other, until that one changes', () => {
    const live = snapshotTree(now);
    const kept = snapshotTree(live);
    expect(compareTrees(kept, live)).toEqual([]);
    live.children[0]?.properties.set('reg', cells(1));
    live.children.pop();
    expect(compareTrees(kept, live).map(({ path, property }) => [path, property])).toEqual([
      ['/memory@0', 'reg'],
      ['/pci@800000029004001', undefined],
    ]);
  });
});

describe('a search', () => {
  it.each([
    [strings('IBM,Logical_PHB'), 'logical', true],
    [cells(0x6000_4000), '0x60004000', true],
    [cells(0x6000_4000), '6000 4000', true],
    [cells(0x6000_4000), '60', false],
    [cells(), 'abc', false],
  ])('of %j for %s', (value, wanted, expected) => expect(holds(value, wanted)).toBe(expected));

  it('knows the root as /', () =>
    expect([nameHolds('', '/'), nameHolds('memory@0', 'mem')]).toEqual([true, true]));
});
