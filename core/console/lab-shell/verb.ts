// A verb of the lab shell as its tables list it: words, help, and how its arguments become an action.

import type { Result } from '../../base/result.ts';
import type { ShellAction } from './actions.ts';
import type { Arguments, ArgumentShape } from './arguments.ts';
import type { Statement } from './tokens.ts';

export interface Verb extends ArgumentShape {
  /** `boot`, `vf add`. */
  readonly name: string;
  readonly meaning: string;
  readonly read: (args: Arguments, statement: Statement) => Result<ShellAction>;
}
