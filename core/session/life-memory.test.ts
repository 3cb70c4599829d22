import { describe, expect, it } from 'vitest';
import { GiB, Life, MiB } from './life-rig.ts';

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
