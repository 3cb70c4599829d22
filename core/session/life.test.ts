import { describe, expect, it } from 'vitest';
import type { Command, IoParameters } from '../machine/commands.ts';
import { configFor } from '../machine/config-for.ts';
import type { FirmwareLimits } from '../firmware/limits.ts';
import type { MachineConfig } from '../machine/config.ts';
import type { TraceEvent, TraceEventKind } from '../trace/events.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { replaySession } from './replay.ts';
import { Session } from './session.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** PowerVM-like limits, as the recordings phyp_* have them: one window, 4K and 64K pages. */
const limits = (blockTces: number): FirmwareLimits => ({
  maxWindows: 1,
  blockTces,
  blockSharedWithDefault: true,
  pageMask: 3,
  strict: false,
  createBusy9901: 0,
  createFail: null,
  inject: null,
  limited: false,
  minTces: 0,
  ddwStart: '0x800000000000000',
  ddwStartLimitedMode: null,
});

interface Wish extends Partial<MachineConfig> {
  readonly block?: number;
  readonly profile?: string;
}

/** 1 GiB of at most 4 GiB and one NVMe, unless said otherwise: the machine of most recordings. */
function machine({ block, profile = 'qemu-pseries', ...fields }: Wish): MachineConfig {
  const memory = { minMemoryBytes: 256 * MiB, memoryBytes: GiB, maxMemoryBytes: 4 * GiB, ...fields };
  const config = configFor(DEFAULT_LPAR, profile, memory, 1, 'nvme');
  if (!config.ok) throw new Error(config.error.message);
  return block === undefined ? config.value : { ...config.value, limits: limits(block) };
}

class Life {
  readonly session: Session;
  readonly id: string;

  constructor(wish: Wish) {
    const config = machine(wish);
    const session = Session.create(config);
    if (!session.ok) throw new Error(session.error.message);
    this.session = session.value;
    this.id = config.functions[0]?.id ?? '';
    this.do({ do: 'boot' });
  }

  /** The error's sentence, or undefined: then it was done to its end. */
  do(command: Command): string | undefined {
    const accepted = this.session.dispatch(command);
    if (!accepted.ok) return `${accepted.error.message} (${accepted.error.hint ?? ''})`;
    while (!this.session.settled && this.session.advance(1).steps > 0);
    return undefined;
  }

  read(count: number, sizeBytes = 65_536): IoParameters {
    const io: IoParameters = { sizeBytes, depth: 4, count, direction: 'read', intervalNs: 0 };
    this.do({ do: 'io-start', id: this.id, io });
    return io;
  }

  idle(): void {
    while (this.session.advance(4096).steps > 0);
  }

  /** What the function's DMA goes by, and whether it has a driver. */
  get function(): string {
    const functions = this.session.query({ ask: 'functions' });
    const row = functions.ok ? functions.value[0] : undefined;
    return `${row?.state ?? 'none'}, ${row?.mode ?? ''}`;
  }

  get memoryBytes(): number {
    const config = this.session.query({ ask: 'config' });
    return config.ok ? config.value.memoryBytes : 0;
  }

  /** Active windows. */
  get windows(): string[] {
    const windows = this.session.query({ ask: 'windows' });
    return windows.ok
      ? windows.value.flatMap((w) =>
          w.active ? [`${w.isDefault ? 'default' : 'DDW'}, ${w.usedTces} used`] : [],
        )
      : [];
  }

  get io(): { requests: number; failures: number; corrupted: number } | undefined {
    const status = this.session.query({ ask: 'status' });
    const row = status.ok ? status.value.workloads[0] : undefined;
    return row && { requests: row.requests, failures: row.failures, corrupted: row.corrupted };
  }

  log(pattern: RegExp): string[] {
    const lines = this.session.query({ ask: 'dmesg' });
    return lines.ok ? lines.value.flatMap(({ text }) => (pattern.test(text) ? [text] : [])) : [];
  }

