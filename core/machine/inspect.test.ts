import { describe, expect, it } from 'vitest';
import { u64 } from '../base/u64.ts';
import { configFor } from './config-for.ts';
import { Machine } from './machine.ts';
import type { AnswerTo, MachineQuery, Query } from './queries.ts';
import { Session } from '../session/session.ts';
import { defaultScenario } from '../session/default-scenario.ts';

const DDW = 0x0800_0000_0000_0000n;

function lpar(profile = 'powervm-p9', device = 'nic', vfs = 2): Machine {
  const config = configFor(defaultScenario(), profile, {}, vfs, device);
  if (!config.ok) throw new Error(config.error.message);
  return new Machine({ ...config.value, functions: config.value.functions.slice(-vfs) });
}

function settle(machine: Machine): void {
  while (machine.step());
}

function booted(profile?: string): Machine {
  const machine = lpar(profile);
  machine.dispatch({ do: 'boot' });
  settle(machine);
  return machine;
}

function ask<Q extends MachineQuery>(machine: Machine, query: Q): AnswerTo<Q> {
  const answer = machine.query(query);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

const first = (machine: Machine): { id: string; liobn: number } => {
  const [f] = ask(machine, { ask: 'functions' });
  const window = f?.windows.find(({ active }) => active);
  if (f === undefined || window === undefined) throw new Error('no function');
  return { id: f.description.id, liobn: window.liobn };
};

describe('a bus address taken apart', () => {
  it('is window, entry, offset, TCE and real address, and back again', () => {
    const machine = booted();
    const { id, liobn } = first(machine);
    machine.dispatch({ do: 'tce-set', id, ioba: '0x0800000000050000', tce: '0x1230003' });
    expect(ask(machine, { ask: 'tce-next', liobn, from: -1, by: 1 })).toBe(5);
    const busAddress = u64(DDW + 0x5_0123n);
    const entry = { liobn, index: 5, ioba: DDW + 0x5_0000n, pageShift: 16, offset: 0x123, tce: 0x123_0003n };
    expect(ask(machine, { ask: 'translate', id, busAddress })).toEqual({
      busAddress,
      entry,
      address: 0x123_0123n,
      read: null,
      write: null,
    });
    expect(ask(machine, { ask: 'mappers', address: 0x123_0123, limit: 10 })).toEqual({
      mappers: [{ liobn, index: 5, busAddress, tce: 0x123_0003n }],
      complete: true,
    });
    const other = ask(machine, { ask: 'functions' })[1]?.description.id ?? '';
    expect(ask(machine, { ask: 'mappers', address: 0x123_0123, limit: 10, id: other }).mappers).toEqual([]);
  });

  it.each([
    ['below the window there is none', 0n, 'no-window'],
    ['an entry that is not used stops it', DDW + 0x3f_ffff_0000n, 'no-tce'],
  ])('%s', (_what, address, fault) => {
    const machine = booted();
    const answer = ask(machine, { ask: 'translate', id: first(machine).id, busAddress: u64(address) });
    expect([answer.read, answer.write, answer.address]).toEqual([fault, fault, null]);
  });

  it('tells a TCE that points outside memory, and one that allows one direction only', () => {
    const machine = booted('qemu-pseries');
    const { id } = first(machine);
    machine.dispatch({ do: 'tce-set', id, ioba: '0x3fff0000', tce: '0xfff0000000000001' });
    const answer = ask(machine, { ask: 'translate', id, busAddress: u64(0x3fff_0010n) });
    expect([answer.read, answer.write]).toEqual(['beyond-ram', 'permission']);
  });

  it('of a frozen PE is refused whatever the TCE says', () => {
    const machine = booted();
    const { id } = first(machine);
    machine.dispatch({ do: 'pe-freeze', id });
    const answer = ask(machine, { ask: 'translate', id, busAddress: u64(DDW) });
    expect([answer.read, answer.write]).toEqual(['frozen', 'frozen']);
  });

  it('of a function that is not there is a mistake', () =>
    expect(lpar().query({ ask: 'translate', id: 'vf99', busAddress: u64(0) }).ok).toBe(false));
});

describe('the call that wrote an entry last', () => {
  it('is the one that names it; none for an entry that nobody touched', () => {
    const machine = booted('qemu-pseries');
    const { id, liobn } = first(machine);
    machine.dispatch({ do: 'tce-set', id, ioba: '0x3fff0000', tce: '0x10001' });
    const { seq } = ask(machine, { ask: 'tce-writer', liobn, index: 0x3_fff0 });
    expect(machine.trace.event(seq ?? -1)).toMatchObject({ kind: 'tce-hcall', ioba: 0x3fff_0000n });
    const untouched = lpar('qemu-pseries');
    const none = ask(untouched, { ask: 'tce-writer', liobn, index: 5 });
    expect(none.seq).toBeNull();
    expect(untouched.trace.event(none.since ?? -1).kind).toBe('window-created');
  });
});

describe('an overview of a part of a table', () => {
  it('goes down to single entries', () => {
    const machine = booted();
    const { id, liobn } = first(machine);
    machine.dispatch({ do: 'tce-set', id, ioba: '0x0800000000050000', tce: '0x1230003' });
    const part = ask(machine, { ask: 'tce-overview', liobn, cells: 4, from: 4, to: 8 });
    expect(part).toEqual({ liobn: liobn | 0, from: 4, perCell: 1, entries: 4_194_304, used: [0, 1, 0, 0] });
  });
});

describe('the device tree', () => {
  it('is told node by node', () => {
    const machine = booted();
    const rows = ask(machine, { ask: 'device-tree-outline' });
    expect(rows[0]).toEqual({ path: '/', properties: 5, children: rows.filter(isTop).length });
    const phb = rows.find(({ path }) => path.startsWith('/pci@'))?.path ?? '';
    const { properties, regCells } = ask(machine, { ask: 'device-tree-node', path: phb });
    expect(regCells).toEqual({ address: 2, size: 2 });
    const info = properties.find(({ name }) => name === 'linux,dma64-ddr-window-info');
    expect(info?.value).toHaveLength(24);
    expect(machine.trace.event(info?.seq ?? -1).kind).toBe('dt-changed');
    expect(machine.query({ ask: 'device-tree-node', path: '/pci@1' }).ok).toBe(false);
  });

  it('is searched in names and values', () => {
    const machine = booted();
    const find = (
      text: string,
      limit = 100,
    ): AnswerTo<{ ask: 'device-tree-find'; text: string; limit: number }> =>
      ask(machine, { ask: 'device-tree-find', text, limit });
    expect(find('DMA-window').hits.map(({ property }) => property)).toContain('ibm,dma-window');
    expect(find('0x70004008').hits).not.toEqual([]);
    expect(find('ibm', 2)).toMatchObject({ complete: false });
    expect(find('  ')).toEqual({ hits: [], complete: true });
  });

  it('differs from the one at boot by what Linux recorded, and from a mark by what came after', () => {
    const machine = booted();
    const sinceBoot = ask(machine, { ask: 'device-tree-diff', from: 'boot', to: 'now' });
    expect(new Set(sinceBoot.map(({ property }) => property))).toContain('linux,dma64-ddr-window-info');
    expect(sinceBoot.every(({ seq }) => seq !== undefined)).toBe(true);

    machine.dispatch({ do: 'mark', text: 'two VFs' });
    const moments = ask(machine, { ask: 'device-tree-moments' });
    expect(moments.map(({ moment, text }) => (typeof moment === 'number' ? text : moment))).toEqual([
      'boot',
      'two VFs',
      'now',
    ]);
    const mark = moments[1]?.moment ?? 'now';
    machine.dispatch({ do: 'vf-add', count: 1, device: 'nic' });
    settle(machine);
    const rows = ask(machine, { ask: 'device-tree-diff', from: mark, to: 'now' });
    expect(rows).toEqual([{ path: expect.stringMatching(/^\/pci@/) as string, came: true }]);
    expect(machine.query({ ask: 'device-tree-diff', from: 1, to: 'now' }).ok).toBe(false);
  });

  it('has no moment of boot before there was one', () => {
    const machine = lpar();
    expect(ask(machine, { ask: 'device-tree-moments' }).map(({ moment }) => moment)).toEqual(['now']);
    expect(machine.query({ ask: 'device-tree-diff', from: 'boot', to: 'now' }).ok).toBe(false);
  });
});

const isTop = ({ path }: { path: string }): boolean => path !== '/' && path.lastIndexOf('/') === 0;

describe('questions from outside', () => {
  const session = Session.create(defaultScenario());
  if (!session.ok) throw new Error(session.error.message);
  const asks = (query: unknown): string | undefined => {
    const answer = session.value.query(query as Query);
    return answer.ok ? undefined : answer.error.code;
  };

  it.each<Query>([
    { ask: 'translate', id: 'vf0', busAddress: u64(0xffff_ffff_ffff_ffffn) },
    { ask: 'mappers', address: 0, limit: 1, id: 'vf0' },
    { ask: 'tce-next', liobn: 0x6000_4000, from: -1, by: 1 },
    { ask: 'tce-writer', liobn: 0x6000_4000, index: 0 },
    { ask: 'tce-overview', liobn: 0x6000_4000, cells: 4, from: 1, to: 9 },
    { ask: 'device-tree-outline' },
    { ask: 'device-tree-node', path: '/rtas' },
    { ask: 'device-tree-find', text: 'pci', limit: 9 },
    { ask: 'device-tree-moments' },
    { ask: 'device-tree-diff', from: 'now', to: 'now' },
    { ask: 'guest-log', from: 0, limit: 9 },
  ])('$ask is answered', (query) => expect(asks(query)).toBeUndefined());

  it.each([
    { ask: 'translate', id: 'vf0', busAddress: 1 },
    { ask: 'translate', id: 'vf0', busAddress: -1n },
    { ask: 'tce-next', liobn: 1, from: 0, by: 2 },
    { ask: 'tce-next', liobn: 1, from: -2, by: 1 },
    { ask: 'device-tree-diff', from: 'then', to: 'now' },
    { ask: 'device-tree-find', text: 'x', limit: 0 },
    { ask: 'guest-log', from: 0, limit: 1e9 },
  ])('%o is refused', (query) => expect(asks(query)).toBe('bad-value'));
});

describe('the guest’s logs', () => {
  it('of a kernel that died can be read under the next', () => {
    const machine = booted();
    const all = ask(machine, { ask: 'guest-log', from: 0, limit: 1000 });
    expect(all.lines).toHaveLength(all.total);
    expect(ask(machine, { ask: 'guest-log', from: 2, limit: 1 }).lines).toEqual(all.lines.slice(2, 3));
    expect(all.lines.some(({ cause }) => cause >= 0)).toBe(true);

    machine.dispatch({ do: 'reset' });
    settle(machine);
    const next = ask(machine, { ask: 'guest-log', from: 0, limit: 1000 });
    expect(next.boots).toEqual([
      { boot: 1, lines: all.total, oops: false },
      { boot: 2, lines: next.total, oops: false },
    ]);
    expect(ask(machine, { ask: 'guest-log', boot: 1, from: 0, limit: 1000 }).lines).toEqual(all.lines);
    expect(machine.query({ ask: 'guest-log', boot: 3, from: 0, limit: 1 }).ok).toBe(false);
  });

  it('are none before the first boot', () =>
    expect(ask(lpar(), { ask: 'guest-log', from: 0, limit: 10 })).toEqual({
      boot: 0,
      boots: [],
      from: 0,
      total: 0,
      lines: [],
    }));
});
