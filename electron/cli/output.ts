// Where a verb writes. Long traces stream: text is gathered, written in pieces, and a slow reader is waited for.

import type { Writable } from 'node:stream';

export interface Output {
  /** Text to stdout, without waiting; call `drained` now and then. */
  out(text: string): void;
  err(text: string): void;
  /** Resolves when the reader has caught up. */
  drained(): Promise<void>;
  /** The reader of stdout has gone away (`| head`): nothing more needs to be written. */
  readonly closed: boolean;
}

const PIECE = 64 * 1024;

export function streamOutput(stdout: Writable, stderr: Writable): Output {
  let pending = '';
  let closed = false;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      closed = true;
    });
  }
  const flush = (): boolean => {
    if (pending === '' || closed) return true;
    const text = pending;
    pending = '';
    return stdout.write(text);
  };
  return {
    out(text) {
      if (closed) return;
      pending += text;
      if (pending.length >= PIECE) flush();
    },
    err(text) {
      stderr.write(text);
    },
    async drained() {
      if (flush() && stdout.writableLength < PIECE) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          for (const event of ['drain', 'close', 'error']) stdout.off(event, done);
          resolve();
        };
        if (closed || stdout.writableLength === 0) return resolve();
        for (const event of ['drain', 'close', 'error']) stdout.on(event, done);
      });
    },
    get closed() {
      return closed;
    },
  };
}
