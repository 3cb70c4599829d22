// `ddw-lab run`: a saved session replayed, a recorded scenario played, or the default scenario.

import { stat } from 'node:fs/promises';
import {
  DEFAULT_COMMANDS,
  defaultScenario,
  fail,
  ok,
  parseSessionFile,
  Replay,
  Session,
} from '../../core/index.ts';
import type { Result } from '../../core/index.ts';
import { readSessionText, reasonOf } from '../host/session-store.ts';
import { advanceUntil } from './drive.ts';
import { parseOptions } from './options.ts';
import type { Output } from './output.ts';
import { runScenarioFolder } from './run-scenario.ts';
import { summary } from './summary.ts';
import { traceWriter } from './trace-writer.ts';
import type { TraceWriter } from './trace-writer.ts';
import { EXIT_OK } from './usage.ts';

const OPTIONS = {
  default: { type: 'boolean' },
  trace: { type: 'string' },
  filter: { type: 'string' },
} as const;

export async function runVerb(args: readonly string[], output: Output): Promise<Result<number>> {
  const parsed = parseOptions(args, OPTIONS);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  const [path, extra] = positionals;
  if ((path === undefined) === (values.default !== true) || extra !== undefined) {
    return fail(
      'bad-arguments',
      'run takes one file, one folder, or --default',
      'try: ddw-lab run --default',
    );
  }
  // The default scenario is for watching: its trace is shown unless something else is asked for.
  const options = path === undefined && values.trace === undefined ? { ...values, trace: 'text' } : values;
  const writer = traceWriter(options, output);
  if (!writer.ok) return writer;
  if (path === undefined) return runDefault(writer.value, output);
  return runPath(path, writer.value, output);
}

async function runPath(
  path: string,
  writer: TraceWriter | undefined,
  output: Output,
): Promise<Result<number>> {
  const folder = await isFolder(path);
  if (!folder.ok) return folder;
  if (folder.value) return runScenarioFolder(path, writer, output);
  const text = await readSessionText(path);
  if (!text.ok) return text;
  const file = parseSessionFile(text.value);
  if (!file.ok) return file;
  return runReplay(new Replay(file.value), writer, output);
}

async function isFolder(path: string): Promise<Result<boolean>> {
  try {
    return ok((await stat(path)).isDirectory());
  } catch (error) {
    return fail('cannot-read', `${path} cannot be read: ${reasonOf(error)}`);
  }
}

const STEPS_PER_PIECE = 64;

async function runReplay(
  replay: Replay,
  writer: TraceWriter | undefined,
  output: Output,
): Promise<Result<number>> {
  while (replay.result === undefined) {
    replay.advance(STEPS_PER_PIECE);
    if (replay.partial !== undefined) writer?.write(replay.partial);
    await output.drained();
    if (output.closed) return ok(EXIT_OK);
  }
  if (!replay.result.ok) return replay.result;
  return finish(replay.result.value, writer, output);
}

async function runDefault(writer: TraceWriter | undefined, output: Output): Promise<Result<number>> {
  const session = Session.create(defaultScenario());
  if (!session.ok) return session;
  const running = session.value;
  for (const command of DEFAULT_COMMANDS) {
    const accepted = running.dispatch(command);
    if (!accepted.ok) return accepted;
    await advanceUntil(running, () => running.settled, writer, output);
    if (output.closed) return ok(EXIT_OK);
  }
  await advanceUntil(running, () => false, writer, output);
  if (output.closed) return ok(EXIT_OK);
  return finish(running, writer, output);
}

function finish(session: Session, writer: TraceWriter | undefined, output: Output): Result<number> {
  writer?.write(session);
  writer?.end(session);
  if (writer?.pure !== true) output.out(`${writer === undefined ? '' : '\n'}${summary(session)}\n`);
  return ok(EXIT_OK);
}
