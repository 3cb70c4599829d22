// `ddw-lab run FOLDER`: a recorded scenario's machine, with our own devices, drivers and payloads. It shows what such a machine does;
// whether it does exactly what was recorded is for `conform` to say. Steps that a session has no command for are named in the trace.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  BOOT_ARGS,
  deviceCatalogue,
  fail,
  kernelByRelease,
  ok,
  Session,
  validateConfig,
} from '../../core/index.ts';
import type { Command, FunctionConfig, MachineConfig, Result, RunScript } from '../../core/index.ts';
import { isScenario, readScenario } from './conform/scenario-recording.ts';
import type { PlanMachine } from './conform/scenario-plan.ts';
import { hex } from './conform/scenario-text.ts';
import type { Output } from './output.ts';
import { advanceUntil } from './drive.ts';
import { summary } from './summary.ts';
import type { TraceWriter } from './trace-writer.ts';
import { EXIT_OK } from './usage.ts';

/** Names of steps that a session plays. */
interface RawStep {
  readonly do?: unknown;
  readonly dev?: unknown;
  readonly bytes?: unknown;
  readonly count?: unknown;
  readonly name?: unknown;
}

export async function runScenarioFolder(
  folder: string,
  writer: TraceWriter | undefined,
  output: Output,
): Promise<Result<number>> {
  const scenario = await readScenarioFolder(folder);
  if (!scenario.ok) return scenario;
  const { config, steps, unknown } = scenario.value;
  const session = Session.create(config);
  if (!session.ok) return session;
  for (const argument of unknown) session.value.dispatch({ do: 'mark', text: `not modelled: ${argument}` });
  const played = await play(session.value, steps, writer, output);
  if (!played.ok) return played;
  writer?.end(session.value);
  if (writer?.pure !== true) output.out(`${writer === undefined ? '' : '\n'}${summary(session.value)}\n`);
  return ok(EXIT_OK);
}

interface PlayableScenario {
  readonly config: MachineConfig;
  readonly steps: readonly RawStep[];
  /** Kernel arguments that the model does not know. */
  readonly unknown: readonly string[];
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
  const { machine } = recording.value.plan;
  const config = configOf(machine);
  if (!config.ok) return config;
  const unknown = machine.bootArgs.filter((argument) => !BOOT_ARGS.includes(argument));
  return ok({ config: config.value, steps: stepsOf(files), unknown });
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
  const { config, steps, unknown } = scenario.value;
  const drives = (id: string): boolean => config.functions.some((fn) => fn.id === id);
  const commands: readonly Command[] = [
    ...unknown.map((argument): Command => ({ do: 'mark', text: `not modelled: ${argument}` })),
    { do: 'boot' },
    ...steps.map((step) => commandOf(step, drives)),
  ];
  const wait = { until: 'idle' } as const;
  return ok({ config, script: { steps: commands.map((command) => ({ wait, command })), end: wait } });
}

/** The machine of a plan. Devices that the lab does not model stand there without driver. */
function configOf(machine: PlanMachine): Result<MachineConfig> {
  const kernel = kernelByRelease(machine.kernel);
  if (kernel === undefined) return fail('unknown-kernel', `the lab has no kernel ${machine.kernel}`);
  const memoryBytes = machine.ramBytes;
  const maxMemoryBytes = machine.maxmemBytes ?? memoryBytes;
  return validateConfig({
    profile: 'qemu-pseries',
    kernel: kernel.id,
    pageBytes: machine.pageBytes,
    cpus: machine.cpus,
    minMemoryBytes: memoryBytes,
    memoryBytes,
    maxMemoryBytes,
    lmbBytes: 2 ** 28,
    // Arguments that the model does not know do nothing to DMA here: play() names them.
    bootArgs: machine.bootArgs.filter((argument) => BOOT_ARGS.includes(argument)),
    iommuDebugMessages: machine.iommuDebugMessages,
    functions: functionsOf(machine),
    seed: 1,
    phbs: machine.phbs.map((phb) => ({
      index: phb.index,
      pgsz: hex(phb.pgsz),
      ddw: phb.ddw,
      dmaWinAddr: hex(phb.dmaWinAddr),
      dmaWinSize: hex(phb.dmaWinSize),
      dma64WinAddr: hex(phb.dma64WinAddr),
    })),
    hasDynamicMemory: machine.maxmemBytes !== undefined,
    ...(machine.limits === undefined ? {} : { limits: machine.limits }),
  });
}

function functionsOf(machine: PlanMachine): readonly FunctionConfig[] {
  const numbers = new Map<string, number>();
  return machine.pciDevices.map(({ kind, phb, slot }) => {
    const number = numbers.get(kind) ?? 0;
    numbers.set(kind, number + 1);
    const stem = kind
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, '-')
      .replace(/^[^a-z]/, 'd');
    const device = deviceCatalogue.has(kind) ? kind : 'pci-testdev';
    return { id: `${stem}${number}`, device, slotClass: 'qemu-phb', phb, slot };
  });
}

/** The steps of all kernels' lives, as the file has them. */
function stepsOf(files: ReadonlyMap<string, Uint8Array>): readonly RawStep[] {
  const text = new TextDecoder().decode(files.get('scenario.json'));
  const scenario = JSON.parse(text) as {
    readonly plan: { readonly epochs: readonly (readonly RawStep[])[] };
  };
  return scenario.plan.epochs.flat();
}

async function play(
  session: Session,
  steps: readonly RawStep[],
  writer: TraceWriter | undefined,
  output: Output,
): Promise<Result<true>> {
  const did = async (command: Command): Promise<Result<true>> => {
    const accepted = session.dispatch(command);
    if (!accepted.ok) return accepted;
    await advanceUntil(session, () => session.settled && !ioRuns(session), writer, output);
    return ok(true);
  };
  const booted = await did({ do: 'boot' });
  if (!booted.ok) return booted;
  for (const step of steps) {
    if (output.closed) return ok(true);
    const done = await did(commandOf(step, (id) => isBound(session, id)));
    if (!done.ok && done.error.code !== 'is-oops') return done;
  }
  return ok(true);
}

function ioRuns(session: Session): boolean {
  const status = session.query({ ask: 'status' });
  return status.ok && status.value.workloads.some((io) => io.running === true);
}

/** `drives`: the function has a driver that I/O can go through. Drivers are bound at boot; reads, writes and reboots are played; all else is named. */
function commandOf(step: RawStep, drives: (id: string) => boolean): Command {
  const what = String(step.do);
  const { bytes, count } = step;
  const id = functionOfDisk(String(step.dev));
  if (
    (what === 'read' || what === 'write') &&
    id !== undefined &&
    drives(id) &&
    typeof bytes === 'number' &&
    typeof count === 'number'
  ) {
    return { do: 'io-start', id, io: { sizeBytes: bytes, depth: 1, count, direction: what, intervalNs: 0 } };
  }
  if (what === 'reboot') return { do: 'reset' };
  const known = what === 'load' || what === 'dump';
  return { do: 'mark', text: known ? `${what} ${String(step.name ?? '')}`.trim() : `not played: ${what}` };
}

/** `/dev/nvme1n1` is the second NVMe function. */
function functionOfDisk(dev: string): string | undefined {
  const number = /^\/dev\/nvme(\d+)n1$/.exec(dev)?.[1];
  return number === undefined ? undefined : `nvme${number}`;
}

function isBound(session: Session, id: string): boolean {
  const functions = session.query({ ask: 'functions' });
  return (
    functions.ok &&
    functions.value.some(({ description, state }) => description.id === id && state === 'bound')
  );
}
