// Reading a flattened device tree (DTB, Devicetree Specification 5), from anywhere: nothing in it is trusted.

import type { DtNode } from '../abi/ports.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';

const MAGIC = 0xd00dfeed;
/** Layout of versions 16 and 17. */
const READABLE_VERSION = 16;
const HEADER_WORDS = 10;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const NOP = 4;
const END = 9;
/** Trees nest a handful deep; a file that nests deeper is no tree of a machine. */
const MOST_LEVELS = 64;

/** What is wrong with the bytes; caught in unflatten(). */
class NotATree extends Error {}

class Reader {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, from: number, end: number) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.bytes = bytes;
    this.at = from;
    this.end = Math.min(end, bytes.length);
  }

  word(): number {
    if (this.at + 4 > this.end) throw new NotATree('it ends in the middle');
    const value = this.view.getUint32(this.at);
    this.at += 4;
    return value;
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.end) throw new NotATree('it ends in the middle of a property');
    const value = this.bytes.slice(this.at, this.at + length);
    this.at += length;
    return value;
  }

  text(): string {
    const nul = this.bytes.indexOf(0, this.at);
    if (nul < 0 || nul >= this.end) throw new NotATree('a name has no end');
    const name = [...this.bytes.subarray(this.at, nul)].map((code) => String.fromCharCode(code)).join('');
    this.at = nul + 1;
    return name;
  }

  /** To the next word. */
  align(): void {
    this.at = Math.ceil(this.at / 4) * 4;
  }
}

/** The tree that a DTB holds. Errors: `not-a-dtb`. */
export function unflatten(dtb: Uint8Array): Result<DtNode> {
  try {
    return ok(readTree(dtb));
  } catch (error) {
    if (!(error instanceof NotATree)) throw error;
    return fail('not-a-dtb', `this is not a flattened device tree: ${error.message}`);
  }
}

function readTree(dtb: Uint8Array): DtNode {
  const header = new Reader(dtb, 0, dtb.length);
  const [
    magic,
    total = 0,
    structureAt = 0,
    stringsAt = 0,
    ,
    ,
    lastCompatible = 0,
    ,
    stringBytes = 0,
    bytes = 0,
  ] = Array.from({ length: HEADER_WORDS }, () => header.word());
  if (magic !== MAGIC) throw new NotATree('it does not begin with 0xd00dfeed');
  if (lastCompatible > READABLE_VERSION) throw new NotATree(`version ${lastCompatible} is not known`);
  if (total > dtb.length) throw new NotATree(`it has ${dtb.length} of ${total} bytes`);
  const structure = new Reader(dtb, structureAt, structureAt + bytes);
  const nameAt = (offset: number): string => {
    if (offset >= stringBytes) throw new NotATree('a property’s name is not there');
    return new Reader(dtb, stringsAt + offset, stringsAt + stringBytes).text();
  };
  if (nextToken(structure) !== BEGIN_NODE) throw new NotATree('it has no root');
  const root = readNode(structure, nameAt, 0);
  if (nextToken(structure) !== END) throw new NotATree('something follows the root');
  return root;
}

function nextToken(structure: Reader): number {
  let token = structure.word();
  while (token === NOP) token = structure.word();
  return token;
}

/** A node whose beginning was read. */
function readNode(structure: Reader, nameAt: (offset: number) => string, level: number): DtNode {
  if (level > MOST_LEVELS) throw new NotATree(`it nests more than ${MOST_LEVELS} deep`);
  const made: DtNode = { name: structure.text(), properties: new Map(), children: [] };
  structure.align();
  for (;;) {
    const token = nextToken(structure);
    if (token === END_NODE) return made;
    if (token === BEGIN_NODE) made.children.push(readNode(structure, nameAt, level + 1));
    else if (token === PROP) {
      const length = structure.word();
      const name = nameAt(structure.word());
      made.properties.set(name, structure.take(length));
      structure.align();
    } else throw new NotATree(`there is no token ${token}`);
  }
}
