// Bit arithmetic as Linux names it. Sizes and addresses are safe integers (< 2^53).

/** order_base_2: the smallest n with 2^n >= value; 0 for 0 and 1 (include/linux/log2.h). */
export function orderBase2(value: number): number {
  let n = 0;
  for (let p = 1; p < value; p *= 2) n++;
  return n;
}

/** ilog2: position of the highest set bit; -1 for 0. */
export function ilog2(value: number): number {
  let n = -1;
  for (let v = value; v >= 1; v = Math.floor(v / 2)) n++;
  return n;
}

/** Rounds up to a multiple of `unit`. */
export function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Rounds down to a multiple of `unit`. */
export function alignDown(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}

/** Byte order swap of a 32-bit word. */
export function bswap32(x: number): number {
  const pairs = ((x & 0x00ff00ff) << 8) | ((x >>> 8) & 0x00ff00ff);
  return (pairs << 16) | (pairs >>> 16);
}

/** "4K", "64K", "2M", "16G": a power-of-two page size as people write it. */
export function pageSizeName(shift: number): string {
  const units = ['', 'K', 'M', 'G', 'T', 'P', 'E'];
  return `${2 ** (shift % 10)}${units[Math.floor(shift / 10)] ?? ''}`;
}
