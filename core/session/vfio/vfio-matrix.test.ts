import { describe, expect, it } from 'vitest';
import { Session } from '../session.ts';
import { VfioMatrixRun } from './vfio-matrix.ts';
import type { VfioCell } from './vfio-cell.ts';

const K = 2 ** 10;
const M = 2 ** 20;
const G = 2 ** 30;

const matrix = new VfioMatrixRun().all();

function cell(kernel: string, slot: string, pageBytes: number, app: VfioCell['app']): VfioCell {
  const [profile, slotClass] = slot.split(' ');
  const found = matrix.cells.find(
    (one) =>
      one.kernel === kernel &&
      one.platform.profile === profile &&
      one.platform.slotClass === slotClass &&
      one.pageBytes === pageBytes &&
      one.app === app,
  );
  if (found === undefined) throw new Error(`no cell ${kernel} ${slot} ${pageBytes} ${app}`);
  return found;
}

/** `works 64K`, `costs 262144`, `VFIO_SET_IOMMU -EPERM`. */
function textOf({ outcome, failed, tces, ioPageBytes }: VfioCell): string {
  if (failed !== null) return `${failed.call} ${failed.ret < 0 ? failed.errno : failed.ret}`;
  return outcome === 'works' ? `works ${ioPageBytes / K}K` : `costs ${tces}`;
}

const QEMU = 'qemu-pseries qemu-phb';
const P9 = 'powervm-p9 dedicated';
const P9_VF = 'powervm-p9 sriov-vf';
const P10 = 'powervm-p10 dedicated';
const P10_VF = 'powervm-p10 sriov-vf';

describe('cells whose outcome a source states', () => {
  it.each([
    // 7.5 G1: only v1, only the default 4K window; a 16M huge page costs 4096 TCEs; v2 is impossible
    ['5.10', P9, 16 * M, 'v1', 'costs 262144'],
    ['5.13', P9, 16 * M, 'v1', 'costs 262144'],
    ['5.13', P9, 16 * M, 'v2', 'VFIO_SET_IOMMU -EPERM'],
    // 7.5 G2a/b: the series does not change the VFIO driver
    ['5.15', P9, 16 * M, 'v1', 'costs 262144'],
    ['5.15', P9, 16 * M, 'v2', 'VFIO_SET_IOMMU -EPERM'],
    // Recording of 6.1.176: vfio-pci cannot bind on pseries (-22)
    ['6.1.176', P9, 16 * M, 'v1', 'bind vfio-pci -EINVAL'],
    // 7.3, 7.5 G2c: borrowed tables, v2 -EINVAL
    ['6.6', P9, 16 * M, 'v1', 'costs 262144'],
    ['6.10', P10, 2 * M, 'v2', 'VFIO_SET_IOMMU -EINVAL'],
    // 7.5 G3: v2 CREATE works with a page of pgsizes: 4K and 64K, newer firmware 2M; 16M on KVM
    ['6.12.107', P9, 64 * K, 'v2', 'works 64K'],
    ['6.12.107', P9, 16 * M, 'v2', 'costs 16384'],
    ['6.12.107', P10, 2 * M, 'v2', 'works 2048K'],
    ['7.2.13', QEMU, 2 * M, 'v2', 'works 2048K'],
    // 7.5: 1 GB huge pages must be mapped as many 2M (or 64K) TCEs; there is no page of 1G or 2G
    ['6.15', P10, G, 'v2', 'costs 512'],
    ['6.15', P10, 2 * G, 'v2', 'mmap -EINVAL'],
    ['6.15', P9, 2 * G, 'v1', 'mmap -EINVAL'],
    // Recordings with one window: v2 never gets one (-ENODEV), v1 and the default window work
    ['6.12.107', P9_VF, 64 * K, 'v2', 'VFIO_IOMMU_SPAPR_TCE_CREATE -ENODEV'],
    ['6.12.107', P9_VF, 64 * K, 'v1', 'costs 262144'],
    ['7.2.13', P10_VF, 2 * M, 'v2', 'VFIO_IOMMU_SPAPR_TCE_CREATE -ENODEV'],
    // 7.5 DPDK: fails unless the window starts at 0; its page is its huge page
    ['6.12.107', P10, 2 * M, 'dpdk', 'VFIO_IOMMU_SPAPR_TCE_CREATE 0'],
    ['6.12.107', QEMU, 2 * M, 'dpdk', 'VFIO_IOMMU_SPAPR_TCE_CREATE 0'],
    ['6.12.107', P10, G, 'dpdk', 'VFIO_IOMMU_SPAPR_TCE_CREATE -EINVAL'],
    ['6.12.107', P9, 16 * M, 'dpdk', 'VFIO_IOMMU_SPAPR_TCE_CREATE -EINVAL'],
    ['5.15', P9, 16 * M, 'dpdk', 'VFIO_SET_IOMMU -EPERM'],
    ['6.6', P9, 16 * M, 'dpdk', 'VFIO_SET_IOMMU -EINVAL'],
  ] as const)('%s on %s, %i bytes a page, %s: %s', (kernel, slot, pageBytes, app, text) => {
    expect(textOf(cell(kernel, slot, pageBytes, app))).toBe(text);
  });

  it('DPDK says it in its own words', () => {
    expect(cell('6.12.107', P10, 2 * M, 'dpdk').lines).toEqual([
      'EAL: Received unsupported start address 0x800000000000000',
    ]);
    expect(cell('6.12.107', P10, G, 'dpdk').lines).toEqual([
      'EAL: Cannot create new DMA window, error 22 (Invalid argument)',
      'EAL: Consider using a larger hugepage size if supported by the system',
    ]);
  });

  it('a cost is two hcalls a TCE, and the clearing of the window that is made', () => {
    const { tces, hcalls, ns } = cell('6.12.107', P10, G, 'v2');
    // 512 entries of the new window are one clear; the default window, made at CREATE, is 1024.
    expect([tces, hcalls]).toEqual([512, 2 * 512 + 1 + 1024]);
    expect(ns).toBeGreaterThan(0);
  });

  it('who asks for 2G is told outright', () => {
    const { failed } = cell('6.15', P10, 2 * G, 'v2');
    expect(failed?.why).toContain('2G is no huge page of Power, and neither 1G nor 2G is an I/O page size');
  });
});

