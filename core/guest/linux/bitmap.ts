// it_map, and the searches of lib/bitmap.c that the allocator uses, as scans of int32 words.

export class Bitmap {
  private readonly words: Int32Array;

  constructor(bits: number) {
    this.words = new Int32Array((bits + 31) >>> 5);
  }

  has(index: number): boolean {
    return (((this.words[index >>> 5] as number) >>> (index & 31)) & 1) !== 0;
  }

  /** find_next_zero_bit(): `size` when there is none. */
  nextZero(from: number, size: number): number {
    if (from >= size) return size;
    const words = this.words;
    const last = (size - 1) >>> 5;
    let w = from >>> 5;
    let free = ~(words[w] as number) & (-1 << (from & 31));
    while (free === 0) {
      if (w >= last) return size;
      w++;
      free = ~(words[w] as number);
    }
    const bit = (w << 5) + 31 - Math.clz32(free & -free);
    return bit < size ? bit : size;
  }

  /** find_next_bit(): `size` when there is none. */
  nextSet(from: number, size: number): number {
    if (from >= size) return size;
    const words = this.words;
    const last = (size - 1) >>> 5;
    let w = from >>> 5;
    let taken = (words[w] as number) & (-1 << (from & 31));
    while (taken === 0) {
      if (w >= last) return size;
      w++;
      taken = words[w] as number;
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
    this.words[index >>> 5] = (this.words[index >>> 5] as number) | (1 << (index & 31));
  }

  set(index: number, count: number): void {
    const words = this.words;
    let at = index;
    let left = count;
    while (left > 0) {
      const bit = at & 31;
      const here = left < 32 - bit ? left : 32 - bit;
      words[at >>> 5] = (words[at >>> 5] as number) | ((-1 >>> (32 - here)) << bit);
      at += here;
      left -= here;
    }
  }

  clear(index: number, count: number): void {
    const words = this.words;
    let at = index;
    let left = count;
    while (left > 0) {
      const bit = at & 31;
      const here = left < 32 - bit ? left : 32 - bit;
      words[at >>> 5] = (words[at >>> 5] as number) & ~((-1 >>> (32 - here)) << bit);
      at += here;
      left -= here;
    }
  }
}
