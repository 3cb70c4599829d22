// `ddw-lab run FOLDER`: a recorded scenario's machine, with our own devices, drivers and payloads. It shows what such a machine does;
// whether it does exactly what was recorded is for `conform` to say. Steps that a session has no command for are named in the trace.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fail, ok, Session } from '../../core/index.ts';
import type { Command, Result, RunScript, MachineConfig } from '../../core/index.ts';
import { isScenario, readScenario } from './conform/scenario-recording.ts';
import type { Output } from './output.ts';
import { advanceUntil } from './drive.ts';
import { StepCommands } from './scenario-commands.ts';
import type { RawStep } from './scenario-commands.ts';
import { playedMachine } from './scenario-machine.ts';
import type { PlayedMachine } from './scenario-machine.ts';
import { summary } from './summary.ts';
import type { TraceWriter } from './trace-writer.ts';
import { EXIT_OK } from './usage.ts';

export async function runScenarioFolder(
  folder: string,
  writer: TraceWriter | undefined,
  output: Output,
): Promise<Result<number>> {
  const scenario = await readScenarioFolder(folder);
  if (!scenario.ok) return scenario;
  const session = Session.create(scenario.value.config);
  if (!session.ok) return session;
  const played = await play(session.value, scenario.value, writer, output);
  if (!played.ok) return played;
  writer?.end(session.value);
  if (writer?.pure !== true) output.out(`${writer === undefined ? '' : '\n'}${summary(session.value)}\n`);
  return ok(EXIT_OK);
}

interface PlayableScenario extends PlayedMachine {
  readonly steps: readonly RawStep[];
}

/** Errors: `no-scenario`, and what is wrong with the recording or its machine. */
async function readScenarioFolder(folder: string): Promise<Result<PlayableScenario>> {
  const files = await filesOf(folder);
  if (!isScenario(files)) {
    return fail(
      'no-scenario',
      `${folder} is no scenario: it has no scenario.json with a plan`,
      'give a .ddwrun file or a scenario folder',
    );
  }
  const recording = readScenario(folder, files);
  if (!recording.ok) return recording;
  const { machine, epochs } = recording.value.plan;
  const played = playedMachine(machine, epochs.flat());
  return played.ok ? ok({ ...played.value, steps: stepsOf(files) }) : played;
}

/** By their names, unpacked: a recording may be kept gzipped. */
async function filesOf(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(folder, entry.name));
    const packed = entry.name.endsWith('.gz');
    files.set(packed ? entry.name.slice(0, -3) : entry.name, packed ? gunzipSync(bytes) : bytes);
  }
  return files;
}

/** A recorded scenario to be run on other machines than its own: each step when the one before is done, I/O included. */
export async function scenarioScript(
  folder: string,
): Promise<Result<{ readonly config: MachineConfig; readonly script: RunScript }>> {
  const scenario = await readScenarioFolder(folder);
  if (!scenario.ok) return scenario;
  const { config } = scenario.value;
  const wait = { until: 'idle' } as const;
  const commands = commandsOf(scenario.value).map((command) => ({ wait, command }));
  return ok({ config, script: { steps: commands, end: wait } });
}

/** What the model does not have is named first; then the boot, and the script's steps. */
function commandsOf({ config, functions, notModelled, steps }: PlayableScenario): readonly Command[] {
  const translate = new StepCommands(config, functions);
  return [
    ...notModelled.map((what): Command => ({ do: 'mark', text: `not modelled: ${what}` })),
    { do: 'boot' },
    ...steps.flatMap((step) => translate.of(step)),
  ];
}

/** The steps of all kernels' lives, as the file has them. */
function stepsOf(files: ReadonlyMap<string, Uint8Array>): readonly RawStep[] {
  const text = new TextDecoder().decode(files.get('scenario.json'));
  const scenario = JSON.parse(text) as {
    readonly plan: { readonly epochs: readonly (readonly RawStep[])[] };
  };
  return scenario.plan.epochs.flat();
}

/** Each command when the one before has come to its end. One that is refused here is named, and the next is tried. */
async function play(
  session: Session,
  scenario: PlayableScenario,
  writer: TraceWriter | undefined,
  output: Output,
): Promise<Result<true>> {
  for (const command of commandsOf(scenario)) {
    if (output.closed) return ok(true);
    const accepted = session.dispatch(command);
    if (!accepted.ok) {
      if (command.do === 'boot') return accepted;
      session.dispatch({ do: 'mark', text: `refused: ${command.do}: ${accepted.error.message}` });
    }
    await advanceUntil(session, () => session.settled && !ioRuns(session), writer, output);
  }
  return ok(true);
}

function ioRuns(session: Session): boolean {
  const status = session.query({ ask: 'status' });
  return status.ok && status.value.workloads.some((io) => io.running === true);
}
