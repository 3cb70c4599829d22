// Sessions in which things go wrong: they replay as any other, and no PowerVM PE ever has two windows at one place.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from '../machine/commands.ts';
import { configFor } from '../machine/config-for.ts';
import type { WindowAnswer } from '../machine/queries.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { replaySession } from './replay.ts';
import { Session } from './session.ts';

const CALLS = ['query', 'create', 'remove', 'reset'].map((name) => `ibm,${name}-pe-dma-window`);
const TCE_CALLS = ['H_PUT_TCE', 'H_PUT_TCE_INDIRECT', 'H_STUFF_TCE'];
const io = { sizeBytes: 65_536, depth: 4, count: 20, direction: 'read', intervalNs: 1e8 } as const;
const id = fc.constantFrom('vf0', 'nvme0');
const few = fc.integer({ min: 1, max: 3 });
const skip = fc.nat(4);

const fault: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    do: fc.constant('inject' as const),
    call: fc.constantFrom(...CALLS),
    rc: fc.constantFrom(-1, -2, -3, 9900, 9901),
    count: few,
    skip,
  }),
  fc.record({
    do: fc.constant('inject' as const),
    call: fc.constantFrom(...TCE_CALLS),
    rc: fc.constantFrom(-1, -4, -44, 1),
    count: few,
    skip,
    id,
  }),
  fc.record({ do: fc.constant('pe-freeze' as const), id, unavailableNs: fc.constantFrom(0, 3e9) }),
  fc.record({
    do: fc.constant('tce-set' as const),
    id,
    ioba: fc.constantFrom('0x800000000000000', '0x800000000010000', '0x1000'),
    tce: fc.constantFrom('0x0', '0x3f000003'),
  }),
);

const ordinary = fc.constantFrom<Command>(
  { do: 'boot' },
  { do: 'reset' },
  { do: 'vf-remove', id: 'vf0' },
  { do: 'vf-add', count: 1, device: 'nvme' },
  { do: 'io-start', id: 'vf0', io },
  { do: 'io-start', id: 'nvme0', io },
);

const deed = fc.oneof(fault, ordinary, fc.constantFrom(5, 300, 5000));

const kind = fc.record({
  profile: fc.constantFrom('powervm-p8', 'powervm-p9', 'powervm-p10', 'powervm-p11'),
  kernel: fc.constantFrom('5.13', '5.15', '6.12.107'),
  maxGib: fc.constantFrom(4, 512, 65_536),
});

function begin(profile: string, kernel: string, maxGib: number): Session {
  const memory = { minMemoryBytes: 2 ** 30, memoryBytes: 2 ** 31, maxMemoryBytes: maxGib * 2 ** 30 };
  const config = configFor(DEFAULT_LPAR, profile, { kernel, ...memory });
  if (!config.ok) throw new Error(config.error.message);
  const functions = [
    { id: 'vf0', device: 'nvme', slotClass: 'sriov-vf' },
    { id: 'nvme0', device: 'nvme', slotClass: 'dedicated-hddw' },
  ];
  const session = Session.create({ ...config.value, functions });
  if (!session.ok) throw new Error(session.error.message);
  return session.value;
}

/** Pairs of windows of one PE that share a bus address. */
function overlaps(windows: readonly WindowAnswer[]): number {
  const live = windows.filter(({ active }) => active);
  const end = (window: WindowAnswer): bigint =>
    window.start + (BigInt(window.entries) << BigInt(window.pageShift));
  return live.filter((one, n) =>
    live.slice(n + 1).some((two) => one.buid === two.buid && one.start < end(two) && two.start < end(one)),
  ).length;
}

describe('a session in which things go wrong', { timeout: 240_000 }, () => {
  it('replays to the same events, and its PEs never have two windows at one place', () => {
    fc.assert(
      fc.property(kind, fc.array(deed, { minLength: 4, maxLength: 20 }), (lpar, deeds) => {
        const session = begin(lpar.profile, lpar.kernel, lpar.maxGib);
        session.dispatch({ do: 'boot' });
        session.advance(20_000);
        for (const one of deeds) {
          if (typeof one === 'number') session.advance(one);
          else session.dispatch(one);
          const windows = session.query({ ask: 'windows' });
          expect(windows.ok ? overlaps(windows.value) : -1).toBe(0);
        }
        const replayed = replaySession(session.save());
        expect(replayed.ok ? 'the same' : replayed.error.message).toBe('the same');
      }),
      { numRuns: 60 },
    );
  });
});
