// Searching a device tree as a person does: by a part of a name, by characters of a value, or by its hex digits.

/** A node's name holds the text; the root is `/`. `wanted` is in lower case. */
export function nameHolds(name: string, wanted: string): boolean {
  return (name === '' ? '/' : name.toLowerCase()).includes(wanted);
}

/** A value holds the text as characters, or its hex digits (with or without 0x and spaces). `wanted` is in lower case. */
export function holds(value: Uint8Array, wanted: string): boolean {
  if (value.length === 0) return false;
  const characters = [...value].map((byte) => String.fromCharCode(byte)).join('');
  if (characters.toLowerCase().includes(wanted)) return true;
  const digits = wanted.replace(/^0x/, '').replace(/[\s_]/g, '');
  if (digits.length < 3 || !/^[0-9a-f]+$/.test(digits)) return false;
  return [...value]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .includes(digits);
}