  /** From now on, calls() tells what comes. */
  mark(): void {
    this.from = this.session.traceLength;
  }
  private from = 0;

  events<K extends TraceEventKind>(kind: K): Extract<TraceEvent, { kind: K }>[] {
    return [...this.session.trace.events(this.from)].filter(
      (event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind,
    );
  }

  /** Calls since the mark, equal ones counted: `4x INDIRECT 80000001 16 = 0`. */
  calls(): string[] {
    const names = new Map([
      [0x1c, 'GET'],
      [0x20, 'PUT'],
      [0x138, 'STUFF'],
      [0x13c, 'INDIRECT'],
    ]);
    const tally = new Map<string, number>();
    for (const event of this.session.trace.events(this.from)) {
      const text =
        event.kind === 'tce-hcall'
          ? `${names.get(event.opcode) ?? ''} ${(event.liobn >>> 0).toString(16)} ${event.count ?? 1} = ${event.ret}`
          : event.kind === 'rtas'
            ? `${event.name} = ${event.rets[0] ?? 0}`
            : undefined;
      if (text !== undefined) tally.set(text, (tally.get(text) ?? 0) + 1);
    }
    return [...tally].map(([text, times]) => `${times}x ${text}`);
  }

  replays(): boolean {
    const replayed = replaySession(this.session.save());
    return replayed.ok && replayed.value.traceHash() === this.session.traceHash();
  }
}

const rtas = (life: Life): string[] => life.calls().filter((call) => call.includes('ibm,'));

describe('memory added and removed under a direct window', () => {
  // Recordings 61-64k_1g_maxmem4g_memhp: 64 TCEs of 16M map 1 GiB; each LMB is a call.
  it.each([['6.1.176'], ['6.12.107']])('%s maps each new LMB, and clears it when it leaves', (kernel) => {
    const life = new Life({ kernel });
    expect(life.windows).toEqual(['default, 0 used', 'DDW, 64 used']);
    life.mark();
    life.do({ do: 'memory-add', bytes: GiB });
    expect(life.calls()).toEqual(['4x INDIRECT 80000001 16 = 0']);
    expect(life.windows).toEqual(['default, 0 used', 'DDW, 128 used']);
    expect(life.events('dt-changed').map(({ property }) => property)).toEqual(['ibm,dynamic-memory-v2']);
    expect(life.memoryBytes).toBe(2 * GiB);
    life.mark();
    life.do({ do: 'memory-remove', bytes: GiB });
    expect(life.calls()).toEqual(['4x STUFF 80000001 16 = 0']);
    expect(life.windows).toEqual(['default, 0 used', 'DDW, 64 used']);
    expect(life.memoryBytes).toBe(GiB);
    expect(life.log(/hotplug-mem/)).toEqual([
      'pseries-hotplug-mem: Attempting to hot-add 4 LMB(s) at index 80000004',
      'pseries-hotplug-mem: Memory at 40000000 (drc index 80000004) was hot-added',
      'pseries-hotplug-mem: Memory at 50000000 (drc index 80000005) was hot-added',
      'pseries-hotplug-mem: Memory at 60000000 (drc index 80000006) was hot-added',
      'pseries-hotplug-mem: Memory at 70000000 (drc index 80000007) was hot-added',
      'pseries-hotplug-mem: Attempting to hot-remove 4 LMB(s) at 80000004',
      'pseries-hotplug-mem: Memory at 40000000 (drc index 80000004) was hot-removed',
      'pseries-hotplug-mem: Memory at 50000000 (drc index 80000005) was hot-removed',
      'pseries-hotplug-mem: Memory at 60000000 (drc index 80000006) was hot-removed',
      'pseries-hotplug-mem: Memory at 70000000 (drc index 80000007) was hot-removed',
    ]);
    expect(life.replays()).toBe(true);
  });

  it('every call has the command that asked for the memory at the root of its causes', () => {
    const life = new Life({ kernel: '6.12.107' });
    life.mark();
    life.do({ do: 'memory-add', bytes: GiB });
    const kinds = (seq: number): string[] => {
      const event = life.session.event(seq);
      const name =
        event.kind === 'command' ? event.line : event.kind === 'guest-call' ? event.name : event.kind;
      return event.cause < 0 ? [name] : [...kinds(event.cause), name];
    };
    expect(life.events('tce-hcall').map(({ seq }) => kinds(seq))).toEqual(
      Array(4).fill(['mem add 1G', 'dlpar_memory_add_by_ic', 'tce-hcall']),
    );
  });

  it('PowerVM moves single LMBs, of boot time too, and a reset keeps what was moved', () => {
    const life = new Life({ profile: 'powervm-p9', kernel: '6.12.107', lmbBytes: 256 * MiB });
    life.do({ do: 'memory-add', bytes: 512 * MiB });
    expect(life.memoryBytes).toBe(1536 * MiB);
    life.mark();
    life.do({ do: 'memory-remove', bytes: 768 * MiB });
    expect(life.calls()).toEqual(['24x STUFF 70004000 512 = 0']);
    expect([life.memoryBytes, life.windows]).toEqual([768 * MiB, ['DDW, 12288 used']]);
    life.do({ do: 'reset' });
    expect([life.memoryBytes, life.windows]).toEqual([768 * MiB, ['DDW, 12288 used']]);
    expect(life.replays()).toBe(true);
  });

  it('a block with pages in use stays: here what was set aside for a crash kernel', () => {
    const life = new Life({ kernel: '6.12.107', profile: 'powervm-p9', bootArgs: ['crashkernel=256M'] });
    const before = life.windows;
    life.mark();
    life.do({ do: 'memory-remove', bytes: 512 * MiB });
    expect(life.log(/failed/)).toEqual([
      'pseries-hotplug-mem: Memory indexed-count-remove failed, adding any removed LMBs',
    ]);
    expect([life.memoryBytes, life.windows, life.calls()]).toEqual([GiB, before, []]);
  });
});

describe('memory added under an indirect window', () => {
  // Recordings phyp_61 and phyp_612 b4000_m3_memhp.
  it('6.1 writes beyond the end of the window: the memory cannot be added', () => {
    const life = new Life({ kernel: '6.1.176', block: 0x4000 });
    expect(life.function).toBe('bound, indirect');
    life.mark();
    life.do({ do: 'memory-add', bytes: GiB });
    expect(life.calls()).toEqual(['1x INDIRECT 80000001 512 = -4', '1x STUFF 80000001 512 = -4']);
    expect(life.log(/hotplug-mem/)).toEqual([
      'pseries-hotplug-mem: Attempting to hot-add 4 LMB(s) at index 80000004',
      'pseries-hotplug-mem: Memory indexed-count-add failed, removing any added LMBs',
    ]);
    expect(life.memoryBytes).toBe(GiB);
    expect(life.replays()).toBe(true);
  });

  it('6.12 leaves the window alone', () => {
    const life = new Life({ kernel: '6.12.107', block: 0x4000 });
    life.mark();
    life.do({ do: 'memory-add', bytes: GiB });
    expect([life.calls(), life.memoryBytes]).toEqual([[], 2 * GiB]);
    life.do({ do: 'memory-remove', bytes: GiB });
    expect([life.calls(), life.memoryBytes]).toEqual([[], GiB]);
  });

  // Recording phyp_61 b8000_m3_memhp-load: the new LMBs lie inside the window.
  it('6.1 writes over the table where the window has room for it, and clears it afterwards', () => {
    const life = new Life({ kernel: '6.1.176', memoryBytes: 512 * MiB, block: 0x8000 });
    life.mark();
    life.do({ do: 'memory-add', bytes: GiB });
    expect(life.calls()).toEqual(['32x INDIRECT 80000001 512 = 0']);
    life.mark();
    life.do({ do: 'memory-remove', bytes: GiB });
    expect(life.calls()).toEqual(['32x STUFF 80000001 512 = 0']);
  });

  /** A window of 4 Mi entries for 1 TiB of maximum memory, in which I/O has come to the entries above the first GiB. */
  const loaded = (kernel: string): Life => {
    const life = new Life({ profile: 'powervm-p9', kernel, maxMemoryBytes: 1024 * GiB });
    expect(life.function).toBe('bound, indirect');
    life.read(0);
    while ((life.io?.requests ?? 0) < 1500) life.session.advance(64);
    return life;
  };

  it('6.1 overwrites live entries: data goes astray, and nobody says so', () => {
    const life = loaded('6.1.176');
    expect(life.io).toMatchObject({ failures: 0, corrupted: 0 });
    life.do({ do: 'memory-add', bytes: 4 * GiB });
    life.session.advance(1000);
    expect(life.io?.corrupted).toBeGreaterThan(0);
    expect(life.log(/fail/)).toEqual([]);
    expect(life.replays()).toBe(true);
  });

  it('6.12 goes on with good data', () => {
    const life = loaded('6.12.107');
    life.do({ do: 'memory-add', bytes: 4 * GiB });
    life.session.advance(1000);
    expect(life.io).toMatchObject({ failures: 0, corrupted: 0 });
  });
});

describe('kexec', () => {
  // Recordings phyp_* nvme-kexec: no RTAS call, but 6.12's query when it scans.
  it.each([
    ['6.1.176', []],
    ['6.12.107', ['1x ibm,query-pe-dma-window = 0']],
  ])('%s keeps an indirect window, clears it and works on', (kernel, expected) => {
    const life = new Life({ kernel, block: 0x4000 });
    life.read(20);
    life.idle();
    life.mark();
    life.do({ do: 'kexec' });
    expect(life.calls()).toContain('32x STUFF 80000001 512 = 0');
    expect(rtas(life)).toEqual(expected);
    expect(life.function).toBe('bound, indirect');
    life.read(20);
    life.idle();
    expect(life.io).toEqual({ requests: 20, failures: 0, corrupted: 0 });
    expect(life.replays()).toBe(true);
  });

  it('6.1 with a direct window clears it and believes in it: the NVMe never answers', () => {
    const life = new Life({ kernel: '6.1.176', block: 0x10000 });
    expect(life.function).toBe('bound, direct');
    life.mark();
    life.do({ do: 'kexec' });
    expect(life.calls()).toEqual(['128x STUFF 80000001 512 = 0']);
    expect(life.function).toBe('failed, direct');
    expect(life.log(/timeout|Identify|Removing after/).map((line) => line.replace(/^.*?: /, ''))).toEqual([
      'I/O 0 QID 0 timeout, disable controller',
      'Identify Controller failed (-5)',
      'Removing after probe failure status: -5',
    ]);
    expect(life.replays()).toBe(true);
  });

  it('6.12 uses what was a direct window as a dynamic table', () => {
    const life = new Life({ kernel: '6.12.107', block: 0x10000 });
    life.do({ do: 'kexec' });
    expect(life.function).toBe('bound, indirect');
    life.read(20);
    life.idle();
    expect(life.io).toEqual({ requests: 20, failures: 0, corrupted: 0 });
  });

  // Recordings *_kexec_noprop: the default window is replaced by a second one at the same address.
  it('without the properties the new kernel knows nothing of the window and makes another', () => {
    const life = new Life({ kernel: '6.12.107' });
    life.mark();
    life.do({ do: 'kexec', withoutProperties: true });
    const [first] = life.events('dt-changed');
    expect([first?.property, first?.after]).toEqual(['linux,direct64-ddr-window-info', undefined]);
    expect(rtas(life)).toEqual([
      '3x ibm,query-pe-dma-window = 0',
      '1x ibm,remove-pe-dma-window = 0',
      '1x ibm,create-pe-dma-window = 0',
    ]);
    expect(life.windows).toHaveLength(2);
    expect(life.replays()).toBe(true);
  });

  it('what the dead kernel had in flight never comes back, and a reset gives the default window again', () => {
    const life = new Life({ kernel: '6.12.107', block: 0x4000 });
    life.read(0);
    life.session.advance(100);
    life.do({ do: 'kexec' });
    expect(life.io).toBeUndefined();
    expect(life.session.idle).toBe(true);
    life.mark();
    life.do({ do: 'reset' });
    expect(life.events('window-restored')).toHaveLength(1);
    expect(life.function).toBe('bound, indirect');
  });
});

describe('a crash', () => {
  const crashed = (kernel: string): Life => {
    const config = { kernel, block: 0x4000, memoryBytes: 2 * GiB, bootArgs: ['crashkernel=768M'] };
    const life = new Life(config);
    life.read(0);
    life.session.advance(100);
    life.mark();
    life.do({ do: 'crash' });
    return life;
  };

  // Recordings phyp_* nvme-kdump.
  it.each([['6.1.176'], ['6.12.107']])(
    '%s: the crash kernel reads every entry, clears none, and works',
    (kernel) => {
      const life = crashed(kernel);
      expect(life.calls().filter((call) => call.includes('GET'))).toEqual(['16384x GET 80000001 1 = 0']);
      expect(rtas(life)).toEqual([]);
      expect(life.calls().filter((call) => call.includes('STUFF 80000001 512'))).toEqual([]);
      expect(life.function).toBe('bound, indirect');
      life.read(20);
      life.idle();
      expect(life.io).toEqual({ requests: 20, failures: 0, corrupted: 0 });
      expect(life.replays()).toBe(true);
    },
  );

  it('5.15’s crash kernel is told of the default window alone, which is gone', () => {
    const life = crashed('5.15');
    expect(life.calls().filter((call) => call.includes('GET'))).toEqual(['262144x GET 80000000 1 = -4']);
    expect(life.function).toMatch(/^failed/);
  });

  it('lives in the memory set aside', () => {
    const life = crashed('6.12.107');
    life.mark();
    life.read(20);
    life.idle();
    const pages = life
      .events('tce-hcall')
      .filter(({ opcode, tce }) => opcode === 0x20 && tce !== 0n)
      .map(({ tce }) => Number(tce ?? 0n));
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.every((tce) => tce >= 512 * MiB && tce < 1280 * MiB)).toBe(true);
  });
});

