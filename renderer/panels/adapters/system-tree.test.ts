import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR, Session } from '../../../core/index.ts';
import type { AnswerTo, Command, Query } from '../../../core/index.ts';
import { chosenPorts, removeCommands } from './removal.ts';
import { systemTree } from './system-tree.ts';
import type { Managed } from './system-tree.ts';
import { rowsOf, treeOf } from './tree.ts';

function asked<Q extends Query>(session: Session, query: Q): AnswerTo<Q> {
  const answer = session.query(query);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

const add = (lpar: number, capacity: number, count: number): Command => ({
  do: 'logical-port-add',
  port: { adapter: 2, physPort: 0, lpar, capacity },
  count,
});

/** Two VFs of the lab's own adapter, two ports of C4 for the guest, one for the Virtual I/O Server. */
function begun() {
  const made = Session.create({ ...DEFAULT_LPAR, functions: [] });
  if (!made.ok) throw new Error(made.error.message);
  const session = made.value;
  for (const command of [
    { do: 'vf-add', count: 2, device: 'nic' },
    { do: 'adapter-mode', slot: 'C4', mode: 'shared' },
    add(1, 5, 2),
    add(2, 20, 1),
  ] satisfies Command[]) {
    const accepted = session.dispatch(command);
    if (!accepted.ok) throw new Error(accepted.error.message);
  }
  const system = asked(session, { ask: 'system' });
  if (system === null) throw new Error('no managed system');
  const managed: Managed = { system, ports: asked(session, { ask: 'logical-ports' }).rows };
  return { managed, functions: asked(session, { ask: 'functions' }) };
}

const { managed, functions } = begun();
const drawn = (filter: string, wanted = functions): readonly string[] =>
  rowsOf(treeOf(wanted, 'place', managed, filter), new Set()).map(
    ({ level, node }) => `${level} ${node.name} ${node.note}`,
  );

describe('the managed system as a tree', () => {
  it('has adapters, physical ports with what is given away, logical ports of all partitions', () =>
    expect(drawn('')).toEqual([
      '1 C1 shared · U78D2.001.DDWLAB1-P1-C1',
      '2 T1 0.1 % of 100 % · 2 of 1,024 ports',
      '3 vf0 ',
      '3 vf1 ',
      '1 C2 dedicated · U78D2.001.DDWLAB1-P1-C2',
      '1 C3 dedicated · U78D2.001.DDWLAB1-P1-C3',
      '1 C4 shared · U78D2.001.DDWLAB1-P1-C4',
      '2 T1 30 % of 100 % · 3 of 60 ports',
      '3 vf2 5 %',
      '3 vf3 5 %',
      '3 27008002 20 % · vios1',
      '2 T2 0 % of 100 % · 0 of 60 ports',
    ]));

  it('is narrowed to what fits, other partitions by their names', () => {
    expect(drawn('VIOS1', [])).toEqual([
      '1 C4 shared · U78D2.001.DDWLAB1-P1-C4',
      '2 T1 30 % of 100 % · 3 of 60 ports',
      '3 27008002 20 % · vios1',
      '2 T2 0 % of 100 % · 0 of 60 ports',
    ]);
    expect(drawn('nowhere', [])).toEqual([]);
  });

  it('leaves functions that are behind no logical port to slots of their own', () =>
    expect(systemTree(functions, { ...managed, ports: [] }).others).toEqual(functions));
});

describe('removing what is chosen', () => {
  const removed = (chosen: typeof functions): readonly Command[] =>
    removeCommands(chosen, chosenPorts(chosen, managed, undefined), managed);

  it('takes the logical ports in one act, and what the lab made by its function', () =>
    expect(removed(functions)).toEqual([
      { do: 'logical-port-remove', logicalPorts: ['27008000', '27008001'] },
      { do: 'vf-remove', id: 'vf0' },
      { do: 'vf-remove', id: 'vf1' },
    ]));

  it('takes another partition’s port when the keyboard stands on it and nothing is chosen', () => {
    const port = managed.ports.find(({ lpar }) => lpar === 2);
    const slot = managed.system.slots.find(({ name }) => name === 'C4');
    if (port === undefined || slot === undefined) throw new Error('no such port');
    expect(chosenPorts([], managed, { kind: 'logical', slot, row: port })).toEqual([port]);
    expect(removeCommands([], [port], managed)).toEqual([
      { do: 'logical-port-remove', logicalPorts: ['27008002'] },
    ]);
  });

  it('without a managed system goes by functions', () =>
    expect(removeCommands(functions.slice(0, 1), [], undefined)).toEqual([{ do: 'vf-remove', id: 'vf0' }]));
});
