// Words that every part of the window uses.

import { counted as count } from '../widgets/numbers.ts';

export const common = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copyByClick: (name: string, value: string) => `${name} ${value}: click to copy`,
  copyOf: (name: string, value: string) => `${name} ${value}, copy`,
  remove: 'Remove',
  yes: 'yes',
  no: 'no',
} as const;

/** "1 window", "2 windows". */
export const counted = {
  bytes: (n: number) => count(n, 'byte'),
  cells: (n: number) => count(n, 'cell'),
  differences: (n: number) => count(n, 'difference'),
  events: (n: number) => count(n, 'event'),
  functions: (n: number) => count(n, 'function'),
  lines: (n: number) => count(n, 'line'),
  properties: (n: number) => count(n, 'property', 'properties'),
  tces: (n: number) => count(n, 'TCE'),
  virtualFunctions: (n: number) => count(n, 'virtual function'),
  windows: (n: number) => count(n, 'window'),
} as const;
