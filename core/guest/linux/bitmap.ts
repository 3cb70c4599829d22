// it_map, and the searches of lib/bitmap.c that the allocator uses, as scans of int32 words. The words are kept in blocks that come to be
// when a bit in them is set: the map of a window of 256 GiB in 64K pages has 512 KiB, and most of it stays zero.

/** Words of a block: 2^10, so 32,768 bits. */
const BLOCK_SHIFT = 10;
const BLOCK_WORDS = 1 << BLOCK_SHIFT;
const BLOCK_MASK = BLOCK_WORDS - 1;
/** Bits of a block, as a shift. */
const BITS_SHIFT = BLOCK_SHIFT + 5;

/** Stands for every block in which nothing was ever set. Never written. */
const NOTHING = new Int32Array(BLOCK_WORDS);

export class Bitmap {
  private readonly blocks: Int32Array[];

  constructor(bits: number) {
    this.blocks = new Array<Int32Array>(Math.ceil(bits / 2 ** BITS_SHIFT)).fill(NOTHING);
  }

  has(index: number): boolean {
    return ((this.word(index >>> 5) >>> (index & 31)) & 1) !== 0;
  }

  /** find_next_zero_bit(): `size` when there is none. */
  nextZero(from: number, size: number): number {
    if (from >= size) return size;
    const last = (size - 1) >>> 5;
    let w = from >>> 5;
    let free = ~this.word(w) & (-1 << (from & 31));
    while (free === 0) {
      if (w >= last) return size;
      w++;
      free = ~this.word(w);
    }
    const bit = (w << 5) + 31 - Math.clz32(free & -free);
    return bit < size ? bit : size;
  }

  /** find_next_bit(): `size` when there is none. */
  nextSet(from: number, size: number): number {
    if (from >= size) return size;
    const last = (size - 1) >>> 5;
    let w = from >>> 5;
    let taken = this.word(w) & (-1 << (from & 31));
    while (taken === 0) {
      // A block in which nothing is set is passed over whole.
      w = this.blocks[w >>> BLOCK_SHIFT] === NOTHING ? (w | BLOCK_MASK) + 1 : w + 1;
      if (w > last) return size;
      taken = this.word(w);
    }
    const bit = (w << 5) + 31 - Math.clz32(taken & -taken);
    return bit < size ? bit : size;
  }

  /** bitmap_find_next_zero_area(): `count` zero bits from an aligned index on, ending at or before `size`; -1 when there are none. */
  zeroArea(size: number, start: number, count: number, alignMask: number): number {
    let from = start;
    for (;;) {
      const index = (this.nextZero(from, size) + alignMask) & ~alignMask;
      const end = index + count;
      if (end > size) return -1;
      const set = this.nextSet(index, end);
      if (set >= end) return index;
      from = set + 1;
    }
  }

  setOne(index: number): void {
    const words = this.writable(index >>> BITS_SHIFT);
    const at = (index >>> 5) & BLOCK_MASK;
    words[at] = (words[at] as number) | (1 << (index & 31));
  }

  set(index: number, count: number): void {
    let at = index;
    let left = count;
    while (left > 0) {
      const bit = at & 31;
      const here = left < 32 - bit ? left : 32 - bit;
      const words = this.writable(at >>> BITS_SHIFT);
      const w = (at >>> 5) & BLOCK_MASK;
      words[w] = (words[w] as number) | ((-1 >>> (32 - here)) << bit);
      at += here;
      left -= here;
    }
  }

  clear(index: number, count: number): void {
    let at = index;
    let left = count;
    while (left > 0) {
      const bit = at & 31;
      const here = left < 32 - bit ? left : 32 - bit;
      const words = this.blocks[at >>> BITS_SHIFT];
      const w = (at >>> 5) & BLOCK_MASK;
      if (words !== undefined && words !== NOTHING)
        words[w] = (words[w] as number) & ~((-1 >>> (32 - here)) << bit);
      at += here;
      left -= here;
    }
  }

  private word(w: number): number {
    return (this.blocks[w >>> BLOCK_SHIFT] as Int32Array)[w & BLOCK_MASK] as number;
  }

  private writable(block: number): Int32Array {
    const words = this.blocks[block] as Int32Array;
    return words === NOTHING ? (this.blocks[block] = new Int32Array(BLOCK_WORDS)) : words;
  }
}
