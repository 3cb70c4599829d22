import { describe, expect, it } from 'vitest';
import { PHYP_RULES, QEMU_RULES, TestPlatform } from './test-platform.ts';
import { kernelById } from './kernels/index.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';

const FN = '0000:00:01.0';
const K = (id: string): KernelBuild => {
  const kernel = kernelById(id);
  if (kernel === undefined) throw new Error(id);
  return kernel;
};

describe('boot', () => {
  it('6.1 clears the default window by calls of 512 and tells of it once', () => {
    const p = new TestPlatform(QEMU_RULES, K('6.1.176'), 65536).boot();
    expect(p.take()).toEqual(['STUFF 80000000 0x0 512x, 262144 TCEs = 0']);
    expect(
      p.takeLog().filter((line) => !/(created|window,) table/.test(line.replace('DMA window', 'window'))),
    ).toEqual([
      'pci_dma_bus_setup_pSeriesLP: setting up bus /pci@800000020000000',
      '  parent is /pci@800000020000000, iommu_table: 0x0000000000000000',
      'IOMMU table initialized, virtual merging enabled',
      'pci_dma_dev_setup_pSeriesLP: 0000:00:01.0',
      '  node is /pci@800000020000000/mass-storage@1',
      '  parent is /pci@800000020000000',
      'pci 0000:00:01.0: Adding to iommu group 0',
    ]);
    expect(p.guest.windowUse(0x8000_0000)).toBe('default');
  });

  it('5.13 clears it by one call for the whole window', () => {
    const p = new TestPlatform(QEMU_RULES, K('5.13'), 65536).boot();
    expect(p.take()).toEqual(['STUFF 80000000 0x0 1x, 262144 TCEs = 0']);
  });

  it('multitce=off: one H_PUT_TCE per entry, and per map and unmap', () => {
    const rules = { ...QEMU_RULES, defaultBytes: 2 ** 24 };
    const p = new TestPlatform(rules, K('6.1.176'), 65536, ['multitce=off', 'disable_ddw']).boot();
    expect(p.take()).toEqual(['PUT0 80000000 0x0 4096x, 4096 TCEs = 0']);
    expect(p.takeLog().slice(0, 2)).toEqual([
      'ppc iommu: disabling ddw.',
      'Disabling MULTITCE firmware feature',
    ]);
    expect(p.masks(FN)).toBe(0);
    const dev = p.guest.device(FN);
    if (dev === undefined) throw new Error(FN);
    p.guest.dma.mapPage(dev, 0x123_4000, 8192, 'to-device');
    p.guest.dma.unmapPage(dev, p.guest.dma.handleHi, p.guest.dma.handleLo, 8192, 'to-device');
    expect(p.take()).toEqual(['PUT 80000000 0x1000 2x, 2 TCEs = 0', 'PUT0 80000000 0x1000 2x, 2 TCEs = 0']);
  });

  it('a platform without hcall-multi-tce is treated alike, without the line', () => {
    const p = new TestPlatform(
      { ...QEMU_RULES, multiTce: false, defaultBytes: 2 ** 24 },
      K('6.1.176'),
      65536,
    ).boot();
    expect(p.take()).toEqual(['PUT0 80000000 0x0 4096x, 4096 TCEs = 0']);
    expect(p.takeLog()).not.toContain('Disabling MULTITCE firmware feature');
  });

  it('6.12 asks once per PE at the scan', () => {
    const functions = [
      { slot: 1, name: 'mass-storage@1' },
      { slot: 31, name: 'legacy-device@1f' },
    ];
    const p = new TestPlatform({ ...QEMU_RULES, functions }, K('6.12.107'), 65536).boot();
    expect(p.take()).toEqual(['STUFF 80000000 0x0 512x, 262144 TCEs = 0', 'query = 0, 1 windows']);
    expect(p.takeLog()).toContain(
      'pci 0000:00:01.0: ibm,query-pe-dma-windows(2026) 800 8000000 20000000 returned 0, lb=2000000000 ps=107 wn=1',
    );
  });

  it('clears PHBs in the order of the tree, then VIO devices with 128 calls each', () => {
    const rules = { ...QEMU_RULES, phbs: 2, vio: [0x7100_0002, 0x7100_0003] };
    const p = new TestPlatform(rules, K('6.1.176'), 65536).boot();
    expect(p.take()).toEqual([
      'STUFF 80000000 0x0 512x, 262144 TCEs = 0',
      'STUFF 80000100 0x0 512x, 262144 TCEs = 0',
      'STUFF 71000002 0x0 128x, 65536 TCEs = 0',
      'STUFF 71000003 0x0 128x, 65536 TCEs = 0',
    ]);
    expect(p.guest.devices().map((d) => d.fn)).toEqual([
      '0000:00:01.0',
      '0001:00:01.0',
      '71000002',
      '71000003',
    ]);
    const lan = p.guest.device('71000002');
    expect(lan && p.guest.dma.allocCoherent(lan, 65536)).toBeDefined();
    expect(p.take()).toEqual(['IND 71000002 0xc000000 1x, 16 TCEs = 0']);
  });

  it('a window at a high bus address gives out its entry 0; one at 0 does not', () => {
    const rules = { ...PHYP_RULES, defaultStart: 0x0800_0000_0000_0000n };
    const p = new TestPlatform(rules, K('5.15'), 65536).boot();
    p.masks(FN, 32, 32);
    expect(p.takeLog()).toContain('nvme 0000:00:01.0: Warning: IOMMU offset too big for device mask');
    p.masks(FN, 64);
    expect(p.guest.device(FN)?.mode).toBe('indirect');
  });

  it('disable_ddw: no firmware call for a 64-bit mask', () => {
    const p = new TestPlatform(QEMU_RULES, K('6.12.107'), 65536, ['disable_ddw']).boot();
    p.take();
    p.masks(FN);
    expect(p.take()).toEqual([]);
    expect(p.takeLog().slice(-2)).toEqual([
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
    ]);
  });

  it('without dyndbg the debug lines are not printed', () => {
    const p = new TestPlatform(QEMU_RULES, K('6.1.176'), 65536, [], false).boot();
    p.masks(FN);
    expect(p.takeLog()).toEqual([
      'IOMMU table initialized, virtual merging enabled',
      'pci 0000:00:01.0: Adding to iommu group 0',
      'nvme 0000:00:01.0: ibm,query-pe-dma-windows(2026) 800 8000000 20000000 returned 0, lb=2000000000 ps=107 wn=1',
      'nvme 0000:00:01.0: ibm,create-pe-dma-window(2027) 800 8000000 20000000 18 1e returned 0 (liobn = 0x80000001 starting addr = 8000000 0)',
    ]);
  });

  it('a boot can be stopped between any 64 calls', () => {
    const p = new TestPlatform(QEMU_RULES, K('6.1.176'), 65536);
    const task = p.guest.boot();
    let pieces = 0;
    while (task.next().done !== true) pieces++;
    expect(pieces).toBe(8);
  });
});

