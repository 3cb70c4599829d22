// The device tree as text: a node a line, its properties below it, strings as strings and all else as 32-bit cells.

import type { DtNode } from '../../abi/ports.ts';
import { hexBytes } from './plain-json.ts';

/** Nodes whose path begins with `prefix`; the empty text when there is none. */
export function deviceTreeText(root: DtNode, prefix: string): string {
  const lines: string[] = [];
  const walk = (node: DtNode, path: string): void => {
    if (path.startsWith(prefix)) lines.push(path, ...propertyLines(node));
    for (const child of node.children) walk(child, `${path === '/' ? '' : path}/${child.name}`);
  };
  walk(root, '/');
  return lines.join('\n');
}

function propertyLines(node: DtNode): string[] {
  const width = Math.max(0, ...[...node.properties.keys()].map((name) => name.length));
  return [...node.properties].map(([name, bytes]) =>
    `    ${name.padEnd(width)}  ${valueText(bytes)}`.trimEnd(),
  );
}

function valueText(bytes: Uint8Array): string {
  const strings = stringsOf(bytes);
  if (strings !== undefined) return strings.map((text) => JSON.stringify(text)).join(', ');
  if (bytes.length % 4 !== 0) return hexBytes(bytes);
  return hexBytes(bytes)
    .replace(/.{8}(?=.)/g, '$& ')
    .trim();
}

/** A property of one or more printable, zero-ended strings, as the kernel's own tools guess. */
function stringsOf(bytes: Uint8Array): readonly string[] | undefined {
  if (bytes.length < 2 || bytes.at(-1) !== 0 || bytes[0] === 0) return undefined;
  const strings: string[] = [];
  let text = '';
  for (const byte of bytes) {
    if (byte === 0) {
      if (text === '') return undefined;
      strings.push(text);
      text = '';
    } else if (byte < 0x20 || byte > 0x7e) {
      return undefined;
    } else {
      text += String.fromCharCode(byte);
    }
  }
  return strings;
}
