// Seeded variation: each variable gets one of its values, so that neighbours differ and the same seed gives the same lab.

import { createRng } from '../base/rng.ts';

export type Values = ReadonlyMap<string, string>;

/** `pools`: name and values, in the order of the head. */
export function chooseValues(pools: readonly (readonly [string, readonly string[]])[], seed: number): Values {
  const rng = createRng(seed);
  return new Map(pools.map(([name, values]) => [name, values[rng.below(values.length)] ?? '']));
}

const PLACE = /\$\{([^${}]*)\}/g;

/** The text with `${name}` replaced. */
export function placeValues(text: string, values: Values): string {
  return text.replaceAll(PLACE, (whole, name: string) => values.get(name) ?? whole);
}

/** A name in the text that no variable has. */
export function unknownVariable(text: string, values: Values): string | undefined {
  return [...text.matchAll(PLACE)].map((match) => match[1] ?? '').find((name) => !values.has(name));
}
