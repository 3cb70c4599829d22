import { describe, expect, it } from 'vitest';
import type { VfioCall } from '../abi/linux/vfio.ts';
import { VfioBench } from './vfio-bench.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const DDW = '0x800000000000000';

/** TCE hcalls that `act` leads to. */
function hcallsOf(bench: VfioBench, act: () => void): number {
  const before = bench.machine.hcalls;
  act();
  return bench.machine.hcalls - before;
}

describe('mapping 64 GiB takes two hcalls an I/O page, whatever the huge page', () => {
  it.each([
    ['4K', 12, 33_554_432],
    ['64K', 16, 2_097_152],
    ['2M', 21, 65_536],
    ['16M', 24, 8192],
  ])('%s: shift %i, %i hcalls', (_, pageShift, hcalls) => {
    const fields = {
      memoryBytes: 96 * GIB,
      maxMemoryBytes: 128 * GIB,
      bootArgs: ['hugepagesz=1G', 'hugepages=64'],
    };
    const bench = new VfioBench({ profile: 'qemu-pseries', fields });
    bench.bind();
    const setUp: readonly VfioCall[] = [
      { call: 'set-container', id: bench.id },
      { call: 'set-iommu', type: 'v2' },
      { call: 'mmap', buffer: 'mem', bytes: 64 * GIB, pageBytes: GIB },
      { call: 'register', vaddr: 'mem', bytes: 64 * GIB },
      { call: 'create', pageShift, bytes: 64 * GIB },
    ];
    expect(bench.calls(setUp)).toBe(0);
    const map: VfioCall = { call: 'map', iova: DDW, vaddr: 'mem', bytes: 64 * GIB, read: true, write: true };
    expect(hcallsOf(bench, () => expect(bench.call(map)).toBe(0))).toBe(hcalls);
    expect(bench.container()?.windows[1]?.mappedTces).toBe(hcalls / 2);
    expect(bench.windows).toContain(`created ${pageShift} ${DDW} ${hcalls / 2}`);
    expect(bench.process()?.regions).toMatchObject([{ bytes: 64 * GIB, mappedTces: hcalls / 2 }]);
  });
});

