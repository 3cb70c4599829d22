// The kernel log: levels, the device prefix of dev_info() and its like, the global printk_ratelimit() (10 lines in 5 s).

import type { FunctionAddress } from '../../abi/ports.ts';
import type { VirtualClock } from '../../time/clock.ts';
import type { TraceSink } from '../../trace/sink.ts';

export type LogLevel = 'err' | 'warn' | 'notice' | 'info' | 'debug';

/** What a line is about: a device with its driver bound (or none: "pci"). */
export interface LogDevice {
  readonly fn: FunctionAddress;
  readonly driver: string | null;
}

const RATELIMIT_BURST = 10;
const RATELIMIT_INTERVAL_NS = 5_000_000_000;

export class Printk {
  private readonly trace: TraceSink;
  private readonly clock: VirtualClock;
  private readonly debugOn: boolean;
  private windowStartNs: number;
  private printed: number;
  private missed = 0;

  /** `taken`: messages of the first interval, which begins with the boot, that code outside this model prints or counts. */
  constructor(trace: TraceSink, clock: VirtualClock, debugOn: boolean, taken: number) {
    this.trace = trace;
    this.clock = clock;
    this.debugOn = debugOn;
    this.windowStartNs = clock.nowNs;
    this.printed = taken;
  }

  /** printk() and pr_*(): a line of no device. */
  line(level: LogLevel, text: string): void {
    if (level === 'debug' && !this.debugOn) return;
    this.trace.emit({ kind: 'printk', level, text });
  }

  /** dev_err() to dev_dbg(): "<driver or pci> <function>: text". */
  dev(level: LogLevel, dev: LogDevice, text: string): void {
    if (level === 'debug' && !this.debugOn) return;
    this.trace.emit({ kind: 'printk', level, fn: dev.fn, text: `${dev.driver ?? 'pci'} ${dev.fn}: ${text}` });
  }

  /** printk_ratelimit(): may `caller` print now? One budget for the whole kernel. */
  ratelimit(caller: string): boolean {
    if (this.clock.nowNs - this.windowStartNs > RATELIMIT_INTERVAL_NS) {
      if (this.missed > 0) this.line('warn', `${caller}: ${this.missed} callbacks suppressed`);
      this.windowStartNs = this.clock.nowNs;
      this.printed = 0;
      this.missed = 0;
    }
    if (this.printed < RATELIMIT_BURST) {
      this.printed++;
      return true;
    }
    this.missed++;
    return false;
  }
}

/** %p of a kernel object: a hashed pointer, the same in every run. */
export function hashedPointer(id: number): string {
  return `00000000${(Math.imul(id + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}`;
}
