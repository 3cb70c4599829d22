// Hex as people compare it: groups of four digits, leading zeros set apart from the digits that matter.

export interface HexGroup {
  /** Leading zeros of this group; drawn dimmed. */
  readonly zeros: string;
  readonly digits: string;
}

/** Groups of four of `value` in `width` digits. 0 keeps its last digit bright. */
export function hexGroups(value: bigint | number, width = 16): readonly HexGroup[] {
  const text = BigInt(value).toString(16).padStart(width, '0');
  const zeros = Math.min(/^0*/.exec(text)?.[0].length ?? 0, text.length - 1);
  const groups: HexGroup[] = [];
  for (let end = text.length; end > 0; end -= 4) {
    const start = Math.max(0, end - 4);
    const split = Math.min(Math.max(zeros, start), end);
    groups.unshift({ zeros: text.slice(start, split), digits: text.slice(split, end) });
  }
  return groups;
}

/** `0x` and all digits: what is copied, found and read aloud. */
export function hexFull(value: bigint | number, width = 16): string {
  return `0x${BigInt(value).toString(16).padStart(width, '0')}`;
}
