// What does not fit a row but must not become an object: lists of TCE runs, details of guest calls. Append-only int32 words.

const CHUNK_SHIFT = 14;
const CHUNK_WORDS = 1 << CHUNK_SHIFT;

export class WordArena {
  private chunks: Int32Array[] = [];
  /** Words in use; also the address of the next one. */
  length = 0;

  push(word: number): void {
    const at = this.length & (CHUNK_WORDS - 1);
    if (at === 0) this.chunks.push(new Int32Array(CHUNK_WORDS));
    const chunk = this.chunks[this.chunks.length - 1];
    if (chunk !== undefined) chunk[at] = word;
    this.length++;
  }

  /** Appends the first `count` words of `words`. */
  pushAll(words: Int32Array, count: number): void {
    for (let from = 0; from < count;) {
      const at = this.length & (CHUNK_WORDS - 1);
      if (at === 0) this.chunks.push(new Int32Array(CHUNK_WORDS));
      const fits = Math.min(count - from, CHUNK_WORDS - at);
      this.chunks[this.chunks.length - 1]?.set(words.subarray(from, from + fits), at);
      this.length += fits;
      from += fits;
    }
  }

  word(address: number): number {
    return this.chunks[address >>> CHUNK_SHIFT]?.[address & (CHUNK_WORDS - 1)] ?? 0;
  }

  /** Stores UTF-16 code units, two a word; returns the address. */
  pushText(text: string): number {
    const address = this.length;
    for (let i = 0; i < text.length; i += 2) {
      this.push(text.charCodeAt(i) | (i + 1 < text.length ? text.charCodeAt(i + 1) << 16 : 0));
    }
    return address;
  }

  text(address: number, length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) {
      const pair = this.word(address + (i >> 1));
      text += String.fromCharCode((i & 1) === 0 ? pair & 0xffff : pair >>> 16);
    }
    return text;
  }

  clear(): void {
    this.chunks = [];
    this.length = 0;
  }

  get bytes(): number {
    return this.chunks.length * CHUNK_WORDS * 4;
  }
}

/** Strings that recur (function addresses, kernel functions) as small numbers. */
export class StringTable {
  private numbers = new Map<string, number>();
  private strings: string[] = [];

  number(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.strings.length);
    return this.strings.push(text) - 1;
  }

  /** The number of a string that was seen before; -1 if it never was. */
  find(text: string): number {
    return this.numbers.get(text) ?? -1;
  }

  text(number: number): string {
    return this.strings[number] ?? '';
  }

  clear(): void {
    this.numbers = new Map();
    this.strings = [];
  }

  get size(): number {
    return this.strings.length;
  }
}
