// For tests: with the switch on, every text of the catalogue stands between marks and is half as long again. What then shows no
// marks did not come from the catalogue; what is cut off would be in another language too. Must be loaded before any text is read.

import type { LabBridge } from '../electron/ipc-contract.ts';
import * as texts from './texts/texts.ts';

export const SWITCH = 'ddw-lab-pseudo-locale';

const LONGER = 0.5;

export function pseudo(text: string): string {
  return text === '' ? '' : `⟦${text}${'~'.repeat(Math.ceil(text.length * LONGER))}⟧`;
}

type Words = Record<string, unknown>;

/** In place: whoever holds a part of the catalogue has the marked texts too. */
export function markAll(words: Words): void {
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') words[key] = pseudo(value);
    else if (typeof value === 'function') words[key] = marked(value as (...values: unknown[]) => unknown);
    else if (typeof value === 'object' && value !== null) markAll(value as Words);
  }
}

function marked(text: (...values: unknown[]) => unknown): (...values: unknown[]) => unknown {
  return (...values) => {
    const said = text(...values);
    return typeof said === 'string' ? pseudo(said) : said;
  };
}

/** Strings in an answer of main, however deep: what the machine and its sources say, and no catalogue translates. */
export function stringsIn(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') into.add(value);
  else if (typeof value === 'object' && value !== null)
    for (const inside of Object.values(value)) stringsIn(inside, into);
}

type Call = (...values: unknown[]) => unknown;

/** The same bridge; what comes over it is noted. */
export function noting(bridge: LabBridge, heard: Set<string>): LabBridge {
  const note = (value: unknown): unknown => {
    stringsIn(value, heard);
    return value;
  };
  const calls = Object.entries(bridge).map(([name, call]: [string, Call]): [string, Call] => {
    if (name !== 'on') return [name, async (...values) => note(await call(...values))];
    const on: Call = (notice, hear) => call(notice, (told: unknown) => (hear as Call)(note(told)));
    return [name, on];
  });
  return Object.fromEntries(calls) as unknown as LabBridge;
}

export const isPseudo = typeof localStorage !== 'undefined' && localStorage.getItem(SWITCH) === 'on';

/** As main gave it; under the switch with a note of what was heard, `ddwLabHeard`. */
export function bridgeOf(bridge: LabBridge): LabBridge {
  if (!isPseudo) return bridge;
  const heard = new Set<string>();
  Object.assign(globalThis, { ddwLabHeard: heard });
  return noting(bridge, heard);
}

if (isPseudo) for (const part of Object.values(texts)) markAll(part as Words);
