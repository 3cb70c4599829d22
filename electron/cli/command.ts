// The `ddw-lab` command: verbs over the same Session that the window uses. Bad input ends with one sentence and exit code 2.

import { InvariantError } from '../../core/index.ts';
import type { Result } from '../../core/index.ts';
import { compareVerb } from './compare-verb.ts';
import { conformVerb } from './conform-verb.ts';
import { execVerb } from './exec-verb.ts';
import { streamOutput } from './output.ts';
import type { Output } from './output.ts';
import { gradeVerb } from './grade-verb.ts';
import { labsVerb } from './labs-verb.ts';
import { programVersion } from './places.ts';
import { runVerb } from './run-verb.ts';
import { tableVerb } from './table-verb.ts';
import { vfioVerb } from './vfio-verb.ts';
import { errorLine, EXIT_DIFFERENT, EXIT_OK, EXIT_USAGE, USAGE } from './usage.ts';

/** Returns the exit code, or what is wrong with the input. */
export type Verb = (args: readonly string[], output: Output) => Promise<Result<number>>;

const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['run', runVerb],
  ['exec', execVerb],
  ['compare', compareVerb],
  ['table', tableVerb],
  ['vfio', vfioVerb],
  ['labs', labsVerb],
  ['grade', gradeVerb],
  ['conform', conformVerb],
]);

/** The whole command; `args` without node and script. Returns the exit code. */
export async function main(args: readonly string[], output: Output): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--help' || first === '-h' || first === 'help') return say(output, USAGE);
  if (first === '--version' || first === '-V') return say(output, `ddw-lab ${programVersion()}\n`);
  const verb = VERBS.get(first ?? '');
  if (verb === undefined) {
    const message = first === undefined ? 'a verb is missing' : `there is no verb "${first}"`;
    output.err(
      errorLine({
        code: 'bad-verb',
        message,
        hint: `type one of: ${[...VERBS.keys()].join(', ')}; or --help`,
      }),
    );
    return EXIT_USAGE;
  }
  const code = await verb(rest, output);
  await output.drained();
  if (code.ok) return code.value;
  output.err(errorLine(code.error));
  return EXIT_USAGE;
}

async function say(output: Output, text: string): Promise<number> {
  output.out(text);
  await output.drained();
  return EXIT_OK;
}

/** Runs the command for this process. A bug of ours is named, and is not the user's mistake. */
export async function runProcess(): Promise<void> {
  const output = streamOutput(process.stdout, process.stderr);
  try {
    process.exitCode = await main(process.argv.slice(2), output);
  } catch (error) {
    const what =
      error instanceof InvariantError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    output.err(`ddw-lab: this is a bug of the lab: ${what}\n`);
    process.exitCode = EXIT_DIFFERENT;
  }
}
