// Virtual time in whole nanoseconds since the session began; nothing here reads a wall clock.

export interface VirtualClock {
  /** Now, in ns (safe integer: 104 days). */
  nowNs: number;
}

export function createClock(): VirtualClock {
  return { nowNs: 0 };
}
