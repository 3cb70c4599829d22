// For tests: with the switch on, every text of the catalogue stands between marks and is half as long again. What then shows no
// marks did not come from the catalogue; what is cut off would be in another language too. Must be loaded before any text is read.

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

if (typeof localStorage !== 'undefined' && localStorage.getItem(SWITCH) === 'on')
  for (const part of Object.values(texts)) markAll(part as Words);
