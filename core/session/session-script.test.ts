import { describe, expect, it } from 'vitest';
import type { Command } from '../machine/commands.ts';
import type { MachineConfig } from '../machine/config.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { ScriptReader } from './session-script.ts';
import { ScriptedRun } from './scripted-run.ts';
import type { RunScript } from './scripted-run.ts';
import { Session } from './session.ts';
import type { SessionFile } from './session-types.ts';

const config: MachineConfig = {
  ...DEFAULT_LPAR,
  functions: [{ id: 'vf0', device: 'nvme', slotClass: 'sriov-vf' }],
};
const endless: Command = {
  do: 'io-start',
  id: 'vf0',
  io: { sizeBytes: 65_536, depth: 4, count: 0, direction: 'read', intervalNs: 0 },
};

/** A session that does something after each command: so many ns of virtual time, or all there is to do. */
function saved(commands: readonly (readonly [Command, number | 'idle'])[]): SessionFile {
  const session = Session.create(config);
  if (!session.ok) throw new Error(session.error.message);
  const { value } = session;
  for (const [command, wait] of commands) {
    value.dispatch(command);
    while (!value.settled) value.advance(1);
    const deadline = wait === 'idle' ? Infinity : value.nowNs + wait;
    while (!value.idle && value.nowNs < deadline) value.advance(1);
  }
  return value.save();
}

function read(file: SessionFile): RunScript {
  const reader = new ScriptReader(file);
  for (let n = 0; reader.result === undefined && n < 1_000_000; n++) reader.advance(1);
  if (reader.result?.ok !== true) throw new Error(reader.result?.error.message ?? 'not read');
  return reader.result.value;
}

describe('a saved session as a script', () => {
  it('waits until what was set going is done', () => {
    const script = read(
      saved([
        [{ do: 'boot' }, 'idle'],
        [{ do: 'mark', text: 'here' }, 'idle'],
      ]),
    );
    expect(script.steps.map(({ wait, command }) => [wait.until, command.do])).toEqual([
      ['idle', 'boot'],
      ['idle', 'mark'],
    ]);
    expect(script.end).toEqual({ until: 'idle' });
  });

  it('lets I/O go on for as much virtual time as it did', () => {
    const script = read(
      saved([
        [{ do: 'boot' }, 'idle'],
        [endless, 1_000_000],
        [{ do: 'mark', text: 'here' }, 500_000],
      ]),
    );
    const waits = [...script.steps.map(({ wait }) => wait), script.end];
    expect(waits.map((wait) => (wait.until === 'idle' ? 'idle' : Math.round(wait.plusNs / 100_000)))).toEqual(
      ['idle', 'idle', 10, 5],
    );
  });

  it('of a session that was changed by hand still has its commands', () => {
    const file = saved([[{ do: 'boot' }, 'idle']]);
    expect(read({ ...file, steps: file.steps + 1000, traceHash: '0123456789abcdef' }).steps).toHaveLength(1);
  });

  it('is refused with the sentence of a session file', () => {
    const reader = new ScriptReader({ ...saved([]), config: { ...config, kernel: '2.6' } });
    expect(reader.result).toMatchObject({ ok: false, error: { code: 'unknown-kernel' } });
  });
});

describe('a run of a script', () => {
  const script = read(
    saved([
      [{ do: 'boot' }, 'idle'],
      [endless, 1_000_000],
    ]),
  );

  function run(kernel: string): ScriptedRun {
    const made = ScriptedRun.create({ ...config, kernel }, script);
    if (!made.ok) throw new Error(made.error.message);
    for (let n = 0; !made.value.done && n < 1_000_000; n++) made.value.advance(1);
    return made.value;
  }

  it.each(['5.13', '5.15'])(
    'under %s ends, and stops I/O without an end so that its figures are there',
    (kernel) => {
      const { session, done, refusals } = run(kernel);
      expect({ done, refusals, idle: session.idle }).toEqual({ done: true, refusals: [], idle: true });
      const figures = [...session.trace.events()].filter((event) => event.kind === 'io-figures');
      expect(figures).toHaveLength(1);
      expect(figures[0]?.requests).toBeGreaterThan(10);
    },
  );
});
