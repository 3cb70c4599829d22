// Counting what is equal, by part, with the first difference of each in full.

import type { ConformPart, Difference } from './report.ts';

/** Equal lines shown before a difference. */
const CONTEXT_LINES = 3;

interface Part {
  equal: number;
  compared: number;
  first: Difference | undefined;
}

export class Tally {
  private readonly parts = new Map<string, Part>();
  private readonly recent: string[] = [];

  /** `line` is the operation as text: shown as context of a later difference. */
  compare(part: string, at: string, line: string, expected: string, got: string): void {
    const counted = this.parts.get(part) ?? { equal: 0, compared: 0, first: undefined };
    this.parts.set(part, counted);
    counted.compared++;
    if (expected === got) counted.equal++;
    else counted.first ??= { at: `${at}: ${line}`, expected, got, context: [...this.recent] };
    this.note(expected === got ? `${line} -> ${got}` : `${line} (different)`);
  }

  /** A line without a result of its own. */
  note(line: string): void {
    this.recent.push(line);
    if (this.recent.length > CONTEXT_LINES) this.recent.shift();
  }

  report(): readonly ConformPart[] {
    return [...this.parts].map(([part, { equal, compared, first }]) => {
      const status = equal === compared ? 'OK' : 'DIFF';
      return { part, equal, compared, status, ...(first === undefined ? {} : { firstDifference: first }) };
    });
  }
}
