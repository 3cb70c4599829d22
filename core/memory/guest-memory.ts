// Guest real memory: RAM from address 0, kept as 64 KiB blocks that come into being when first written.
// Bytes are in memory order (big-endian machine); addresses at or above ramBytes hold nothing: reads give zeros, writes go nowhere.

import type { GuestMemoryPort } from '../abi/ports.ts';
import { bswap32 } from '../base/bits.ts';
import { Fnv64 } from '../base/fnv64.ts';
import { invariant } from '../base/invariant.ts';
import { hi32, joinU64, lo32, type U64 } from '../base/u64.ts';

export const BLOCK_BYTES = 0x1_0000;
/** Blocks of one directory: 1 GiB of RAM. */
const DIRECTORY_BLOCKS = 0x4000;

const SPARE_BLOCKS = 64;

/** One block under its two views of the same bytes. */
interface Block {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

type Directory = (Block | undefined)[];

export class GuestMemory implements GuestMemoryPort {
  private readonly directories: (Directory | undefined)[] = [];
  private ram: number;
  private allocated = 0;
  /** Blocks given up lately, to be used again: new ones are slow to come by. */
  private readonly spare: Block[] = [];

  constructor(ramBytes: number) {
    this.ram = ramBytes;
  }

  get ramBytes(): number {
    return this.ram;
  }

  /** Blocks that hold data; the rest of RAM is zero and costs nothing. */
  get blocks(): number {
    return this.allocated;
  }

  /** Memory hot-add or hot-remove at the end of RAM: what leaves is forgotten. */
  resize(ramBytes: number): void {
    if (ramBytes < this.ram) this.forgetFrom(ramBytes);
    this.ram = ramBytes;
  }

  /** Power-on state: all zero. */
  clear(): void {
    this.directories.length = 0;
    this.allocated = 0;
  }

  isRam(address: number, bytes = 1): boolean {
    return address >= 0 && address + bytes <= this.ram;
  }

  bytes(address: number, length: number): Uint8Array {
    const offset = address % BLOCK_BYTES;
    invariant(offset + length <= BLOCK_BYTES, 'a memory view must lie in one 64 KiB block');
    return this.block(address).bytes.subarray(offset, offset + length);
  }

  words(address: number): Int32Array {
    return this.block(address).words;
  }

  /** As {@link words}, but undefined where nothing was ever written or no RAM is: all such words read as zero. */
  peekWords(address: number): Int32Array | undefined {
    return this.peek(address)?.words;
  }

  /** Whole blocks of the range become zero and cost nothing; the rest of it stays as it is. */
  discard(address: number, length: number): void {
    const end = Math.min(address + length, this.ram);
    for (let at = Math.ceil(address / BLOCK_BYTES) * BLOCK_BYTES; at + BLOCK_BYTES <= end; at += BLOCK_BYTES)
      this.drop(at);
  }

  /** Fills `into`; returns how many of its bytes lie in RAM. The others become zero. */
  read(address: number, into: Uint8Array): number {
    return this.pieces(
      address,
      into.length,
      (at, from, to) => {
        const block = this.peek(at)?.bytes;
        const offset = at % BLOCK_BYTES;
        if (block === undefined) into.fill(0, from, to);
        else into.set(block.subarray(offset, offset + to - from), from);
      },
      (from) => into.fill(0, from),
    );
  }

  /** Stores `from`; returns how many of its bytes lie in RAM. The others are dropped. */
  write(address: number, from: Uint8Array): number {
    return this.pieces(address, from.length, (at, start, end) => {
      this.block(at).bytes.set(from.subarray(start, end), at % BLOCK_BYTES);
    });
  }

  /** A big-endian 32-bit word, as int32. */
  load32(address: number): number {
    if (address % 4 !== 0) return this.loadUnaligned(address);
    const words = this.peek(address)?.words;
    return words === undefined ? 0 : bswap32(words[(address % BLOCK_BYTES) >>> 2] ?? 0);
  }

  store32(address: number, value: number): void {
    if (address % 4 !== 0) this.write(address, Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
    else if (this.isRam(address, 4))
      this.block(address).words[(address % BLOCK_BYTES) >>> 2] = bswap32(value);
  }

  /** A big-endian 64-bit word. */
  load64(address: number): U64 {
    return joinU64(this.load32(address), this.load32(address + 4));
  }

  store64(address: number, value: bigint): void {
    this.store32(address, hi32(value));
    this.store32(address + 4, lo32(value));
  }

  /** FNV-1a over `count` 64-bit words, one round a word. */
  hash(address: number, count: number): U64 {
    const hash = new Fnv64();
    for (let i = 0; i < count; i++) hash.add(this.load32(address + 8 * i), this.load32(address + 8 * i + 4));
    return hash.value;
  }

  private loadUnaligned(address: number): number {
    const bytes = new Uint8Array(4);
    this.read(address, bytes);
    return bytes.reduce((value, byte) => (value << 8) | byte, 0);
  }

  /** Cuts a range at block boundaries and at the end of RAM; `outside` gets the offset from which nothing is RAM. */
  private pieces(
    address: number,
    length: number,
    inside: (at: number, from: number, to: number) => void,
    outside?: (from: number) => void,
  ): number {
    const present = Math.max(0, Math.min(length, this.ram - address));
    for (let from = 0; from < present;) {
      const at = address + from;
      const to = Math.min(present, from + BLOCK_BYTES - (at % BLOCK_BYTES));
      inside(at, from, to);
      from = to;
    }
    if (present < length) outside?.(present);
    return present;
  }

  private peek(address: number): Block | undefined {
    if (!(address >= 0 && address < this.ram)) return undefined;
    const number = Math.floor(address / BLOCK_BYTES);
    return this.directories[Math.floor(number / DIRECTORY_BLOCKS)]?.[number % DIRECTORY_BLOCKS];
  }

  private block(address: number): Block {
    const found = this.peek(address);
    if (found !== undefined) return found;
    invariant(this.isRam(address), `no RAM at 0x${address.toString(16)}`);
    const block = this.blankBlock();
    const number = Math.floor(address / BLOCK_BYTES);
    const index = Math.floor(number / DIRECTORY_BLOCKS);
    const directory = (this.directories[index] ??= new Array<Block | undefined>(DIRECTORY_BLOCKS).fill(
      undefined,
    ));
    directory[number % DIRECTORY_BLOCKS] = block;
    this.allocated++;
    return block;
  }

  private blankBlock(): Block {
    const spare = this.spare.pop();
    if (spare !== undefined) {
      spare.words.fill(0);
      return spare;
    }
    const bytes = new Uint8Array(BLOCK_BYTES);
    return { bytes, words: new Int32Array(bytes.buffer) };
  }

  private drop(address: number): void {
    const block = this.peek(address);
    const number = Math.floor(address / BLOCK_BYTES);
    const directory = this.directories[Math.floor(number / DIRECTORY_BLOCKS)];
    if (block === undefined || directory === undefined) return;
    directory[number % DIRECTORY_BLOCKS] = undefined;
    this.allocated--;
    if (this.spare.length < SPARE_BLOCKS) this.spare.push(block);
  }

  private forgetFrom(ramBytes: number): void {
    this.directories.forEach((directory, index) => {
      directory?.forEach((block, at) => {
        const start = (index * DIRECTORY_BLOCKS + at) * BLOCK_BYTES;
        if (block === undefined || start + BLOCK_BYTES <= ramBytes) return;
        if (start < ramBytes) block.bytes.fill(0, ramBytes - start);
        else {
          directory[at] = undefined;
          this.allocated--;
        }
      });
    });
  }
}
