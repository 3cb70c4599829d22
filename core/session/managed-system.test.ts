import { describe, expect, it } from 'vitest';
import type { Command, LogicalPortWish } from '../machine/commands.ts';
import type { MachineConfig } from '../machine/config.ts';
import type { AnswerTo, Query } from '../machine/queries.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { replaySession } from './replay.ts';
import { Session } from './session.ts';

const GIB = 2 ** 30;
const C4: Command = { do: 'adapter-mode', slot: 'C4', mode: 'shared' };
const C2: Command = { do: 'adapter-mode', slot: 'C2', mode: 'shared' };
const small = { minMemoryBytes: GIB, memoryBytes: 2 * GIB, maxMemoryBytes: 512 * GIB };

function begun(fields: Partial<MachineConfig> = {}): Session {
  const session = Session.create({ ...DEFAULT_LPAR, ...small, ...fields });
  if (!session.ok) throw new Error(session.error.message);
  return session.value;
}

function finish(session: Session): void {
  while (!session.advance(10_000).idle);
}

/** Dispatched and carried out; throws where it is refused. */
function done(session: Session, ...commands: readonly Command[]): void {
  for (const command of commands) {
    const accepted = session.dispatch(command);
    if (!accepted.ok) throw new Error(`${command.do}: ${accepted.error.message}`);
    finish(session);
  }
}