describe('the matrix', () => {
  it('has every kernel, platform, kind of slot, page size and program once, each with evidence', () => {
    expect(matrix.cells.length).toBe(15 * 13 * 6 * 3);
    const names = matrix.cells.map((one) =>
      [one.kernel, one.platform.profile, one.platform.slotClass, one.pageBytes, one.app].join(),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const { evidence } of matrix.cells) expect(evidence.map(({ source }) => source)).not.toContain('');
  });

  it('opens the machine of a cell at that moment: the same answer again', () => {
    for (const one of [
      cell('6.12.107', P10, G, 'v2'),
      cell('7.2.13', P9_VF, 64 * K, 'v2'),
      cell('5.15', P9, 16 * M, 'v1'),
    ]) {
      const session = Session.create(one.open.config);
      if (!session.ok) throw new Error(session.error.message);
      for (const command of one.open.commands) {
        expect(session.value.dispatch(command).ok).toBe(true);
        while (!session.value.advance(10_000).idle);
      }
      const answer = session.value.query({ ask: 'vfio' });
      const [app] = answer.ok ? answer.value.applications : [];
      expect([app?.failed, app?.tces, app?.hcalls]).toEqual([one.failed, one.tces, one.hcalls]);
    }
  });

  it('comes cell by cell, for who must not wait', () => {
    const run = new VfioMatrixRun({ kernels: ['6.12.107'], profiles: ['qemu-pseries'], pageSizes: [2 * M] });
    expect(run.progress).toEqual({ done: 0, of: 3 });
    expect([run.step(), run.step(), run.step(), run.step()]).toEqual([true, true, true, false]);
    expect(run.value.cells.map(({ app }) => app)).toEqual(['v1', 'v2', 'dpdk']);
  });

  it('after a driver of the kernel a VF of 6.6 has no default table left, and the kernel dies of it', () => {
    const run = new VfioMatrixRun({
      kernels: ['6.6'],
      profiles: ['powervm-p9'],
      pageSizes: [16 * M],
      apps: ['v1'],
      driverFirst: true,
    });
    const vf = run.all().cells.find(({ platform }) => platform.isVf);
    expect(vf?.failed).toMatchObject({ errno: 'Oops' });
  });
});
