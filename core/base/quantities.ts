// Sizes, times and numbers as people type and read them: 64K, 128G, 10ms, 0x71000002.

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
  ['t', 2 ** 40],
]);

const TIME_UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
]);

/** Bytes of `64K`, `1.5G`, `4096`, `0x1000`; K is 1024, `KiB` and `KB` are K. Undefined: not a whole number of bytes. */
export function parseSize(text: string): number | undefined {
  const hexadecimal = parseInteger(text);
  if (hexadecimal !== undefined) return hexadecimal;
  const match = /^(\d+(?:\.\d+)?)([kmgt]?)(?:i?b)?$/i.exec(text);
  const unit = SIZE_UNITS.get((match?.[2] ?? '').toLowerCase());
  if (match === null || unit === undefined) return undefined;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Virtual ns of `10ms`, `2.5us`, `3s`, `100ns`. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s)$/i.exec(text);
  const unit = TIME_UNITS.get((match?.[2] ?? '').toLowerCase());
  if (match === null || unit === undefined) return undefined;
  const ns = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(ns) ? ns : undefined;
}

/** A whole number, decimal or 0x…; undefined when it is none or above 2^53. */
export function parseInteger(text: string): number | undefined {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `64G`, `1280M`, `4096`: the largest unit that divides it. */
export function sizeText(bytes: number): string {
  const units = ['T', 'G', 'M', 'K'];
  for (const [index, unit] of units.entries()) {
    const scale = 2 ** (40 - 10 * index);
    if (bytes >= scale && bytes % scale === 0) return `${bytes / scale}${unit}`;
  }
  return String(bytes);
}

/** `10ms`, `2500ns`: the largest unit that divides it. */
export function durationText(ns: number): string {
  for (const [unit, scale] of [...TIME_UNITS].reverse()) {
    if (ns >= scale && ns % scale === 0) return `${ns / scale}${unit}`;
  }
  return `${ns}ns`;
}
