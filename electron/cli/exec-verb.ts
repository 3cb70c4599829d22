// `ddw-lab exec`: lines of the lab shell, carried out on a fresh machine.

import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import {
  DEFAULT_LPAR,
  fail,
  flatten,
  ok,
  parseScript,
  runLine,
  Session,
  sessionText,
} from '../../core/index.ts';
import type { MachineConfig, Result, ShellLine } from '../../core/index.ts';
import { reasonOf, writeAtomically } from '../host/session-store.ts';
import { machineOf, MACHINE_OPTIONS } from './machine-options.ts';
import { advanceUntil } from './drive.ts';
import { parseOptions } from './options.ts';
import type { Output } from './output.ts';
import { statusLine } from './summary.ts';
import { traceWriter } from './trace-writer.ts';
import type { TraceWriter } from './trace-writer.ts';
import { EXIT_OK } from './usage.ts';

const OPTIONS = {
  ...MACHINE_OPTIONS,
  trace: { type: 'string' },
  filter: { type: 'string' },
  save: { type: 'string' },
  dtb: { type: 'string' },
} as const;

export async function execVerb(args: readonly string[], output: Output): Promise<Result<number>> {
  const parsed = parseOptions(args, OPTIONS);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (positionals.length !== 1) {
    return fail(
      'bad-arguments',
      'exec takes one argument: lines, a file of lines, or -',
      'try: ddw-lab exec "boot; show windows"',
    );
  }
  const script = await scriptOf(positionals[0] ?? '');
  if (!script.ok) return script;
  const lines = parseScript(script.value);
  if (!lines.ok) return lines;
  const config = machineOf(DEFAULT_LPAR, values);
  if (!config.ok) return config;
  const writer = traceWriter(values, output);
  if (!writer.ok) return writer;
  return carryOut(config.value, lines.value, writer.value, values, output);
}

async function carryOut(
  config: MachineConfig,
  lines: readonly ShellLine[],
  writer: TraceWriter | undefined,
  files: { readonly save?: string | undefined; readonly dtb?: string | undefined },
  output: Output,
): Promise<Result<number>> {
  const session = Session.create(config);
  if (!session.ok) return session;
  const done = await runScript(session.value, lines, writer, output);
  if (!done.ok) return done;
  if (!done.value.spoke && writer === undefined) output.out(`${statusLine(session.value)}\n`);
  if (session.value.oops !== undefined) output.err(`the guest crashed: ${session.value.oops}\n`);
  if (files.save !== undefined) {
    const written = await writeAtomically(files.save, sessionText(session.value.save()));
    if (!written.ok) return written;
  }
  if (files.dtb !== undefined) {
    const written = await writeDeviceTree(files.dtb, session.value);
    if (!written.ok) return written;
  }
  return ok(EXIT_OK);
}

/** The device tree as it is now, flattened: what `dtc -I dtb` reads. */
async function writeDeviceTree(file: string, session: Session): Promise<Result<true>> {
  const tree = session.query({ ask: 'device-tree' });
  return tree.ok ? await writeAtomically(file, flatten(tree.value)) : tree;
}

/** Carries out all lines, and lets I/O that has an end come to it. `spoke`: some line showed something. */
export async function runScript(
  session: Session,
  lines: readonly ShellLine[],
  writer: TraceWriter | undefined,
  output: Output,
): Promise<Result<{ readonly spoke: boolean }>> {
  let spoke = false;
  for (const line of lines) {
    const result = await driveLine(session, line, writer, output);
    if (!result.ok) return result;
    if (result.value !== '') {
      spoke = true;
      if (writer?.pure === true) output.err(`${result.value}\n`);
      else output.out(`${result.value}\n`);
    }
    if (output.closed) return ok({ spoke: true });
  }
  await advanceUntil(session, () => session.endless, writer, output);
  writer?.end(session);
  return ok({ spoke });
}

async function driveLine(
  session: Session,
  line: ShellLine,
  writer: TraceWriter | undefined,
  output: Output,
): Promise<Result<string>> {
  const run = runLine(session, line);
  let next = run.next();
  // The line asks for one step at a time, and is asked again after each.
  const lineIsDone = (): boolean => {
    next = run.next();
    return next.done === true;
  };
  if (next.done !== true) {
    session.advance(1);
    await advanceUntil(session, lineIsDone, writer, output);
  }
  if (output.closed) return ok('');
  writer?.write(session);
  // Idle: nothing can change any more, so the line says so at once.
  while (next.done !== true) next = run.next();
  return next.value;
}

/** The argument itself, unless it names a file or is `-` (standard input). */
async function scriptOf(argument: string): Promise<Result<string>> {
  try {
    if (argument === '-') return ok(await readAll(process.stdin));
    const isFile =
      argument.length < 4096 &&
      !argument.includes('\n') &&
      existsSync(argument) &&
      statSync(argument).isFile();
    if (isFile) return ok(await readFile(argument, 'utf8'));
    if (/\.cmds$/.test(argument)) return fail('cannot-read', `there is no file ${argument}`);
    return ok(argument);
  } catch (error) {
    return fail('cannot-read', `${argument} cannot be read: ${reasonOf(error)}`);
  }
}