describe('hot plug of a PHB', () => {
  it('is scanned, set up and gets its window; its domain comes from its BUID', () => {
    const p = new TestPlatform(PHYP_RULES, K('6.1.176'), 65536).boot();
    p.take();
    p.finish(p.guest.addPhb(p.plug(1)));
    expect(p.take()).toEqual(['STUFF 80000100 0x0 1024x, 524288 TCEs = 0']);
    expect(p.guest.devices().map((d) => [d.fn, d.path])).toEqual([
      ['0000:00:01.0', '/pci@800000020000000/mass-storage@1'],
      ['0001:00:01.0', '/pci@800000020000001/mass-storage@1'],
    ]);
    p.masks('0001:00:01.0');
    expect(p.guest.device('0001:00:01.0')?.mode).toBe('indirect');
    expect(p.guest.windowUse(0x8000_0101)).toBe('indirect');
  });

  it('removal clears and removes the dynamic window, then the node is gone', () => {
    const p = new TestPlatform({ ...PHYP_RULES, phbs: 2 }, K('6.1.176'), 65536).boot();
    p.masks('0001:00:01.0');
    const dev = p.guest.device('0001:00:01.0');
    if (dev !== undefined) dev.driver = null;
    p.take();
    p.takeLog();
    p.finish(p.guest.removePhb('/pci@800000020000001'));
    expect(p.take()).toEqual([
      'STUFF 80000101 0x800000000000000 32x, 16384 TCEs = 0',
      'remove(80000101) = 0',
    ]);
    expect(p.takeLog()).toEqual([
      'pci 0001:00:01.0: Removing from iommu group 1',
      '/pci@800000020000001 successfully cleared tces in window.',
      '/pci@800000020000001: successfully removed DMA window: rtas returned 0 to ibm,remove-pe-dma-window(2028) 80000101',
    ]);
    expect(p.guest.devices().map((d) => d.fn)).toEqual(['0000:00:01.0']);
    expect(p.guest.deviceTree().children.map((c) => c.name)).not.toContain('pci@800000020000001');
    expect(p.guest.windowUse(0x8000_0101)).toBe('none');
  });
});

describe('memory hot plug', () => {
  it('a 1:1 window takes the new block: 8 lists of 512 for 256 MiB in 64K pages', () => {
    const p = new TestPlatform({ ...PHYP_RULES, block: 0x10000 }, K('6.1.176'), 65536).boot();
    p.masks(FN);
    p.take();
    let added: boolean | undefined;
    p.finish(p.guest.addMemory(2 ** 30, 2 ** 28, (ok) => (added = ok)));
    expect([added, ...p.take()]).toEqual([true, 'IND 80000001 0x800000040000000 8x, 4096 TCEs = 0']);
    p.finish(p.guest.removeMemory(2 ** 30, 2 ** 28));
    expect(p.take()).toEqual(['STUFF 80000001 0x800000040000000 8x, 4096 TCEs = 0']);
  });

  it('6.1 tries the same on a dynamic window, beyond whose end it fails; 6.12 leaves it alone', () => {
    const old = new TestPlatform(PHYP_RULES, K('6.1.176'), 65536).boot();
    old.masks(FN);
    old.take();
    let added: boolean | undefined;
    old.finish(old.guest.addMemory(2 ** 30, 2 ** 28, (ok) => (added = ok)));
    expect([added, ...old.take()]).toEqual([
      false,
      'IND 80000001 0x800000040000000 1x, 512 TCEs = -4',
      'STUFF 80000001 0x800000040000000 1x, 512 TCEs = -4',
    ]);
    const newer = new TestPlatform(PHYP_RULES, K('6.12.107'), 65536).boot();
    newer.masks(FN);
    newer.take();
    newer.finish(newer.guest.addMemory(2 ** 30, 2 ** 28, (ok) => (added = ok)));
    expect([added, ...newer.take()]).toEqual([true]);
  });
});