describe('who owns a PE', () => {
  it('taking it removes the windows of the kernel’s driver, releasing it brings the default window back, empty', () => {
    const bench = new VfioBench({ device: 'nvme', kernel: '6.12.107' });
    expect(bench.windows).toEqual(['default 12 0x0 0', `created 21 ${DDW} 4096`]);
    bench.give({ do: 'driver-unbind', id: bench.id });
    bench.bind();
    bench.calls([
      { call: 'set-container', id: bench.id },
      { call: 'set-iommu', type: 'v2' },
    ]);
    expect(bench.windows).toEqual(['default 12 0x0 0']);
    expect(bench.vfio.groups[0]).toMatchObject({ claimed: true, maxDynamicWindows: 2, pgsizes: 0x211000 });
    bench.call({ call: 'close' });
    expect(bench.windows).toEqual(['default 12 0x0 0']);
    expect(bench.vfio.groups[0]?.claimed).toBe(false);
    bench.give({ do: 'driver-unbind', id: bench.id });
    bench.give({ do: 'driver-bind', id: bench.id });
    expect(bench.windows).toEqual(['default 12 0x0 0', `created 21 ${DDW} 4096`]);
  });

  it('what is mapped when the program is killed is cleared entry by entry, then its window goes', () => {
    const bench = new VfioBench();
    bench.bind();
    const plan = {
      app: 'v2',
      ids: [bench.id],
      pageBytes: 2 * MIB,
      bytes: 256 * MIB,
      iova: 'window',
    } as const;
    bench.give({ do: 'app-start', name: 'a0', plan });
    expect(bench.vfio.applications).toMatchObject([
      { state: 'running', tces: 128, ioPageBytes: 2 * MIB, failed: null },
    ]);
    expect(bench.windows).toEqual(['default 12 0x0 0', `created 21 ${DDW} 128`]);
    expect(bench.process('a0')?.lockedBytes).toBe(256 * MIB + 4 * MIB);
    const from = bench.machine.trace.length;
    bench.give({ do: 'app-stop', name: 'a0' });
    const told = [...bench.machine.trace.events(from)].flatMap((event) =>
      event.kind === 'tce-exchange' && event.liobn === 0x70000010
        ? [`clear ${event.count}`]
        : event.kind === 'rtas'
          ? [event.name]
          : [],
    );
    expect(told).toEqual(['clear 128', 'ibm,remove-pe-dma-window', 'ibm,reset-pe-dma-window']);
    expect(bench.windows).toEqual(['default 12 0x0 0']);
    expect(bench.vfio).toMatchObject({ processes: [], containers: [], applications: [] });
  });

  it('an entry that a user mapped was written by the range that covers it', () => {
    const bench = new VfioBench();
    bench.bind();
    const plan = {
      app: 'v2',
      ids: [bench.id],
      pageBytes: 2 * MIB,
      bytes: 256 * MIB,
      iova: 'window',
    } as const;
    bench.give({ do: 'app-start', name: 'a0', plan });
    const answer = bench.machine.query({ ask: 'tce-writer', liobn: 0x7000_0010, index: 100 });
    const seq = answer.ok ? answer.value.seq : null;
    expect(seq === null ? undefined : bench.machine.trace.event(seq)).toMatchObject({
      kind: 'tce-exchange',
      count: 128,
    });
    const below = bench.machine.query({ ask: 'tce-writer', liobn: 0x7000_0010, index: 127 });
    expect(below).toEqual(answer);
  });

  it('a held function cannot be unbound, removed or unplugged', () => {
    const bench = new VfioBench();
    bench.bind();
    bench.call({ call: 'set-container', id: bench.id });
    const held = 'the container c0 holds the PE of pci-testdev0';
    expect(bench.give({ do: 'driver-unbind', id: bench.id })).toBe(held);
    expect(bench.give({ do: 'pci-remove', id: bench.id })).toBe(held);
    expect(bench.give({ do: 'vf-remove', id: bench.id })).toBe(held);
    bench.call({ call: 'close' });
    expect(bench.give({ do: 'driver-unbind', id: bench.id })).toBeUndefined();
  });

  it('v1 asks for the default window when it first needs it, and charges all of it', () => {
    const bench = new VfioBench();
    bench.bind();
    bench.calls([
      { call: 'set-container', id: bench.id },
      { call: 'set-iommu', type: 'v1' },
    ]);
    expect(hcallsOf(bench, () => bench.call({ call: 'enable' }))).toBe(0);
    expect(bench.process()?.lockedBytes).toBe(2 * GIB);
    bench.call({ call: 'mmap', buffer: 'buf', bytes: MIB });
    const map: VfioCall = { call: 'map', iova: '0x0', vaddr: 'buf', bytes: 65_536, read: true, write: false };
    expect(hcallsOf(bench, () => bench.call(map))).toBe(1024 + 2 * 16);
    bench.call({ call: 'disable' });
    // The table of the window, 8 bytes a TCE, stays charged.
    expect(bench.process()?.lockedBytes).toBe(4 * MIB);
  });

  it('a small window of 4K pages takes the default one’s place: the reset brings it back at bus address 0', () => {
    const bench = new VfioBench();
    bench.bind();
    bench.calls([
      { call: 'set-container', id: bench.id },
      { call: 'set-iommu', type: 'v2' },
      { call: 'remove', start: '0x0' },
    ]);
    expect(bench.call({ call: 'create', pageShift: 12, bytes: GIB })).toBe(0);
    expect(bench.container()?.windows).toMatchObject([
      { slot: 0, start: 0n, pageShift: 12, entries: 262_144 },
    ]);
  });
});

describe('while a program runs', () => {
  const run = (bench: VfioBench): void => {
    bench.bind();
    const plan = { app: 'v2', ids: [bench.id], pageBytes: 2 * MIB, bytes: 64 * MIB, iova: 'window' } as const;
    bench.give({ do: 'app-start', name: 'a0', plan });
  };

  it('memory that is added is not mapped for it: no hcall', () => {
    const bench = new VfioBench();
    run(bench);
    const before = bench.windows;
    const from = bench.machine.trace.length;
    expect(bench.give({ do: 'memory-add', bytes: GIB })).toBeUndefined();
    const calls = [...bench.machine.trace.events(from)].filter(
      ({ kind }) => kind === 'tce-hcall' || kind === 'tce-exchange',
    );
    expect(calls).toEqual([]);
    expect(bench.windows).toEqual(before);
    expect(bench.machine.config.memoryBytes).toBe(9 * GIB);
  });

  it('a PE that freezes stays so until the program itself resets it; the kernel says nothing', () => {
    const bench = new VfioBench();
    bench.bind();
    bench.calls([
      { call: 'set-container', id: bench.id },
      { call: 'set-iommu', type: 'v2' },
    ]);
    const eeh = (op: Extract<VfioCall, { call: 'eeh' }>['op']): number => bench.call({ call: 'eeh', op });
    expect(eeh('get-state')).toBe(0);
    bench.give({ do: 'pe-freeze', id: bench.id });
    const lines = bench.log.length;
    expect(eeh('get-state')).toBe(2);
    expect(eeh('unfreeze-io')).toBe(0);
    expect(eeh('get-state')).toBe(4);
    expect(eeh('reset-hot')).toBe(0);
    expect(eeh('get-state')).toBe(1);
    expect(eeh('reset-deactivate')).toBe(0);
    expect(eeh('configure')).toBe(0);
    expect(eeh('get-state')).toBe(0);
    expect(bench.log.slice(lines).filter((line) => line.startsWith('EEH'))).toEqual([]);
  });
});

