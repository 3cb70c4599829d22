// A filter that cannot be understood: where, why, and what to write instead.

import type { Result, UserError } from '../../base/result.ts';

export interface FilterError extends UserError {
  readonly code: 'bad-filter';
  /** Where in the filter's text, from 1. */
  readonly column: number;
}

export type FilterResult<T> = Result<T, FilterError>;

export function filterError(
  column: number,
  message: string,
  hint?: string,
): { readonly ok: false; readonly error: FilterError } {
  const error = { code: 'bad-filter', column, message: `column ${column}: ${message}` } as const;
  return { ok: false, error: hint === undefined ? error : { ...error, hint } };
}
