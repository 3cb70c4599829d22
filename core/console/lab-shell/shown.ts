// How a show topic asks, and what it gives.

import type { Result } from '../../base/result.ts';
import type { AnswerTo, Query } from '../../machine/queries.ts';

/** The session's query(). */
export type Ask = <Q extends Query>(query: Q) => Result<AnswerTo<Q>>;

export interface Shown {
  /** For JSON. */
  readonly value: unknown;
  readonly text: string;
}
