import { expect, it } from 'vitest';
import { FunctionsFold } from '../projection/functions.ts';
import { WindowsFold } from '../projection/windows.ts';
import { defaultScenario } from './default-scenario.ts';
import { Session } from './session.ts';
import type { IoSeriesAnswer } from '../machine/queries.ts';

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function ask(session: Session, ids: readonly string[], limit = 4): IoSeriesAnswer {
  for (;;) {
    const answer = session.query({ ask: 'io-series', ids, limit });
    if (!answer.ok) throw new Error(answer.error.message);
    if (answer.value.behind === 0) return answer.value;
  }
}

function finish(session: Session): Session {
  while (!session.advance(1000).idle);
  return session;
}

function booted(): Session {
  const session = Session.create(defaultScenario());
  if (!session.ok) throw new Error(session.error.message);
  session.value.dispatch({ do: 'boot' });
  return finish(session.value);
}

const IO = { sizeBytes: 65_536, depth: 8, count: 100, direction: 'read', intervalNs: 0 } as const;

it('the figures over time add up to the figures at the end, whether they were looked at meanwhile or not', () => {
  const [watched, unwatched] = [booted(), booted()];
  for (const session of [watched, unwatched])
    for (const id of ['vf0', 'vf3']) expect(session.dispatch({ do: 'io-start', id, io: IO }).ok).toBe(true);
  while (!watched.advance(50).idle) ask(watched, ['vf0']);
  finish(unwatched);
  const functions = new FunctionsFold();
  functions.feed(watched.trace, 0, watched.traceLength);
  const ended = functions.value.flatMap(({ io }) => (io === undefined ? [] : [io]));
  for (const session of [watched, unwatched]) {
    const { chosen, machine, functions: each } = ask(session, ['vf0', 'vf3', 'vf7'], 2);
    expect(each.map(({ id }) => id).sort()).toEqual(['vf0', 'vf3']);
    for (const { id, columns } of each) {
      const io = ended.find((figures) => figures.id === id);
      expect(sum(columns.bytes)).toBeCloseTo(io?.bytes ?? 0, 3);
    }
    expect(sum(chosen.bytes)).toBeCloseTo(200 * 65_536, 3);
    expect(sum(machine.hcalls)).toBe(73_736 + sum(ended.map((io) => io.hcalls)));
  }
});

it('the level of TCEs in use is that of the windows', () => {
  const session = booted();
  session.dispatch({ do: 'io-start', id: 'vf2', io: { ...IO, count: 0 } });
  session.advance(400);
  const windows = new WindowsFold();
  windows.feed(session.trace, 0, session.traceLength);
  const used = windows.value.reduce((all, { usedTces }) => all + usedTces, 0);
  expect(used).toBeGreaterThan(0);
  const { machine, chosen } = ask(session, ['vf2']);
  expect([machine.usedTces.at(-1), chosen.usedTces.at(-1)]).toEqual([used, used]);
});

it('nothing is said of functions that never were', () => {
  const { functions, chosen } = ask(booted(), ['vf99']);
  expect(functions).toEqual([]);
  expect(sum(chosen.hcalls)).toBe(0);
});
