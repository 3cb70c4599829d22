// A function and its windows as answers have them: plain data (structured-cloneable; U64 as bigint).

import type { U64 } from '../base/u64.ts';
import type { DmaMode, FunctionDescription, WindowDescription } from '../trace/events.ts';

export interface FunctionAnswer {
  readonly description: FunctionDescription;
  readonly driver: string | null;
  readonly mode: DmaMode;
  readonly maskBits: number;
  /** TCEs of the PE's block (largest contiguous), and of them in use now over all its windows. */
  readonly blockTces: number;
  readonly usedTces: number;
  readonly state: 'absent' | 'present' | 'bound' | 'failed' | 'frozen';
  readonly windows: readonly WindowAnswer[];
}

export interface WindowAnswer extends WindowDescription {
  readonly id: string;
  readonly buid: U64;
  /** Entries with read or write permission. */
  readonly usedTces: number;
  readonly active: boolean;
  /** How the guest uses it: a 1:1 map, a dynamic table, or nothing. */
  readonly use: DmaMode;
}