describe('a driver that is unbound and bound, a function that is removed and found again', () => {
  it.each([['6.1.176'], ['6.12.107']])('%s: rebinding makes no RTAS call and no new window', (kernel) => {
    const life = new Life({ kernel, block: 0x4000 });
    life.read(0);
    life.session.advance(100);
    life.mark();
    life.do({ do: 'driver-unbind', id: life.id });
    expect([life.function, life.windows]).toEqual(['present, indirect', ['DDW, 0 used']]);
    life.do({ do: 'driver-bind', id: life.id });
    expect([life.function, rtas(life)]).toEqual(['bound, indirect', []]);
    life.read(20);
    life.idle();
    expect(life.io).toEqual({ requests: 20, failures: 0, corrupted: 0 });
    expect(life.replays()).toBe(true);
  });

  it.each([
    // A recorded bug: the table is lost.
    ['6.1.176', 'failed, none'],
    ['6.12.107', 'bound, indirect'],
  ])('%s: after remove and rescan the function is %s', (kernel, expected) => {
    const life = new Life({ kernel, block: 0x4000 });
    life.do({ do: 'pci-remove', id: life.id });
    expect(life.function).toBe('absent, none');
    life.do({ do: 'pci-rescan' });
    expect(life.function).toBe(expected);
    expect(life.replays()).toBe(true);
  });

  it('a rescan finds nothing new and binds nothing that was unbound by hand', () => {
    const life = new Life({ kernel: '6.12.107' });
    life.do({ do: 'driver-unbind', id: life.id });
    life.do({ do: 'pci-rescan' });
    expect(life.function).toMatch(/^present/);
  });
});

