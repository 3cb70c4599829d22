// Sessions in which nothing goes wrong on purpose, under kernels without known bugs in what is done: then nothing does go wrong.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, IoParameters } from '../machine/commands.ts';
import { configFor } from '../machine/config-for.ts';
import type { MachineConfig } from '../machine/config.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { Session } from './session.ts';

/** Steps to run, a command, or a command to the nth function of those there are. */
type Deed =
  | { readonly steps: number }
  | { readonly command: Command }
  | { readonly nth: number; readonly remove: true }
  | { readonly nth: number; readonly io: IoParameters | 'stop' };

const io: fc.Arbitrary<IoParameters> = fc.record({
  sizeBytes: fc.constantFrom(512, 4096, 65_536, 1_048_576),
  depth: fc.integer({ min: 1, max: 40 }),
  count: fc.constantFrom(0, 1, 7, 60),
  direction: fc.constantFrom('read' as const, 'write' as const),
  intervalNs: fc.constantFrom(0, 0, 5000),
});

const nth = fc.nat(5);
const weighted = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> => ({
  weight,
  arbitrary,
});
const command = (value: Command): fc.Arbitrary<Deed> => fc.constant({ command: value });

const deed: fc.Arbitrary<Deed> = fc.oneof(
  weighted(6, fc.record({ steps: fc.constantFrom(1, 3, 40, 400, 4000) })),
  weighted(6, fc.record({ nth, io })),
  weighted(2, fc.record({ nth, io: fc.constant('stop' as const) })),
  weighted(1, fc.record({ nth, remove: fc.constant(true as const) })),
  weighted(1, command({ do: 'vf-add', count: 2, device: 'nvme' })),
  weighted(1, command({ do: 'vf-add', count: 1, device: 'pci-testdev' })),
  weighted(1, command({ do: 'boot' })),
  weighted(1, command({ do: 'reset' })),
  weighted(1, command({ do: 'shutdown' })),
  weighted(1, command({ do: 'mark', text: 'here; "now"' })),
);

const boot: readonly Deed[] = [{ command: { do: 'boot' } }, { steps: 20_000 }];

/** Most begin with a booted guest: what is interesting happens there. */
const deeds: fc.Arbitrary<readonly Deed[]> = fc
  .tuple(fc.constantFrom(boot, boot, boot, []), fc.array(deed, { minLength: 8, maxLength: 25, size: 'max' }))
  .map(([first, rest]) => [...first, ...rest]);

const platforms = fc.constantFrom<readonly [string, string, readonly string[]]>(
  ['powervm-p9', '5.15', []],
  ['powervm-p9', '5.13', []],
  ['powervm-p9', '5.15', ['disable_ddw']],
  ['qemu-pseries', '6.1.176', []],
  ['qemu-pseries', '6.1.176', ['multitce=off']],
  ['powervm-p9', '6.12.107', ['crashkernel=256M']],
  ['qemu-pseries', '6.1.176', ['crashkernel=256M']],
);

const config: fc.Arbitrary<MachineConfig> = fc
  .record({
    platform: platforms,
    memoryGib: fc.constantFrom(1, 2),
    maxGib: fc.constantFrom(2, 4, 512),
    count: fc.integer({ min: 1, max: 3 }),
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
    const { phbs } = made.value;
    // Small default windows: with multitce=off every entry is a call.
    return phbs === undefined
      ? made.value
      : { ...made.value, phbs: phbs.map((phb) => ({ ...phb, dmaWinSize: '0x1000000' })) };
  });

function begin(machine: MachineConfig): Session {
  const session = Session.create(machine);
  if (!session.ok) throw new Error(session.error.message);
  return session.value;
}

/** Refused commands are part of it: they must leave no trace. */
function perform(session: Session, done: readonly Deed[]): void {
  for (const one of done) {
    if ('steps' in one) session.advance(one.steps);
    else session.dispatch('command' in one ? one.command : commandTo(session, one));
  }
}

function commandTo(session: Session, one: Extract<Deed, { readonly nth: number }>): Command {
  const functions = session.query({ ask: 'functions' });
  const ids = functions.ok ? functions.value.map(({ description }) => description.id) : [];
  const id = ids[one.nth % Math.max(1, ids.length)] ?? 'none';
  if ('remove' in one) return { do: 'vf-remove', id };
  return one.io === 'stop' ? { do: 'io-stop', id } : { do: 'io-start', id, io: one.io };
}

const runs = { numRuns: 60 };

describe('a session of random commands', { timeout: 120_000 }, () => {
  it('never breaks the model: no Oops, no refused DMA, no payload that arrives wrong', () => {
    let withIo = 0;
    fc.assert(
      fc.property(config, deeds, (machine, done) => {
        const session = begin(machine);
        perform(session, done);
        expect(session.oops).toBeUndefined();
        const events = [...session.trace.events()];
        const figures = events.filter((event) => event.kind === 'io-figures');
        expect(figures.filter((event) => event.corrupted > 0)).toEqual([]);
        expect(events.filter((event) => event.kind === 'dma-fault')).toEqual([]);
        if (figures.some((event) => event.bytes > 0)) withIo++;
      }),
      runs,
    );
    // The property would prove nothing if no payload had moved.
    expect(withIo).toBeGreaterThan(3);
  });
});
