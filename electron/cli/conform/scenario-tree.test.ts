import { describe, expect, it } from 'vitest';
import type { DtNode } from '../../../core/index.ts';
import { compareTree } from './scenario-tree.ts';

const node = (
  name: string,
  properties: Readonly<Record<string, number[]>>,
  children: DtNode[] = [],
): DtNode => ({
  name,
  properties: new Map(Object.entries(properties).map(([k, v]) => [k, Uint8Array.from(v)])),
  children,
});

const phb = 'pci@800000020000000';
const ours = (window: number[] | undefined, functions: readonly string[] = ['nvme@1']): DtNode =>
  node('', {}, [
    node(
      phb,
      { ...(window === undefined ? {} : { 'ibm,dma-window': window }), compatible: [1] },
      functions.map((f) => node(f, { reg: [1] })),
    ),
    node('rtas', { 'ibm,query-pe-dma-window': [0, 0, 0x20, 0x26], 'rtas-size': [4] }),
    node('memory@0', { reg: [0] }),
  ]);

const recorded = new Map([
  [`/${phb}/ibm,dma-window`, '80000000'],
  [`/${phb}/compatible`, 'ff'],
  [`/${phb}/nvme@1/reg`, 'ff'],
  ['/rtas/ibm,query-pe-dma-window', '00002026'],
  ['/memory@0/reg', '00'],
]);

describe('a dump of the device tree', () => {
  it('is equal when the listed properties are, whatever the others hold', () =>
    expect(compareTree('end', recorded, ours([0x80, 0, 0, 0]))).toEqual({
      equal: 7,
      compared: 7,
      first: undefined,
    }));

  it.each([
    [
      'one byte is another',
      ours([0x80, 0, 0, 1]),
      `dump end, /${phb}/ibm,dma-window`,
      '80000000',
      '80000001',
    ],
    ['a property is missing', ours(undefined), `dump end, /${phb}/ibm,dma-window`, '80000000', '(absent)'],
    [
      'a function is missing',
      ours([0x80, 0, 0, 0], []),
      `dump end, /${phb}/nvme@1`,
      'a node',
      '(no such node)',
    ],
    [
      'there is a function too many',
      ours([0x80, 0, 0, 0], ['nvme@1', 'nvme@2']),
      `dump end, /${phb}/nvme@2`,
      '(no such node)',
      'a node',
    ],
  ])('differs when %s', (_, tree, at, expected, got) =>
    expect(compareTree('end', recorded, tree).first).toEqual({ at, expected, got, context: [] }),
  );

  it('differs when we have a listed property that the recording has not', () => {
    const without = new Map(
      [...recorded].filter(([place]) => !place.includes('dma-window') || place.startsWith('/rtas')),
    );
    expect(compareTree('end', without, ours([0x80, 0, 0, 0])).first).toMatchObject({
      expected: '(absent)',
      got: '80000000',
    });
  });
});
