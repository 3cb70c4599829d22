// Whatever is asked of the managed system: it stays possible, a refused act has left no trace, the budget is the machine's own tables
// entry by entry, and an undone act has never been.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findProfile } from '../firmware/profiles/index.ts';
import type { Command } from '../machine/commands.ts';
import type { MachineConfig } from '../machine/config.ts';
import type { AnswerTo, Query } from '../machine/queries.ts';
import { validateConfig } from '../machine/validate.ts';
import { preallocatedTces } from '../system/budget.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { replaySession } from './replay.ts';
import { Session } from './session.ts';
import { undo } from './undo.ts';

const GIB = 2 ** 30;

const config: fc.Arbitrary<MachineConfig> = fc
  .record({
    profile: fc.constantFrom('powervm-p8', 'powervm-p9', 'powervm-p10'),
    kernel: fc.constantFrom('5.13', '5.15', '6.12.107'),
    maxGib: fc.constantFrom(2, 512),
    installedGib: fc.constantFrom(52, 64, 4096),
  })
  .map(({ profile, kernel, maxGib, installedGib }) => ({
    ...DEFAULT_LPAR,
    profile,
    kernel,
    minMemoryBytes: GIB,
    memoryBytes: 2 * GIB,
    maxMemoryBytes: maxGib * GIB,
    installedMemoryBytes: installedGib * GIB,
  }));

const slot = fc.constantFrom('C1', 'C2', 'C3', 'C4', 'C9');
const lpar = fc.constantFrom(1, 1, 1, 2, 3, 4, 9);
const adapter = fc.constantFrom(1, 2, 2, 2, 2, 2, 3, 4);
const physPort = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 5);
const capacity = fc.constantFrom(undefined, undefined, 1, 2, 2.5, 4, 30, 40, 60, 60, 100, 0, 101);
const id = fc.constantFrom(
  '27008000',
  '27008001',
  '27008002',
  '2700c000',
  '2700c001',
  '27004400',
  '27004000',
);
const ids = fc.array(id, { minLength: 1, maxLength: 3 });

const given = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

const backup = fc.option(
  fc.oneof(
    fc.constant({ type: 'veth', network: 'net' } as const),
    id.map((logicalPort) => ({ type: 'vnic', logicalPort }) as const),
  ),
  { nil: undefined, freq: 6 },
);

const portAdd: fc.Arbitrary<Command> = fc
  .record({
    port: fc.record({
      adapter,
      physPort,
      lpar,
      capacity,
      promiscuous: fc.constantFrom(undefined, undefined, true),
      backup,
    }),
    count: fc.constantFrom(undefined, 1, 2, 5, 21),
    logicalPort: fc.option(id, { nil: undefined, freq: 5 }),
  })
  .map(({ port, ...rest }) => given({ do: 'logical-port-add', port: given(port), ...rest }) as Command);

const act: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('adapter-mode' as const),
      slot,
      mode: fc.constantFrom('shared' as const, 'shared' as const, 'dedicated' as const),
    }),
  },
  { weight: 6, arbitrary: portAdd },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('logical-port-remove' as const), logicalPorts: ids }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('logical-port-assign' as const), logicalPorts: ids, lpar }),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ logicalPorts: ids, capacity })
      .map((fields) => given({ do: 'logical-port-set', ...fields }) as Command),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('slot-assign' as const), slot, lpar: fc.option(lpar) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('vnic-add' as const),
      lpar,
      vios: fc.constantFrom(2, 3),
      adapter,
      physPort,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('vnic-remove' as const), lpar, slot: fc.constantFrom(2, 3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lpar-memory' as const),
      lpar,
      bytes: fc.constantFrom(GIB, 2 * GIB, 3 * GIB, 5 * GIB, 48 * GIB),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'vf-add', count: 2, device: 'nic' } as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('vf0', 'vf1', 'vf2').map((name) => ({ do: 'vf-remove', id: name }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { do: 'boot' } as const,
      { do: 'shutdown' } as const,
      { do: 'reset' } as const,
    ),
  },
);

