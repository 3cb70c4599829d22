// node:util's parseArgs, its complaints as sentences.

import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { fail, ok } from '../../core/index.ts';
import type { Result } from '../../core/index.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>;

/** Errors: `bad-option`. */
export function parseOptions<const O extends Options>(
  args: readonly string[],
  options: O,
): Result<{ readonly values: Parsed<O>['values']; readonly positionals: readonly string[] }> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    return ok({ values, positionals });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const first = said.split(/(?<=['"`])\. |\n/)[0] ?? said;
    return fail('bad-option', lowerFirst(first.replace(/\.$/, '')), 'see: ddw-lab --help');
  }
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
