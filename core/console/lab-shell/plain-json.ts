// Answers as JSON: 64-bit values and raw bytes become hex text, maps become objects.

export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => plain(entry), 2);
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (value instanceof Uint8Array) return hexBytes(value);
  if (value instanceof Map) return Object.fromEntries(value);
  return value;
}

/** `80000000 00000000 …` without the spaces. */
export function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