/** An act, and how long things go on after it: 0 steps, a few, or until nothing is left to do. */
const deeds = fc
  .tuple(
    fc.constantFrom<readonly Command[]>([], [{ do: 'boot' }]),
    fc.array(fc.record({ command: act, steps: fc.constantFrom(0, 1, 5, Infinity, Infinity) }), {
      minLength: 6,
      maxLength: 24,
      size: 'max',
    }),
  )
  .map(([first, rest]) => [
    ...first.map((command) => ({ command, steps: Infinity })),
    { command: { do: 'adapter-mode', slot: 'C4', mode: 'shared' } as const, steps: Infinity },
    ...rest,
  ]);

type Deeds = readonly { readonly command: Command; readonly steps: number }[];

function begun(machine: MachineConfig): Session {
  const session = Session.create(machine);
  if (!session.ok) throw new Error(session.error.message);
  return session.value;
}

function go(session: Session, steps: number): void {
  if (steps === Infinity) while (!session.advance(10_000).idle);
  else session.advance(steps);
}

function asked<Q extends Query>(session: Session, query: Q): AnswerTo<Q> {
  const answer = session.query(query);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

function perform(session: Session, done: Deeds, after: (accepted: boolean) => void = () => undefined): void {
  for (const { command, steps } of done) {
    const accepted = session.dispatch(command).ok;
    go(session, steps);
    after(accepted);
  }
}

describe('whatever is asked of the managed system', () => {
  it('a refused act changes nothing, an accepted one leaves a machine that is possible', () => {
    fc.assert(
      fc.property(config, deeds, (machine, done) => {
        const session = begun(machine);
        for (const { command, steps } of done) {
          const [before, events] = [asked(session, { ask: 'config' }), session.traceLength];
          const foretold = asked(session, { ask: 'hmc', command }).refusal;
          const accepted = session.dispatch(command);
          expect(accepted.ok ? null : accepted.error).toEqual(foretold);
          if (!accepted.ok) {
            expect(asked(session, { ask: 'config' })).toBe(before);
            expect(session.traceLength).toBe(events);
          }
          go(session, steps);
          const now = asked(session, { ask: 'config' });
          const valid = validateConfig(now);
          expect(valid.ok ? '' : valid.error.message).toBe('');
        }
        go(session, Infinity);
        const functions = asked(session, { ask: 'functions' }).map(({ description: { id: name } }) => name);
        expect(functions).toEqual(asked(session, { ask: 'config' }).functions.map((fn) => fn.id));
        expect(asked(session, { ask: 'status' }).state).not.toBe('oops');
      }),
      { numRuns: 40 },
    );
  });

  it('it replays, byte for byte', () => {
    fc.assert(
      fc.property(config, deeds, (machine, done) => {
        const session = begun(machine);
        perform(session, done);
        const again = replaySession(session.save());
        expect(again.ok && again.value.traceHash()).toBe(session.traceHash());
      }),
      { numRuns: 15 },
    );
  });
});

describe('the budget', () => {
  it('is the machine’s own tables, to the entry', () => {
    fc.assert(
      fc.property(config, deeds, (machine, done) => {
        const session = begun(machine);
        perform(session, done);
        go(session, Infinity);
        const budget = asked(session, { ask: 'budget' });
        const functions = asked(session, { ask: 'functions' });
        for (const slotClass of ['sriov-vf', 'dedicated']) {
          const mine = functions.filter(({ description }) => description.slotClass === slotClass);
          const rows = budget.rows.filter(({ key }) => key === `guest ${slotClass}`);
          const windows = mine.flatMap((fn) => fn.windows).filter(({ active }) => active);
          const isVf = slotClass === 'sriov-vf';
          const tces = mine.reduce((sum, { blockTces }) => sum + blockTces + (isVf ? 0 : 0x8_0000), 0);
          expect(rows.map((row) => [row.pes, row.tces, row.bytes, row.windowTces, row.usedTces])).toEqual(
            mine.length === 0
              ? []
              : [
                  [
                    mine.length,
                    tces,
                    8 * tces,
                    windows.reduce((sum, { entries }) => sum + entries, 0),
                    mine.reduce((sum, { usedTces }) => sum + usedTces, 0),
                  ],
                ],
          );
          // No PE has more in its windows than was set aside for it.
          for (const fn of mine) {
            const inWindows = fn.windows
              .filter(({ active }) => active)
              .reduce((sum, { entries }) => sum + entries, 0);
            expect(inWindows).toBeLessThanOrEqual(fn.blockTces + (isVf ? 0 : 0x8_0000));
          }
        }
        const { memory, rows, total } = budget;
        expect(rows.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(total.bytes);
        expect(memory.lparBytes + memory.firmwareBytes + memory.tableBytes + memory.freeBytes).toBe(
          memory.installedBytes,
        );
        expect(memory.tableBytes).toBe(total.bytes);
      }),
      { numRuns: 25 },
    );
  });

  it('foretells the window that each VF comes to have', () => {
    fc.assert(
      fc.property(config, fc.integer({ min: 1, max: 4 }), (machine, vfs) => {
        const session = begun(machine);
        const what = asked(session, { ask: 'what-if', what: { vfs } });
        perform(session, [
          { command: { do: 'vf-add', count: vfs, device: 'nic' }, steps: 0 },
          { command: { do: 'boot' }, steps: Infinity },
        ]);
        const [group] = what.groups;
        for (const fn of asked(session, { ask: 'functions' })) {
          const windows = fn.windows.filter(({ active }) => active);
          expect([fn.mode, windows.map(({ entries, pageShift }) => [entries, pageShift])]).toEqual([
            group?.mode,
            [[group?.windowTces, group?.pageShift]],
          ]);
        }
        expect(what.memory).toEqual(asked(session, { ask: 'budget' }).memory);
        const profile = findProfile(machine.profile);
        expect(profile?.slotClasses.some(({ isVf }) => isVf)).toBe(true);
        expect(what.vfTableBytes).toBe(vfs * 8 * preallocatedOf(session));
      }),
      { numRuns: 15 },
    );
  });
});

function preallocatedOf(session: Session): number {
  const [fn] = asked(session, { ask: 'functions' });
  const blockTces = fn?.blockTces ?? 0;
  const defaultWindow = {
    liobn: 0,
    start: fn?.windows[0]?.start ?? (0n as never),
    sizeBytes: 2 * GIB,
    pageShift: 12,
  };
  return preallocatedTces({ maxWindows: 1, blockTces, defaultWindow });
}

describe('an act that is undone', () => {
  it('has never been: the session is the one without it, event for event', () => {
    fc.assert(
      fc.property(config, deeds, act, (machine, done, last) => {
        const session = begun(machine);
        perform(session, done);
        go(session, Infinity);
        const [hash, saved] = [session.traceHash(), session.save()];
        if (!session.dispatch(last).ok || !['boot', 'shutdown', 'reset'].every((name) => name !== last.do))
          return;
        go(session, Infinity);
        const undone = undo(session);
        if (!undone.ok) throw new Error(undone.error.message);
        expect(undone.value.refusals).toEqual([]);
        expect(undone.value.session.traceHash()).toBe(hash);
        expect(undone.value.session.save()).toEqual(saved);
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same session again, from the session as from its file, and that one replays', () => {
    fc.assert(
      fc.property(config, deeds, fc.nat(), (machine, done, nth) => {
        const session = begun(machine);
        perform(session, done);
        const acts = asked(session, { ask: 'acts', limit: 100 });
        const act = acts[nth % Math.max(1, acts.length)];
        const undone = undo(session, act?.index);
        if (act === undefined) return void expect(undone.ok).toBe(false);
        if (!undone.ok) throw new Error(undone.error.message);
        const reopened = replaySession(session.save());
        if (!reopened.ok) throw new Error(reopened.error.message);
        const again = undo(reopened.value, act.index);
        expect(again.ok && again.value.session.traceHash()).toBe(undone.value.session.traceHash());
        expect(again.ok && again.value.refusals).toEqual(undone.value.refusals);
        const replayed = replaySession(undone.value.session.save());
        expect(replayed.ok && replayed.value.traceHash()).toBe(undone.value.session.traceHash());
        expect(undone.value.session.commandCount).toBe(
          session.commandCount - 1 - undone.value.refusals.length,
        );
      }),
      { numRuns: 15 },
    );
  });
});