describe('a slot that leaves and comes again', () => {
  it('takes the created window with it; the default one comes back before the PHB goes, and is fresh in the next', () => {
    const life = new Life({ profile: 'powervm-p9', kernel: '6.12.107', maxMemoryBytes: 64 * GiB });
    life.mark();
    life.do({ do: 'vf-remove', id: life.id });
    const windows = (kind: 'window-removed' | 'window-restored' | 'window-created'): boolean[] =>
      life.events(kind).map(({ window }) => window.isDefault);
    expect(rtas(life)).toEqual(['1x ibm,remove-pe-dma-window = 0']);
    expect(windows('window-removed')).toEqual([false, true]);
    expect(windows('window-restored')).toEqual([true]);
    expect(life.windows).toEqual([]);
    life.mark();
    life.do({ do: 'vf-add', count: 1, device: 'nvme' });
    expect(windows('window-created')).toEqual([true, false]);
    expect(life.function).toBe('bound, direct');
    expect(life.replays()).toBe(true);
  });
});

describe('refusals', () => {
  it('say what is wrong and what to do', () => {
    const life = new Life({ kernel: '6.12.107', bootArgs: [] });
    const { id } = life;
    const refusals = (commands: readonly Command[]): (string | undefined)[] =>
      commands.map((c) => life.do(c));
    expect(
      refusals([
        { do: 'memory-add', bytes: 100 * MiB },
        { do: 'memory-add', bytes: 4 * GiB },
        { do: 'memory-remove', bytes: GiB },
        { do: 'memory-remove', bytes: 256 * MiB },
        { do: 'driver-bind', id },
        { do: 'driver-unbind', id: 'vf9' },
        { do: 'crash' },
      ]),
    ).toEqual([
      '100M is no multiple of the memory block of 256M (choose a multiple, such as 256M)',
      '1G and 4G more are above the maximum memory of 4G (add 3G at most)',
      '1G less 1G is below the minimum memory of 256M (remove less)',
      'here memory leaves as it was added, by whole DIMMs, the last one first (add some first: mem add 1G)',
      `${id} has its driver (type: unbind ${id})`,
      `there is no function "vf9" (there are: ${id})`,
      'no crash kernel is loaded: no memory was set aside for one at boot (while the machine is off: set boot-args "crashkernel=768M")',
    ]);
    life.do({ do: 'driver-unbind', id });
    life.do({ do: 'pci-remove', id });
    expect(
      refusals([
        { do: 'driver-unbind', id },
        { do: 'driver-bind', id },
        { do: 'pci-remove', id },
      ]),
    ).toEqual([
      `no driver is bound to ${id} (type: show functions)`,
      `the guest does not see ${id} now (type: pci rescan)`,
      `the guest does not see ${id} now (type: pci rescan)`,
    ]);
    life.do({ do: 'shutdown' });
    expect(refusals([{ do: 'kexec' }, { do: 'pci-rescan' }, { do: 'memory-add', bytes: GiB }])).toEqual(
      Array(3).fill('no guest runs (type: boot)'),
    );
  });

  it('a crash kernel moves no memory and starts no other', () => {
    const life = new Life({ kernel: '6.12.107', memoryBytes: 2 * GiB, bootArgs: ['crashkernel=768M'] });
    life.do({ do: 'crash' });
    expect([life.do({ do: 'memory-add', bytes: GiB }), life.do({ do: 'kexec' })]).toEqual([
      'the crash kernel only saves the dump: it moves no memory (type: reset)',
      'the crash kernel only saves the dump: it starts no other kernel (type: reset)',
    ]);
  });

  it('a machine that is still at work takes no other kernel', () => {
    const life = new Life({ kernel: '6.12.107' });
    life.session.dispatch({ do: 'memory-add', bytes: GiB });
    expect(life.do({ do: 'kexec' })).toBe('the guest is still at work on the last command (type: run 10ms)');
  });
});
