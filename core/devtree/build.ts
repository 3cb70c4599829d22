// Making device tree nodes: property values are big-endian cells and NUL-ended strings (Devicetree Specification 2.2.4).

import type { DtNode } from '../abi/ports.ts';
import { hi32, lo32 } from '../base/u64.ts';

export type Properties = Readonly<Record<string, Uint8Array>>;

export function node(name: string, properties: Properties = {}, children: readonly DtNode[] = []): DtNode {
  return { name, properties: new Map(Object.entries(properties)), children: [...children] };
}

/** 32-bit cells; a bigint takes two. */
export function cells(...values: readonly (number | bigint)[]): Uint8Array {
  const words = values.flatMap((value) => (typeof value === 'bigint' ? [hi32(value), lo32(value)] : [value]));
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => view.setInt32(4 * i, word | 0));
  return bytes;
}

/** A list of strings, each ended by NUL. */
export function strings(...texts: readonly string[]): Uint8Array {
  return Uint8Array.from([...texts.map((text) => `${text}\0`).join('')].map((char) => char.charCodeAt(0)));
}

/** A property that says all by being there. */
export function empty(): Uint8Array {
  return new Uint8Array(0);
}

/** The node at an absolute path, or undefined. */
export function nodeAt(root: DtNode, path: string): DtNode | undefined {
  let at: DtNode | undefined = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    at = at?.children.find((child) => child.name === name);
  }
  return at;
}
