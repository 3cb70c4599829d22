// What `run` plays of a recorded scenario, with the lab's own devices and drivers, asks the firmware for the windows that the
// recorded kernel asked for.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from './command.ts';
import { readScenario } from './conform/scenario-recording.ts';
import type { Recording } from './conform/scenario-recording.ts';
import { linuxCalls } from './conform/scenario-timeline.ts';
import { memoryOutput } from './memory-output.ts';
import { playedMachine } from './scenario-machine.ts';

const fixtures = join(import.meta.dirname, 'conform/fixtures/scenarios');

function recordingOf(name: string): Recording {
  const folder = join(fixtures, name);
  const files = readdirSync(folder).map(
    (file) => [file, new Uint8Array(readFileSync(join(folder, file)))] as const,
  );
  const recording = readScenario(name, new Map(files));
  if (!recording.ok) throw new Error(recording.error.message);
  return recording.value;
}

/** All devices are the lab's; modules come first, as the lab's drivers do; no step is about another driver, or an edited tree. */
function isPlayable({ plan, endedCleanly, trace }: Recording): boolean {
  const steps = plan.epochs.flat();
  const played = playedMachine(plan.machine, steps);
  const firstOther = plan.epochs[0]?.findIndex((step) => step.do !== 'load' && step.do !== 'dump') ?? -1;
  const lastLoad = plan.epochs[0]?.findLastIndex((step) => step.do === 'load') ?? -1;
  return (
    played.ok &&
    played.value.notModelled.length === 0 &&
    endedCleanly &&
    trace !== undefined &&
    (firstOther < 0 || lastLoad < firstOther) &&
    !steps.some((step) => ['vfio', 'edit-property', 'not-understood'].includes(step.do))
  );
}

/** "create 16 30": what went well, in order. Failed calls are not in the trace of a stock firmware. */
function recordedCalls({ trace = [] }: Recording): readonly string[] {
  return linuxCalls(trace).flatMap((call) =>
    call.kind === 'rtas' && call.ret === 0
      ? [textOf(call.name, [call.fields.get('page_shift'), call.fields.get('window_shift')])]
      : [],
  );
}

async function playedCalls(name: string): Promise<readonly string[]> {
  const output = memoryOutput();
  expect(await main(['run', join(fixtures, name), '--trace', 'jsonl'], output)).toBe(0);
  return output
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{"seq"') && line.includes('"kind":"rtas"'))
    .map((line) => JSON.parse(line) as { name: string; args: number[]; rets: number[] })
    .filter(({ name: call, rets }) => call.includes('-pe-dma-window') && rets[0] === 0)
    .map(({ name: call, args }) =>
      textOf(call, call.includes('create') ? args.slice(3, 5).map((arg) => String(arg)) : []),
    );
}

function textOf(name: string, shifts: readonly (string | undefined)[]): string {
  const call = /ibm,(\w+)-pe/.exec(name)?.[1] ?? name;
  return [call, ...shifts.filter((shift) => shift !== undefined)].join(' ');
}

describe('a recorded script, played', () => {
  const recordings = readdirSync(fixtures).map(recordingOf).filter(isPlayable);

  it('are many', () => expect(recordings.length).toBeGreaterThan(45));

  it.each(recordings.map((recording) => [recording.name, recording] as const))(
    '%s makes the recorded RTAS calls',
    async (name, recording) => expect(await playedCalls(name)).toEqual(recordedCalls(recording)),
  );
});
