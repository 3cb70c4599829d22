// An output that keeps what was written: for tests, and for whoever runs a verb without a process.

import type { Output } from './output.ts';

export interface MemoryOutput extends Output {
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export function memoryOutput(): MemoryOutput {
  let out = '';
  let err = '';
  return {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    drained: () => Promise.resolve(),
    closed: false,
    stdout: () => out,
    stderr: () => err,
  };
}
