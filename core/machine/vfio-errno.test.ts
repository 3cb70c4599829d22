import { describe, expect, it } from 'vitest';
import type { VfioCall } from '../abi/linux/vfio.ts';
import { errnoName } from '../abi/linux/errno.ts';
import { VfioBench, type BenchOptions } from './vfio-bench.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const DDW = '0x800000000000000';

const attach: readonly VfioCall[] = [{ call: 'set-container', id: 'FN' }];
const v1: readonly VfioCall[] = [...attach, { call: 'set-iommu', type: 'v1' }];
const v2: readonly VfioCall[] = [...attach, { call: 'set-iommu', type: 'v2' }];
const buffer: VfioCall = { call: 'mmap', buffer: 'buf', bytes: 4 * MIB };
const huge: VfioCall = { call: 'mmap', buffer: 'huge', bytes: 8 * MIB, pageBytes: 2 * MIB };
const registered: readonly VfioCall[] = [...v2, buffer, { call: 'register', vaddr: 'buf', bytes: 4 * MIB }];
const hugeRegistered: readonly VfioCall[] = [
  ...v2,
  huge,
  { call: 'register', vaddr: 'huge', bytes: 8 * MIB },
];
const enabled: readonly VfioCall[] = [...v1, buffer, { call: 'enable' }];
const poor: VfioCall = { call: 'ulimit', bytes: 8 * MIB, capIpcLock: false };
const create = (pageShift: number, bytes: number, levels?: number): VfioCall => ({
  call: 'create',
  pageShift,
  bytes,
  ...(levels === undefined ? {} : { levels }),
});
const map = (
  iova: string,
  bytes: number,
  more: Partial<Extract<VfioCall, { call: 'map' }>> = {},
): VfioCall => ({
  call: 'map',
  iova,
  vaddr: 'buf',
  bytes,
  read: true,
  write: true,
  ...more,
});
const window2M = create(21, 64 * MIB);

type Row = readonly [
  reason: string,
  before: readonly VfioCall[],
  call: VfioCall,
  result: string,
  where?: BenchOptions,
];

const OLD: BenchOptions = { kernel: '5.15' };
const BORROWED: BenchOptions = { kernel: '6.6' };
const VF: BenchOptions = { slotClass: 'sriov-vf' };
const QEMU: BenchOptions = { profile: 'qemu-pseries' };

