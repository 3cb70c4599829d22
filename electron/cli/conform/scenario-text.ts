// Numbers as the recordings spell them.

/** `0x` and as many lower-case digits as needed. */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
