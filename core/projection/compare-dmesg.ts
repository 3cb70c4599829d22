// Two kernel logs held against each other. Lines are aligned device by device: what one device says does not move against another's.

import type { GuestLogLine } from './guest-log.ts';
import { diffLines } from './line-diff.ts';
import type { LineChange } from './line-diff.ts';
import type { RunFacts } from './run-facts.ts';

export interface DmesgLineChange {
  readonly change: LineChange;
  readonly text: string;
}

export interface DmesgDifference {
  /** Functions whose lines differ in the same way, their numbers apart; empty: lines of no function. */
  readonly functions: readonly string[];
  /** The lines of the first of them. */
  readonly lines: readonly DmesgLineChange[];
}

/** One entry for each way in which lines differ; none where both logs say the same. */
export function dmesgDifferences(before: RunFacts, after: RunFacts): readonly DmesgDifference[] {
  const [a, b] = [linesByFunction(before), linesByFunction(after)];
  const found = new Map<
    string,
    { readonly functions: string[]; readonly lines: readonly DmesgLineChange[] }
  >();
  for (const id of new Set([...a.keys(), ...b.keys()])) {
    const lines = changesOf(a.get(id) ?? [], b.get(id) ?? [], id);
    if (lines.every((line) => line.change === 'same')) continue;
    const key = JSON.stringify([id === '', lines.map(({ change, text }) => [change, withoutNumbers(text)])]);
    const known = found.get(key);
    if (known !== undefined) known.functions.push(id);
    else found.set(key, { functions: id === '' ? [] : [id], lines });
  }
  return [...found.values()];
}

/** Lines under the name of their function ('' for those of none), in order of appearance. */
function linesByFunction({ functions, dmesg }: RunFacts): ReadonlyMap<string, readonly GuestLogLine[]> {
  const names = new Map(functions.map(({ fn, id }) => [fn, id]));
  const found = new Map<string, GuestLogLine[]>();
  for (const line of dmesg) {
    const id = line.fn === undefined ? '' : (names.get(line.fn) ?? line.fn);
    const lines = found.get(id);
    if (lines === undefined) found.set(id, [line]);
    else lines.push(line);
  }
  return found;
}

function changesOf(
  before: readonly GuestLogLine[],
  after: readonly GuestLogLine[],
  id: string,
): readonly DmesgLineChange[] {
  // The address of a function is another on another platform: that alone is no difference.
  const key = ({ text, fn }: GuestLogLine): string => (fn === undefined ? text : text.replaceAll(fn, id));
  return diffLines(before.map(key), after.map(key)).map((line) => ({
    change: line.change,
    text: (line.before === undefined ? after[line.after ?? 0] : before[line.before])?.text ?? '',
  }));
}

/** Hexadecimal and decimal numbers, PCI addresses among them, as one sign. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/\b(?:0x)?[0-9a-f]*\d[0-9a-f]*\b/g, '#');
}