const rows: readonly Row[] = [
  // Attaching
  ['a container without a group has no IOMMU to be set', [], { call: 'set-iommu', type: 'v2' }, '-EINVAL'],
  ['this driver is not type 1', attach, { call: 'set-iommu', type: 'type1' }, '-EINVAL'],
  ['a container has one IOMMU driver for good', v2, { call: 'set-iommu', type: 'v2' }, '-EINVAL'],
  ['a container without an IOMMU driver knows no such ioctl', attach, { call: 'get-info' }, '-EINVAL'],
  [
    'before 6.4 there are no group operations, so no v2',
    attach,
    { call: 'set-iommu', type: 'v2' },
    '-EPERM',
    OLD,
  ],
  ['before 6.4 v1 takes the tables that are there', attach, { call: 'set-iommu', type: 'v1' }, '0', OLD],
  [
    'borrowed tables make no window, so no v2',
    attach,
    { call: 'set-iommu', type: 'v2' },
    '-EINVAL',
    BORROWED,
  ],
  ['borrowed tables serve v1', attach, { call: 'set-iommu', type: 'v1' }, '0', BORROWED],
  ['from 6.11 on v2 has windows of its own', attach, { call: 'set-iommu', type: 'v2' }, '0'],
  ['a group is in one container only', v2, { call: 'set-container', id: 'FN' }, '-EPERM'],
  // Which ioctl belongs to which container
  ['ENABLE is for v1', v2, { call: 'enable' }, '-ENOTTY'],
  ['DISABLE is for v1', v2, { call: 'disable' }, '-ENOTTY'],
  ['REGISTER is for v2', [...v1, buffer], { call: 'register', vaddr: 'buf', bytes: MIB }, '-ENOTTY'],
  ['UNREGISTER is for v2', [...v1, buffer], { call: 'unregister', vaddr: 'buf', bytes: MIB }, '-ENOTTY'],
  ['CREATE is for v2', v1, window2M, '-ENOTTY'],
  ['REMOVE is for v2', v1, { call: 'remove', start: '0x0' }, '-ENOTTY'],
  // ENABLE
  ['ENABLE twice', enabled, { call: 'enable' }, '-EBUSY'],
  ['ENABLE charges the whole default window', [...v1, poor], { call: 'enable' }, '-ENOMEM'],
  [
    'ENABLE with the right to lock memory heeds no limit',
    [...v1, { call: 'ulimit', bytes: 8 * MIB, capIpcLock: true }],
    { call: 'enable' },
    '0',
  ],
  // REGISTER and UNREGISTER
  [
    'REGISTER of a range that is no whole pages',
    [...v2, buffer],
    { call: 'register', vaddr: 'buf', bytes: 4096 },
    '-EINVAL',
  ],
  [
    'REGISTER at an address inside a page',
    [...v2, buffer],
    { call: 'register', vaddr: 'buf+0x1000', bytes: MIB },
    '-EINVAL',
  ],
  [
    'REGISTER of the same range twice',
    registered,
    { call: 'register', vaddr: 'buf', bytes: 4 * MIB },
    '-EBUSY',
  ],
  [
    'REGISTER of a range that overlaps another',
    registered,
    { call: 'register', vaddr: 'buf', bytes: MIB },
    '-EINVAL',
  ],
  ['REGISTER where nothing is mapped', v2, { call: 'register', vaddr: '0x10000', bytes: MIB }, '-EFAULT'],
  [
    'REGISTER above the limit of locked memory',
    [...v2, { call: 'mmap', buffer: 'big', bytes: 16 * MIB }, poor],
    { call: 'register', vaddr: 'big', bytes: 16 * MIB },
    '-ENOMEM',
  ],
  [
    'UNREGISTER of what nobody registered',
    registered,
    { call: 'unregister', vaddr: 'buf', bytes: MIB },
    '-ENOENT',
  ],
  [
    'UNREGISTER before any REGISTER',
    [...v2, buffer],
    { call: 'unregister', vaddr: 'buf', bytes: MIB },
    '-EPERM',
  ],
  [
    'UNREGISTER while TCEs point there',
    [...registered, map('0x0', MIB)],
    { call: 'unregister', vaddr: 'buf', bytes: 4 * MIB },
    '-EBUSY',
  ],
  [
    'UNREGISTER of exactly what was registered',
    registered,
    { call: 'unregister', vaddr: 'buf', bytes: 4 * MIB },
    '0',
  ],
  // MAP and UNMAP
  ['MAP before ENABLE', [...v1, buffer], map('0x0', MIB), '-EPERM'],
  ['MAP before the first REGISTER', [...v2, buffer], map('0x0', MIB), '-EPERM'],
  ['UNMAP before ENABLE', v1, { call: 'unmap', iova: '0x0', bytes: MIB }, '-EPERM'],
  ['MAP at an address in no window', enabled, map('0x80000000', MIB), '-ENXIO'],
  ['UNMAP at an address in no window', enabled, { call: 'unmap', iova: '0x80000000', bytes: MIB }, '-ENXIO'],
  ['MAP of a size that is no whole I/O pages', enabled, map('0x0', 100), '-EINVAL'],
  ['MAP of memory inside an I/O page', enabled, map('0x0', 4096, { vaddr: 'buf+0x800' }), '-EINVAL'],
  [
    'UNMAP of a size that is no whole I/O pages',
    enabled,
    { call: 'unmap', iova: '0x0', bytes: 100 },
    '-EINVAL',
  ],
  ['MAP for neither reading nor writing', enabled, map('0x0', MIB, { read: false, write: false }), '-EINVAL'],
  ['MAP at an address inside an I/O page: the truth of a macro, no errno', enabled, map('0x800', 4096), '1'],
  ['UNMAP at an address inside an I/O page', enabled, { call: 'unmap', iova: '0x800', bytes: 4096 }, '1'],
  ['MAP of memory that is not there (v1)', enabled, map('0x0', 4096, { vaddr: '0x10000' }), '-EFAULT'],
  [
    'MAP of memory that is not registered (v2)',
    [...registered, huge],
    map('0x0', 2 * MIB, { vaddr: 'huge' }),
    '-EINVAL',
  ],
  ['MAP past the end of registered memory', registered, map('0x0', 8 * MIB), '-EINVAL'],
  [
    'MAP of base pages through I/O pages of 2M: the region is no huge pages',
    [...registered, window2M],
    map(DDW, 2 * MIB),
    '-EINVAL',
  ],
  [
    'MAP past the end of a window: only the first entry is checked, the firmware refuses a later one with H_PARAMETER',
    [...v1, { call: 'mmap', buffer: 'buf', bytes: 8 * MIB }, { call: 'enable' }],
    map('0x7ff00000', 2 * MIB),
    '-EINTR',
  ],
  [
    'MAP of huge pages through I/O pages of 2M',
    [...hugeRegistered, window2M],
    map(DDW, 8 * MIB, { vaddr: 'huge' }),
    '0',
  ],
  // CREATE and REMOVE
  ['CREATE with a page that the platform does not offer', registered, create(24, 64 * MIB), '-EINVAL'],
  ['CREATE with a page of 1G: no I/O page size', registered, create(30, 4 * GIB), '-EINVAL'],
  ['CREATE with a page of 2G: no I/O page size', registered, create(31, 4 * GIB), '-EINVAL'],
  ['CREATE of a size that is no power of two', registered, create(21, 6 * MIB), '-EINVAL'],
  ['CREATE of two levels', registered, create(21, 64 * MIB, 2), '-EINVAL'],
  ['CREATE of more TCEs than the block has', registered, create(12, 1024 * GIB), '-EINVAL'],
  ['CREATE of a third window', [...registered, window2M], window2M, '-ENOSPC'],
  [
    'CREATE above the limit of locked memory: the table counts',
    [...v2, poor],
    create(12, 4 * GIB),
    '-ENOMEM',
  ],
  ['CREATE on a VF: the only window is taken, and stays', registered, create(16, 64 * MIB), '-ENODEV', VF],
  [
    'CREATE again after that: the PE is on the failed list',
    [...registered, create(16, 64 * MIB)],
    create(16, 32 * MIB),
    '-ENODEV',
    VF,
  ],
  [
    'CREATE of one page size after too large a one: no failed list',
    [...registered, create(12, 1024 * GIB)],
    window2M,
    '0',
  ],
  ['REMOVE of a window that is not there', registered, { call: 'remove', start: DDW }, '-EINVAL'],
  ['REMOVE of the default window that is still pending', v2, { call: 'remove', start: '0x0' }, '0'],
  [
    'REMOVE of it once more',
    [...v2, { call: 'remove', start: '0x0' }],
    { call: 'remove', start: '0x0' },
    '-EINVAL',
  ],
  // EEH
  ['EEH on a platform without EEH', v2, { call: 'eeh', op: 'get-state' }, '-ENODEV', QEMU],
  ['EEH: the state of a healthy PE is 0', v2, { call: 'eeh', op: 'get-state' }, '0'],
  ['EEH: errors are not injected this way', v2, { call: 'eeh', op: 'inject-err' }, '-ENOENT'],
  // Memory
  [
    'mmap of huge pages that do not exist',
    [],
    { call: 'mmap', buffer: 'b', bytes: 16 * MIB, pageBytes: 16 * MIB },
    '-EINVAL',
  ],
  [
    'mmap of more huge pages than the pool has',
    [],
    { call: 'mmap', buffer: 'b', bytes: GIB, pageBytes: 2 * MIB },
    '-ENOMEM',
  ],
  ['munmap of what is not there', [], { call: 'munmap', buffer: 'b' }, '-ENOENT'],
];

