// A user's mistake is a value, not an exception: code, sentence, and what to type next.

/** Something the user asked for that cannot be done. `message` is one sentence; `hint` says what to do instead. */
export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export type Result<T, E = UserError> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail(
  code: string,
  message: string,
  hint?: string,
): { readonly ok: false; readonly error: UserError } {
  return { ok: false, error: hint === undefined ? { code, message } : { code, message, hint } };
}
