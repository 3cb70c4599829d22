// Nothing of one owner's state reaches the next: whatever a user does with a PE, after close the kernel has it as at boot, and the
// next user and the kernel's own driver find what the first one found (kernels with windows of their own).

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VfioCall } from '../abi/linux/vfio.ts';
import { VfioBench } from './vfio-bench.ts';

const MIB = 2 ** 20;
const iova = fc.constantFrom('0x0', '0x10000', '0x100000', '0x800000000000000', '0x800000000200000');
const bytes = fc.constantFrom(65_536, 2 * MIB, 4 * MIB);

const deed: fc.Arbitrary<VfioCall> = fc.oneof(
  fc.record({
    call: fc.constant('register' as const),
    vaddr: fc.constantFrom('buf', 'huge'),
    bytes: fc.constant(4 * MIB),
  }),
  fc.constant({ call: 'enable' as const }),
  fc.record({
    call: fc.constant('map' as const),
    vaddr: fc.constantFrom('buf', 'huge'),
    iova,
    bytes,
    read: fc.constant(true),
    write: fc.boolean(),
  }),
  fc.record({ call: fc.constant('unmap' as const), iova, bytes }),
  fc.record({
    call: fc.constant('create' as const),
    pageShift: fc.constantFrom(12, 16, 21),
    bytes: fc.constantFrom(16 * MIB, 64 * MIB),
  }),
  fc.record({ call: fc.constant('remove' as const), start: iova }),
);

interface Story {
  readonly kernel: string;
  readonly profile: string;
  readonly type: 'v1' | 'v2';
  readonly deeds: readonly VfioCall[];
}

const story: fc.Arbitrary<Story> = fc.record({
  kernel: fc.constantFrom('6.11', '6.12.107', '6.15', '7.2.13'),
  profile: fc.constantFrom('powervm-p10', 'powervm-p11', 'qemu-pseries'),
  type: fc.constantFrom('v1' as const, 'v2' as const),
  deeds: fc.array(deed, { minLength: 1, maxLength: 12 }),
});

const begin = (bench: VfioBench, type: 'v1' | 'v2'): number =>
  bench.calls([
    { call: 'set-container', id: bench.id },
    { call: 'set-iommu', type },
  ]);

/** What the next owner finds: windows, what the group offers, the tree but for the copy that a release leaves. */
function found(bench: VfioBench): unknown {
  const tree = bench.machine.query({ ask: 'device-tree' });
  const nodes = tree.ok ? tree.value.children.filter(({ name }) => name.startsWith('pci@')) : [];
  const properties = nodes.map(({ properties: all }) =>
    [...all]
      .filter(([name]) => name !== 'ibm,dma-window-saved')
      .map(([name, value]) => [name, [...value].join()])
      .sort(),
  );
  return { windows: bench.windows, groups: bench.vfio.groups, properties };
}

describe('a user leaves nothing behind', () => {
  it('for the kernel, the next user, or a driver', () => {
    const seen = { mapped: 0, created: 0 };
    fc.assert(
      fc.property(story, ({ kernel, profile, type, deeds }) => {
        const bench = new VfioBench({
          kernel,
          profile,
          device: 'nvme',
          fields: { bootArgs: ['disable_ddw', 'hugepages=8'] },
        });
        bench.give({ do: 'driver-unbind', id: bench.id });
        bench.bind();
        const atFirst = found(bench);
        begin(bench, type);
        bench.call({ call: 'mmap', buffer: 'buf', bytes: 4 * MIB });
        bench.call({ call: 'mmap', buffer: 'huge', bytes: 4 * MIB, pageBytes: 2 * MIB });
        for (const each of deeds) bench.call(each);
        const windows = bench.container()?.windows ?? [];
        seen.mapped += windows.reduce((sum, { mappedTces }) => sum + mappedTces, 0);
        seen.created += windows.filter(({ slot }) => slot === 1).length;
        bench.call({ call: 'close' });
        expect(found(bench)).toEqual(atFirst);
        // What a refused CREATE had charged stays (vfioFailedCreateCharged); all else is given back.
        expect(bench.process()?.lockedBytes).toBe(chargesOfFailedCreates(bench));
        expect(bench.process()?.regions).toEqual([]);
        expect(begin(bench, 'v2')).toBe(0);
        expect(bench.container()?.windows).toEqual([]);
        bench.call({ call: 'close' });
        bench.give({ do: 'driver-unbind', id: bench.id });
        bench.give({ do: 'driver-bind', id: bench.id });
        expect(bench.vfio.groups[0]?.drivers).toEqual(['nvme']);
      }),
      { numRuns: 60 },
    );
    expect(seen.mapped).toBeGreaterThan(0);
    expect(seen.created).toBeGreaterThan(0);
  });
});

/** Bytes of the tables whose CREATE was refused after the charge (a free slot, a page that is offered). */
function chargesOfFailedCreates(bench: VfioBench): number {
  let sum = 0;
  for (const event of bench.machine.trace.events()) {
    if (event.kind !== 'ioctl' || event.name !== 'VFIO_IOMMU_SPAPR_TCE_CREATE') continue;
    if (event.answer !== '-EPERM' && event.answer !== '-ENODEV') continue;
    const [, shift = '12', mib = '0'] = /page_shift=(\d+) window_size=(\d+)M/.exec(event.args) ?? [];
    const tableBytes = (Number(mib) * MIB) / 2 ** (Number(shift) - 3);
    sum += Math.floor(tableBytes / 65_536) * 65_536;
  }
  return sum;
}