describe('each errno has its reason', () => {
  it.each(rows.map((row) => ({ name: row[0], row })))('$name', ({ row: [, before, call, result, where] }) => {
    const bench = new VfioBench(where);
    bench.bind();
    const named = (one: VfioCall): VfioCall =>
      one.call === 'set-container' ? { ...one, id: bench.id } : one;
    for (const one of before) bench.call(named(one));
    expect(errnoName(bench.call(named(call)))).toBe(result);
  });

  it('vfio-pci cannot bind between 5.19 and 6.3: -22', () => {
    const bench = new VfioBench({ kernel: '6.1' });
    bench.bind();
    expect(bench.vfio.groups[0]?.drivers).toEqual([null]);
    const failed = [...bench.machine.trace.events()].find(({ kind }) => kind === 'driver-failed');
    expect(failed).toMatchObject({ driver: 'vfio-pci', reason: 'probe failed with error -22' });
  });

  it('another process cannot work on the first one’s memory: -EPERM', () => {
    const bench = new VfioBench();
    bench.bind();
    for (const call of registered)
      bench.call(call.call === 'set-container' ? { ...call, id: bench.id } : call);
    expect(bench.call(map('0x0', MIB), 'c0', 'stranger')).toBe(-1);
    expect(bench.call({ call: 'get-info' }, 'c0', 'stranger')).toBe(-1);
  });

  it('a v1 container has one group: a second one is -EBUSY', () => {
    const bench = new VfioBench({ slotClass: 'sriov-vf', count: 2 });
    const [first = '', second = ''] = bench.ids;
    bench.bind(first);
    bench.bind(second);
    bench.calls([
      { call: 'set-container', id: first },
      { call: 'set-iommu', type: 'v1' },
    ]);
    expect(bench.call({ call: 'set-container', id: second })).toBe(-16);
  });

  it('a driver of the kernel cannot bind beside a user: -EBUSY', () => {
    const bench = new VfioBench({ device: 'nvme', count: 2, profile: 'qemu-pseries' });
    for (const id of bench.ids) bench.give({ do: 'driver-unbind', id });
    const [first = '', second = ''] = bench.ids;
    bench.bind(first);
    bench.call({ call: 'set-container', id: first });
    bench.give({ do: 'driver-bind', id: second });
    const failed = [...bench.machine.trace.events()].find(({ kind }) => kind === 'driver-failed');
    expect(failed).toMatchObject({ driver: 'nvme', reason: 'probe failed with error -16' });
  });

  it('two functions of a PE with one window: the second has none to give up, so the group cannot be taken', () => {
    const limits = {
      maxWindows: 1,
      blockTces: 0x4000,
      blockSharedWithDefault: true,
      pageMask: 3,
      strict: false,
      createBusy9901: 0,
      createFail: null,
      inject: null,
      limited: false,
      minTces: 0,
      ddwStart: DDW,
      ddwStartLimitedMode: null,
    };
    const bench = new VfioBench({ profile: 'qemu-pseries', count: 2, fields: { limits } });
    bench.bind();
    expect(bench.call({ call: 'set-container', id: bench.id })).toBe(-1);
    expect(bench.log.some((line) => line.includes('No dma-windows exist for the node'))).toBe(true);
    expect(bench.windows).toEqual(['default 12 0x0 0']);
  });
});
