// A value of a platform or kernel with the reason to believe it. Profiles are made of these; the grade is shown to the learner.

/** verified: measured by us; documented: in a specification; observed: in somebody's log; assumed: our inference. */
export type Grade = 'verified' | 'documented' | 'observed' | 'assumed';

export interface Graded<T> {
  readonly value: T;
  readonly grade: Grade;
  readonly source: string;
}

/** A group of graded values, and the same group as code reads it. */
export type Ungraded<G> = { readonly [K in keyof G]: NonNullable<G[K]> extends Graded<infer T> ? T : never };

/** Groups are data and never change: each is stripped once. */
const stripped = new WeakMap<object, object>();

/** Strips grade and source from each value of a group. */
export function ungraded<G extends object>(group: G): Ungraded<G> {
  const known = stripped.get(group);
  if (known !== undefined) return known as Ungraded<G>;
  const pairs = Object.entries(group as Record<string, Graded<unknown>>);
  const values = Object.fromEntries(pairs.map(([name, graded]) => [name, graded.value]));
  stripped.set(group, values);
  return values as Ungraded<G>;
}
