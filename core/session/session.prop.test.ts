// A session is its command log: whatever is done, replaying it gives the same events, and a saved session goes on as it would have.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from '../machine/commands.ts';
import { configFor } from '../machine/config-for.ts';
import type { MachineConfig } from '../machine/config.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { replaySession } from './replay.ts';
import { parseSessionFile, sessionText } from './session-file.ts';
import { Session } from './session.ts';

type Deed = { readonly command: Command } | { readonly steps: number };

const id = fc.constantFrom('vf0', 'vf1', 'vf2', 'vf3', 'nvme0', 'nvme1');

const io = fc.record({
  sizeBytes: fc.constantFrom(512, 4096, 65_536, 1_048_576),
  depth: fc.integer({ min: 1, max: 40 }),
  count: fc.constantFrom(0, 1, 7, 60),
  direction: fc.constantFrom('read' as const, 'write' as const),
  intervalNs: fc.constantFrom(0, 0, 5000),
});

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Command>({ do: 'boot' }) },
  fc.constant<Command>({ do: 'reset' }),
  fc.constant<Command>({ do: 'shutdown' }),
  fc.record({
    do: fc.constant('vf-add' as const),
    count: fc.integer({ min: 1, max: 3 }),
    device: fc.constantFrom('nvme', 'nvme', 'pci-testdev'),
  }),
  fc.record({ do: fc.constant('vf-remove' as const), id }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('io-start' as const), id, io }) },
  fc.record({ do: fc.constant('io-stop' as const), id }),
  fc.record({ do: fc.constant('mark' as const), text: fc.constantFrom('here', 'there; "now"') }),
);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ command }),
  fc.record({ steps: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(2000)) }),
);

const platforms = fc.constantFrom<[string, string, string[]]>(
  ['powervm-p9', '5.15', []],
  ['powervm-p9', '5.13', []],
  ['powervm-p9', '5.15', ['disable_ddw']],
  ['qemu-pseries', '6.1.176', []],
  ['qemu-pseries', '6.1.176', ['multitce=off']],
);

const config: fc.Arbitrary<MachineConfig> = fc
  .record({
    platform: platforms,
    memoryGib: fc.constantFrom(1, 2),
    maxGib: fc.constantFrom(2, 4, 512),
    count: fc.integer({ min: 0, max: 3 }),
    seed: fc.nat(1000),
  })
  .map(({ platform: [profile, kernel, bootArgs], memoryGib, maxGib, count, seed }) => {
    const memory = {
      minMemoryBytes: 2 ** 30,
      memoryBytes: memoryGib * 2 ** 30,
      maxMemoryBytes: maxGib * 2 ** 30,
    };
    const made = configFor(DEFAULT_LPAR, profile, { kernel, bootArgs, seed, ...memory }, count, 'nvme');
    if (!made.ok) throw new Error(made.error.message);
    return made.value;
  });

function begin(config: MachineConfig): Session {
  const session = Session.create(config);
  if (!session.ok) throw new Error(session.error.message);
  return session.value;
}

/** Refused commands are part of it: they must leave no trace. */
function perform(session: Session, deeds: readonly Deed[]): void {
  for (const one of deeds) {
    if ('steps' in one) session.advance(one.steps);
    else session.dispatch(one.command);
  }
}

const runs = { numRuns: 60, endOnFailure: false } as const;

describe('a session of random commands', () => {
  it('replays to the same events, byte for byte', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(config, fc.array(deed, { maxLength: 25 }), (machine, deeds) => {
        const session = begin(machine);
        perform(session, deeds);
        const replayed = replaySession(session.save());
        expect(replayed.ok ? 'the same' : replayed.error.message).toBe('the same');
        if (replayed.ok) expect(replayed.value.save()).toEqual(session.save());
      }),
      runs,
    );
  });

  it('goes on after save and open as it would have without', { timeout: 120_000 }, () => {
    const deeds = fc.array(deed, { maxLength: 15 });
    fc.assert(
      fc.property(config, deeds, deeds, (machine, before, after) => {
        const straight = begin(machine);
        perform(straight, before);
        const file = parseSessionFile(sessionText(straight.save()));
        const opened = file.ok ? replaySession(file.value) : file;
        expect(opened.ok).toBe(true);
        perform(straight, after);
        if (opened.ok) {
          perform(opened.value, after);
          expect(opened.value.save()).toEqual(straight.save());
        }
      }),
      runs,
    );
  });

  it('never breaks the model, and no payload arrives wrong', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(config, fc.array(deed, { maxLength: 25 }), (machine, deeds) => {
        const session = begin(machine);
        perform(session, deeds);
        expect(session.oops).toBeUndefined();
        for (const event of session.trace.events()) {
          if (event.kind === 'io-figures') expect(event.corrupted).toBe(0);
          expect(event.kind).not.toBe('dma-fault');
        }
      }),
      runs,
    );
  });
});
