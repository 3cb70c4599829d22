import { describe, expect, it } from 'vitest';
import type { DtNode } from '../abi/ports.ts';
import { cells, empty, node, nodeAt, strings } from './build.ts';
import { flatten } from './flatten.ts';

describe('a property value', () => {
  it.each([
    ['32-bit cells', cells(0x8000_0000, 1), [0x80, 0, 0, 0, 0, 0, 0, 1]],
    ['a 64-bit number as two cells', cells(0x0800_0000_2000_0001n), [8, 0, 0, 0, 0x20, 0, 0, 1]],
    ['strings', strings('a', 'bc'), [0x61, 0, 0x62, 0x63, 0]],
    ['nothing', empty(), []],
  ])('holds %s', (_what, bytes, expected) => expect([...bytes]).toEqual(expected));
});

const tree = node('', { '#size-cells': cells(2) }, [
  node('memory@0', { reg: cells(0n, 0x4000_0000n), device_type: strings('memory') }),
  node('vdevice', {}, [node('vty@71000000', { reg: cells(0x7100_0000), 'used-by-rtas': empty() })]),
]);

describe('a path', () => {
  it('leads to its node, or nowhere', () => {
    expect(nodeAt(tree, '/vdevice/vty@71000000')?.name).toBe('vty@71000000');
    expect(nodeAt(tree, '/')).toBe(tree);
    expect(nodeAt(tree, '/vdevice/nvram')).toBeUndefined();
  });
});

/** Reads a DTB back, by the specification: only what flatten() writes. */
function unflatten(dtb: Uint8Array): DtNode {
  const view = new DataView(dtb.buffer, dtb.byteOffset);
  const word = (at: number): number => view.getUint32(at);
  expect([word(0), word(4), word(20), word(24)]).toEqual([0xd00dfeed, dtb.length, 17, 16]);
  const names = word(12);
  const text = (at: number): string => String.fromCharCode(...dtb.subarray(at, dtb.indexOf(0, at)));
  const padded = (bytes: number): number => Math.ceil(bytes / 4) * 4;
  let at = word(8);
  const readNode = (): DtNode => {
    expect(word(at)).toBe(1);
    const name = text(at + 4);
    at += 4 + padded(name.length + 1);
    const made = node(name);
    for (; word(at) === 3; at += 12 + padded(word(at + 4)))
      made.properties.set(text(names + word(at + 8)), dtb.slice(at + 12, at + 12 + word(at + 4)));
    while (word(at) === 1) made.children.push(readNode());
    expect(word(at)).toBe(2);
    at += 4;
    return made;
  };
  const root = readNode();
  expect(word(at)).toBe(9);
  expect(at + 4 - word(8)).toBe(word(36));
  return root;
}

describe('the flattened tree', () => {
  it('reads back as it was, each property name written once', () => {
    const dtb = flatten(tree);
    expect(unflatten(dtb)).toEqual(tree);
    const found = String.fromCharCode(...dtb).match(/reg\0/g);
    expect(found).toHaveLength(1);
  });
});
