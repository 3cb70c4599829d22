// `ddw-lab table`: what the graded data of profiles and kernels come to, seen at once.

import { fail, ok, pageSizeReport } from '../../core/index.ts';
import type { Result } from '../../core/index.ts';
import { parseOptions } from './options.ts';
import type { Output } from './output.ts';
import { pageSizeLines } from './page-size-lines.ts';
import { EXIT_OK } from './usage.ts';

const OPTIONS = { json: { type: 'boolean' } } as const;

/** A table as text, and as what JSON is made of. */
const TABLES: ReadonlyMap<string, () => { readonly json: unknown; readonly lines: readonly string[] }> =
  new Map([
    [
      'page-sizes',
      () => {
        const report = pageSizeReport();
        return { json: report, lines: pageSizeLines(report) };
      },
    ],
  ]);

export function tableVerb(args: readonly string[], output: Output): Promise<Result<number>> {
  return Promise.resolve(table(args, output));
}

function table(args: readonly string[], output: Output): Result<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  const [name, extra] = positionals;
  const make = TABLES.get(name ?? '');
  if (make === undefined || extra !== undefined) {
    const message =
      name === undefined || extra !== undefined ? 'table takes one name' : `there is no table "${name}"`;
    return fail('bad-arguments', message, `type one of: ${[...TABLES.keys()].join(', ')}`);
  }
  const { json, lines } = make();
  output.out(values.json === true ? `${JSON.stringify(json, null, 2)}\n` : `${lines.join('\n')}\n`);
  return ok(EXIT_OK);
}
