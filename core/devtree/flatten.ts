// The flattened form of a device tree (DTB, Devicetree Specification 5): header, memory reservations, structure, strings.

import type { DtNode } from '../abi/ports.ts';

const MAGIC = 0xd00dfeed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const HEADER_BYTES = 40;
const RESERVATION_BYTES = 16;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const END = 9;

class ByteWriter {
  readonly bytes: number[] = [];

  word(value: number): void {
    this.bytes.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  }

  /** Bytes, padded to a word. */
  padded(bytes: Iterable<number>): void {
    for (const byte of bytes) this.bytes.push(byte);
    while (this.bytes.length % 4 !== 0) this.bytes.push(0);
  }
}

function ascii(text: string): number[] {
  return [...`${text}\0`].map((char) => char.charCodeAt(0));
}

/** Property names, each once; the offset of a name. */
class Names {
  readonly bytes: number[] = [];
  private readonly offsets = new Map<string, number>();

  offset(name: string): number {
    const known = this.offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.bytes.length;
    this.offsets.set(name, offset);
    this.bytes.push(...ascii(name));
    return offset;
  }
}

function writeNode(structure: ByteWriter, names: Names, dt: DtNode, name: string): void {
  structure.word(BEGIN_NODE);
  structure.padded(ascii(name));
  for (const [property, value] of dt.properties) {
    structure.word(PROP);
    structure.word(value.length);
    structure.word(names.offset(property));
    structure.padded(value);
  }
  for (const child of dt.children) writeNode(structure, names, child, child.name);
  structure.word(END_NODE);
}

/** The tree as a DTB; the root's name is empty there. */
export function flatten(root: DtNode): Uint8Array {
  const structure = new ByteWriter();
  const names = new Names();
  writeNode(structure, names, root, '');
  structure.word(END);
  const structureAt = HEADER_BYTES + RESERVATION_BYTES;
  const stringsAt = structureAt + structure.bytes.length;
  const total = stringsAt + names.bytes.length;
  const out = new ByteWriter();
  const header = [MAGIC, total, structureAt, stringsAt, HEADER_BYTES, VERSION, LAST_COMPATIBLE_VERSION, 0];
  for (const word of [...header, names.bytes.length, structure.bytes.length]) out.word(word);
  for (let i = 0; i < RESERVATION_BYTES / 4; i++) out.word(0);
  out.padded(structure.bytes);
  return Uint8Array.from([...out.bytes, ...names.bytes]);
}