describe('huge pages', () => {
  const meminfo = (bench: VfioBench): ReadonlyMap<string, number> => {
    const rows = bench.machine.query({ ask: 'meminfo' });
    return new Map(rows.ok ? rows.value.map(({ name, value }) => [name, value]) : []);
  };

  it.each([
    ['powervm-p10', ['hugepages=8'], 'radix', 2048, 8, 16_384],
    ['powervm-p10', ['default_hugepagesz=1G', 'hugepages=2'], 'radix', 1_048_576, 2, 2_097_152],
    ['powervm-p10', ['hugepages=4', 'hugepagesz=1G', 'hugepages=1'], 'radix', 2048, 4, 8192 + 1_048_576],
    ['powervm-p10', ['disable_radix', 'hugepages=2'], 'hash', 16_384, 2, 32_768],
    ['powervm-p9', ['hugepages=4'], 'hash', 16_384, 4, 65_536],
  ])(
    '%s %j: %s, %i kB each, %i of the default size, %i kB in all',
    (profile, bootArgs, mmu, size, total, all) => {
      const bench = new VfioBench({ profile, fields: { bootArgs } });
      expect(bench.vfio.mmu).toBe(mmu);
      const rows = meminfo(bench);
      expect([rows.get('Hugepagesize'), rows.get('HugePages_Total'), rows.get('Hugetlb')]).toEqual([
        size,
        total,
        all,
      ]);
    },
  );

  it('2G is none: the kernel says so at boot, and ignores the number behind it', () => {
    const bench = new VfioBench({ fields: { bootArgs: ['hugepagesz=2G', 'hugepages=4'] } });
    expect(bench.log.slice(0, 2)).toEqual([
      'HugeTLB: unsupported hugepagesz=2G',
      'HugeTLB: hugepages=4 does not follow a valid hugepagesz, ignoring',
    ]);
    expect(meminfo(bench).get('Hugetlb')).toBe(0);
  });

  it('more than there is memory for: as many as fit, and a line about it', () => {
    const bench = new VfioBench({ fields: { bootArgs: ['hugepagesz=1G', 'hugepages=100'] } });
    const line = bench.log.find((text) => text.includes('Only allocated'));
    expect(line).toMatch(
      /^HugeTLB: allocating 100 of page size 1\.00 GiB failed\. {2}Only allocated 7 hugepages\.$/,
    );
  });

  it('a mapping takes them from the pool, and gives them back', () => {
    const bench = new VfioBench({ fields: { bootArgs: ['hugepages=8'] } });
    bench.call({ call: 'mmap', buffer: 'b', bytes: 6 * MIB, pageBytes: 2 * MIB });
    expect(meminfo(bench).get('HugePages_Free')).toBe(5);
    bench.call({ call: 'munmap', buffer: 'b' });
    expect(meminfo(bench).get('HugePages_Free')).toBe(8);
  });

  it.each([
    ['6.12.107', 4096 + 64],
    ['7.2.13', 0],
  ])('%s keeps %i kB of views of tables after close: freed only from 6.16 on', (kernel, kB) => {
    const bench = new VfioBench({ kernel });
    bench.bind();
    bench.calls([
      { call: 'set-container', id: bench.id },
      { call: 'set-iommu', type: 'v2' },
      { call: 'create', pageShift: 21, bytes: 64 * MIB },
    ]);
    expect(meminfo(bench).get('VmallocUsed')).toBe(4096 + 64);
    bench.call({ call: 'close' });
    expect(meminfo(bench).get('VmallocUsed')).toBe(kB);
  });
});
