// The guest's kernel log: what dmesg shows. A fresh boot begins a fresh log, as the ring buffer of a new kernel does.

import type { PrintkEvent } from '../trace/events.ts';
import { codeOfKind } from '../trace/kinds.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Fold } from './fold.ts';

export interface GuestLogLine {
  readonly seq: number;
  readonly timeNs: number;
  readonly level: PrintkEvent['level'];
  /** The function that the line is about, where it names one. */
  readonly fn?: string;
  readonly text: string;
}

const CODES = [codeOfKind('printk'), codeOfKind('machine-state')];

export class GuestLogFold implements Fold<readonly GuestLogLine[]> {
  private lines: GuestLogLine[] = [];

  /** Oldest first. */
  get value(): readonly GuestLogLine[] {
    return this.lines;
  }

  feed(log: TraceReader, from: number, to: number): void {
    for (let seq = from; seq < to; seq++) {
      if (!CODES.includes(log.codeAt(seq))) continue;
      const event = log.recordAt(seq);
      if (event?.kind === 'machine-state' && event.state === 'booting') this.lines = [];
      if (event?.kind !== 'printk') continue;
      const { level, fn, text } = event;
      const line = { seq, timeNs: log.timeNsAt(seq), level, text };
      this.lines.push(fn === undefined ? line : { ...line, fn });
    }
  }
}

/** "[    1.203114] nvme 0103:01:00.0: …": seconds since boot with six digits, as printk.time=1 shows them. */
export function dmesgText(line: GuestLogLine, bootNs = 0): string {
  const us = Math.floor((line.timeNs - bootNs) / 1000);
  const seconds = Math.floor(us / 1e6);
  return `[${String(seconds).padStart(5)}.${String(us - seconds * 1e6).padStart(6, '0')}] ${line.text}`;
}