function asked<Q extends Query>(session: Session, query: Q): AnswerTo<Q> {
  const answer = session.query(query);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

const add = (port: Partial<LogicalPortWish>, more: object = {}): Command => ({
  do: 'logical-port-add',
  port: { adapter: 2, physPort: 0, lpar: 1, ...port },
  ...more,
});

const portIds = (session: Session, lpar = 1): readonly string[] =>
  asked(session, { ask: 'logical-ports', lpar }).rows.map(({ logicalPort }) => logicalPort);

const dmesg = (session: Session): readonly string[] =>
  asked(session, { ask: 'dmesg' }).map(({ text }) => text);

describe('a logical port that is added to a running guest', () => {
  const session = begun();
  done(session, { do: 'boot' }, C4, add({ capacity: 2 }));

  it('is a PHB of its own by the numbers of its adapter', () => {
    expect(asked(session, { ask: 'logical-ports' }).rows).toEqual([
      {
        logicalPort: '27008000',
        adapter: 2,
        physPort: 0,
        location: 'U78D2.001.DDWLAB1-P1-C4-T1-S0',
        drcName: 'PHB 4224',
        buid: 0x0800_0000_2900_8000n,
        domain: 0x8000,
        lpar: 1,
        type: 'eth',
        capacity: 2,
        configId: 0,
        pvid: 0,
        promiscuous: false,
        backup: null,
        blocksMigration: true,
        id: 'vf0',
        state: 'bound',
        mode: 'indirect',
      },
    ]);
  });

  it('is announced by its location and its DRC name once its driver is bound', () => {
    expect(dmesg(session).slice(-3)).toEqual([
      expect.stringContaining('returned 0 (liobn = 0x70008000'),
      'rpaphp: Slot [U78D2.001.DDWLAB1-P1-C4-T1-S0] registered',
      'rpadlpar_io: slot PHB 4224 added',
    ]);
  });

  it('is in the tree with its location code and BUID', () => {
    const tree = asked(session, { ask: 'device-tree' });
    const phb = tree.children.find(({ name }) => name === 'pci@800000029008000');
    const code = phb?.children[0]?.properties.get('ibm,loc-code') ?? new Uint8Array();
    expect(String.fromCharCode(...code)).toBe('U78D2.001.DDWLAB1-P1-C4-T1-S0\0');
  });

  it('keeps the partition from live migration', () => {
    expect(
      asked(session, { ask: 'system' })?.lpars.find(({ isGuest }) => isGuest)?.migrationBlockers,
    ).toEqual([
      '1 logical port without a backup device: a direct VF keeps its partition on this system. Make it migratable, or use a vNIC.',
    ]);
  });

  it('does I/O through its window', () => {
    const io = { sizeBytes: 65_536, depth: 8, count: 32, direction: 'read', intervalNs: 0 } as const;
    done(session, { do: 'io-start', id: 'vf0', io });
    expect(asked(session, { ask: 'status' }).workloads).toMatchObject([
      { requests: 32, failures: 0, corrupted: 0 },
    ]);
  });

  it('leaves when it is removed: window, PHB and node are gone, the HMC has its id again', () => {
    done(session, { do: 'logical-port-remove', logicalPorts: ['27008000'] });
    expect(asked(session, { ask: 'windows' })).toEqual([]);
    expect(asked(session, { ask: 'device-tree' }).children.map(({ name }) => name)).not.toContain(
      'pci@800000029008000',
    );
    expect(dmesg(session).at(-1)).toBe('rpadlpar_io: slot PHB 4224 removed');
    expect(portIds(session)).toEqual([]);
  });

  it('has its default window back when it comes again, and the guest makes the same window of it', () => {
    const from = session.traceLength;
    done(session, add({}, { logicalPort: '27008000' }));
    const created = Array.from({ length: session.traceLength - from }, (_, n) =>
      session.event(from + n),
    ).flatMap((event) => (event.kind === 'window-created' ? [event.window] : []));
    expect(created).toMatchObject([
      { liobn: 0x6000_8000, entries: 0x8_0000, pageShift: 12, isDefault: true },
      { liobn: 0x7000_8000, entries: 0x40_0000, pageShift: 16, isDefault: false },
    ]);
  });

  it('replays', () => {
    const again = replaySession(session.save());
    expect(again.ok && again.value.traceHash()).toBe(session.traceHash());
  });
});

describe('logical ports while the machine is off', () => {
  it('are there at the next boot', () => {
    const session = begun();
    done(session, C2, add({ physPort: 1 }, { count: 3 }), { do: 'boot' });
    expect(asked(session, { ask: 'functions-summary' })).toMatchObject({
      total: 3,
      byState: { bound: 3 },
      byMode: { indirect: 3 },
    });
    done(session, { do: 'shutdown' }, { do: 'vf-remove', id: 'vf1' });
    expect(portIds(session)).toEqual(['27008000', '27008002']);
  });

  it('stand beside the VFs of vf add', () => {
    const session = begun();
    done(session, { do: 'vf-add', count: 2, device: 'nic' }, C4, add({}), {
      do: 'vf-add',
      count: 1,
      device: 'nic',
    });
    expect(portIds(session)).toEqual(['27004000', '27004001', '27004003', '27008000']);
    expect(
      asked(session, { ask: 'system' })?.slots.map(({ name, adapter }) => [name, adapter?.logicalPorts]),
    ).toEqual([
      ['C1', 3],
      ['C2', undefined],
      ['C3', undefined],
      ['C4', 1],
    ]);
  });
});

describe('a logical port for another partition', () => {
  it('moves without a word, and leaves the guest first', () => {
    const session = begun();
    done(session, { do: 'boot' }, C4, add({}, { count: 2 }), {
      do: 'logical-port-assign',
      logicalPorts: ['27008001'],
      lpar: 3,
    });
    expect([portIds(session), portIds(session, 3)]).toEqual([['27008000'], ['27008001']]);
    expect(dmesg(session).at(-1)).toBe('rpadlpar_io: slot PHB 4225 removed');
    done(session, { do: 'logical-port-assign', logicalPorts: ['27008001'], lpar: 1 });
    expect(portIds(session)).toEqual(['27008000', '27008001']);
    expect(dmesg(session).at(-1)).toBe('rpadlpar_io: slot PHB 4225 added');
  });

  it('is still the guest’s while the guest lets go of it', () => {
    const session = begun();
    done(session, { do: 'boot' }, C4, add({}));
    session.dispatch({ do: 'logical-port-remove', logicalPorts: ['27008000'] });
    expect(portIds(session)).toEqual(['27008000']);
    expect(
      session.dispatch({ do: 'logical-port-set', logicalPorts: ['27008000'], capacity: 3 }),
    ).toMatchObject({
      error: { code: 'is-leaving' },
    });
    expect(session.dispatch(add({}, { logicalPort: '27008000' }))).toMatchObject({
      error: { code: 'HSCL1288' },
    });
    finish(session);
    expect(portIds(session)).toEqual([]);
  });
});

describe('the HMC refuses', () => {
  const withC4: readonly Command[] = [C4, C2];
  it.each<[string, readonly Command[], Command, string, RegExp]>([
    [
      'a capacity that is no multiple of the granularity',
      withC4,
      add({ capacity: 7.5 }),
      'HSCL1294',
      /^HSCL1294 The capacity specified for the logical port with configuration ID 0 is 7\.5\. This is not a multiple of the capacity granularity of the specified protocol of this physical port which is 1\.0\.$/,
    ],
    [
      'an odd capacity on a port of 2 %',
      withC4,
      add({ adapter: 3, capacity: 3 }),
      'HSCL1294',
      /which is 2\.0\.$/,
    ],
    ['too little', withC4, add({ capacity: 0.5 }), 'HSCL1295', /is 0\.5\. It must be 1\.0 - 100\.0\.$/],
    ['too much', withC4, add({ capacity: 101 }), 'HSCL1295', /is 101\.0\. It must be 1\.0 - 100\.0\.$/],
    [
      'more than 100 percent in all',
      withC4,
      add({ capacity: 51 }, { count: 2 }),
      'HSCL1293',
      /would be 102\.0/,
    ],
    [
      'a port that is taken',
      [...withC4, add({}, { logicalPort: '27008002' })],
      add({}, { logicalPort: '27008002' }),
      'HSCL1288',
      /^HSCL127D: HSCL1288 logical port 27008002 is already assigned to the partition\.$/,
    ],
    [
      'a port of its own once more',
      [...withC4, add({})],
      { do: 'logical-port-assign', logicalPorts: ['27008000'], lpar: 1 },
      'HSCL1288',
      /27008000/,
    ],
    [
      'a second promiscuous port',
      [...withC4, add({ promiscuous: true })],
      add({ promiscuous: true }),
      'HSCL1257',
      /promiscuous/,
    ],
    [
      'more growth than the port has left',
      [...withC4, add({ capacity: 60 }), add({ capacity: 40 })],
      { do: 'logical-port-set', logicalPorts: ['27008001'], capacity: 41 },
      'HSCL1293',
      /would be 101\.0/,
    ],
    [
      'more ports than a 1GbE port has',
      withC4,
      add({ adapter: 3, physPort: 2 }, { count: 5 }),
      'port-limit',
      /0 of 4/,
    ],
    ['an adapter in dedicated mode', [], add({}), 'no-such-adapter', /2/],
    ['a physical port that is not there', withC4, add({ physPort: 2 }), 'no-such-port', /physical port 2/],
    ['RoCE on an Ethernet port', withC4, add({ adapter: 3, type: 'roce' }), 'port-type', /no RoCE/],
    ['a partition that is not there', withC4, add({ lpar: 9 }), 'no-such-lpar', /9/],
    ['the lab’s own adapter', [], add({ adapter: 1 }), 'default-adapter', /vf add/],
    [
      'shared mode twice',
      withC4,
      { do: 'adapter-mode', slot: 'C4', mode: 'shared' },
      'mode',
      /shared mode already/,
    ],
    [
      'dedicated mode with logical ports',
      [...withC4, add({}, { count: 2 })],
      { do: 'adapter-mode', slot: 'C4', mode: 'dedicated' },
      'ports-left',
      /2 logical ports/,
    ],
    [
      'a slot in shared mode',
      withC4,
      { do: 'slot-assign', slot: 'C4', lpar: 1 },
      'slot-shared',
      /shared mode/,
    ],
    [
      'shared mode of a slot that a partition has',
      [{ do: 'slot-assign', slot: 'C4', lpar: 1 }],
      { do: 'adapter-mode', slot: 'C4', mode: 'shared' },
      'slot-owned',
      /partition 1/,
    ],
    [
      'a backup that backs no vNIC',
      [...withC4, add({ lpar: 3 })],
      add({ backup: { type: 'vnic', logicalPort: '27008000' } }),
      'backup',
      /backs no vNIC/,
    ],
    [
      'to take what a vNIC rests on',
      [...withC4, { do: 'vnic-add', lpar: 3, vios: 2, adapter: 2, physPort: 0 }],
      { do: 'logical-port-remove', logicalPorts: ['27008000'] },
      'backs-vnic',
      /vNIC in slot 2 of partition 3/,
    ],
    [
      'a vNIC of a partition that serves none',
      withC4,
      { do: 'vnic-add', lpar: 1, vios: 3, adapter: 2, physPort: 0 },
      'no-vios',
      /no Virtual I\/O Server/,
    ],
    ['memory that is not there', [], { do: 'lpar-memory', lpar: 3, bytes: 2 ** 43 }, 'memory', /are free/],
    [
      'memory above the maximum',
      [],
      { do: 'lpar-memory', lpar: 1, bytes: 513 * GIB },
      'memory',
      /maximum memory/,
    ],
  ])('%s, and nothing has changed', (_what, before, command, code, message) => {
    const session = begun();
    done(session, ...before);
    const config = asked(session, { ask: 'config' });
    const events = session.traceLength;
    expect(session.dispatch(command)).toMatchObject({ ok: false, error: { code } });
    const refused = asked(session, { ask: 'hmc', command }).refusal;
    expect(refused?.message).toMatch(message);
    expect(asked(session, { ask: 'config' })).toBe(config);
    expect(session.traceLength).toBe(events);
  });

  it('shared mode where the tables of all possible VFs do not fit', () => {
    const refused = begun({ installedMemoryBytes: 52 * GIB }).dispatch(C4);
    expect(refused.ok ? '' : refused.error.message).toBe(
      "the TCE tables of 120 possible logical ports need 3804M more of the hypervisor's memory, 1188M are free",
    );
  });

  it('all of it on QEMU, which has no HMC', () => {
    const { phbs: _phbs, ...qemu } = { ...DEFAULT_LPAR, ...small, phbs: [] };
    const session = Session.create({
      ...qemu,
      profile: 'qemu-pseries',
      kernel: '6.1.176',
      phbs: [
        {
          index: 0,
          pgsz: '0x1211000',
          ddw: true,
          dmaWinAddr: '0x0',
          dmaWinSize: '0x40000000',
          dma64WinAddr: '0x800000000000000',
        },
      ],
    });
    if (!session.ok) throw new Error(session.error.message);
    expect(session.value.dispatch(C4)).toMatchObject({ error: { code: 'no-managed-system' } });
    expect(asked(session.value, { ask: 'system' })).toBeNull();
  });
});

describe('memory of partitions', () => {
  it('of the guest follows while off, and by DLPAR while it runs', () => {
    const session = begun();
    done(session, { do: 'lpar-memory', lpar: 1, bytes: 4 * GIB }, { do: 'boot' });
    done(session, { do: 'lpar-memory', lpar: 1, bytes: 5 * GIB });
    expect(asked(session, { ask: 'config' }).memoryBytes).toBe(5 * GIB);
    expect(dmesg(session).join('\n')).toContain('Attempting to hot-add 4 LMB(s)');
  });

  it('of another is what is left for the hypervisor', () => {
    const session = begun({ installedMemoryBytes: 128 * GIB });
    const free = (): number => asked(session, { ask: 'system' })?.memory.freeBytes ?? 0;
    const before = free();
    done(session, { do: 'lpar-memory', lpar: 3, bytes: 48 * GIB });
    // 16 GiB and the page table's 1/128 of them.
    expect(before - free()).toBe(16 * GIB + (16 * GIB) / 128);
  });
});
