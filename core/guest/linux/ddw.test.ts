import { describe, expect, it } from 'vitest';
import { PHYP_RULES, QEMU_RULES, TestPlatform, type TestRules } from './test-platform.ts';
import { kernelById } from './kernels/index.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';

const GiB = 2 ** 30;
const FN = '0000:00:01.0';
const PHB = '/pci@800000020000000';
const K = (id: string): KernelBuild => {
  const kernel = kernelById(id);
  if (kernel === undefined) throw new Error(id);
  return kernel;
};

function booted(
  id: string,
  rules: Partial<TestRules> = {},
  base = PHYP_RULES,
  pageBytes = 65536,
): TestPlatform {
  const p = new TestPlatform({ ...base, ...rules }, K(id), pageBytes).boot();
  p.take();
  p.takeLog();
  return p;
}

describe('one window per PE (phyp recordings)', () => {
  it('6.1 gives the default window up and maps dynamically: query, bogus clear, remove, query, create, clear', () => {
    const p = booted('6.1.176');
    expect(p.masks(FN)).toBe(0);
    expect(p.take()).toEqual([
      'query = 0, 0 windows',
      'STUFF 80000000 0x0 1x, 0 TCEs = -4',
      'remove(80000000) = 0',
      'query = 0, 1 windows',
      'create(16, 30) = 0',
      'STUFF 80000001 0x800000000000000 32x, 16384 TCEs = 0',
    ]);
    expect(p.takeLog()).toEqual([
      'nvme 0000:00:01.0: node is /pci@800000020000000/mass-storage@1',
      'nvme 0000:00:01.0: ibm,query-pe-dma-windows(2026) 800 8000000 20000000 returned 0, lb=4000 ps=3 wn=0',
      '/pci@800000020000000 failed to clear tces in window.',
      '/pci@800000020000000: successfully removed DMA window: rtas returned 0 to ibm,remove-pe-dma-window(2028) 80000000',
      'nvme 0000:00:01.0: ibm,query-pe-dma-windows(2026) 800 8000000 20000000 returned 0, lb=4000 ps=3 wn=1',
      "nvme 0000:00:01.0: can't map partition max 0x100000000 with 16384 65536-sized pages",
      'nvme 0000:00:01.0: ibm,create-pe-dma-window(2027) 800 8000000 20000000 10 1e returned 0 (liobn = 0x80000001 starting addr = 8000000 0)',
      'nvme 0000:00:01.0: created tce table LIOBN 0x80000001 for /pci@800000020000000/mass-storage@1',
      'nvme 0000:00:01.0: Removed default DMA window for /pci@800000020000000',
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
      'nvme 0000:00:01.0: node is /pci@800000020000000/mass-storage@1',
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
    ]);
    expect(p.property(PHB, 'linux,dma64-ddr-window-info')).toBe(
      '80000001000000000800000000000000000000100000001e',
    );
    expect(p.property(PHB, 'ibm,dma-window')).toBeUndefined();
    expect(p.property(PHB, 'ibm,dma-window-saved')).toBeUndefined();
    expect(p.guest.device(FN)?.mode).toBe('indirect');
    expect(p.guest.windowUse(0x8000_0001)).toBe('indirect');
  });

  it('6.12 does the same, keeps the property aside and adds its lsa line', () => {
    const p = booted('6.12.107');
    p.masks(FN);
    expect(p.take().slice(-2)).toEqual([
      'create(16, 30) = 0',
      'STUFF 80000001 0x800000000000000 32x, 16384 TCEs = 0',
    ]);
    expect(p.takeLog().slice(-5)).toEqual([
      'nvme 0000:00:01.0: lsa_required: 0, lsa_enabled: 0, direct mapping: 0',
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
      'nvme 0000:00:01.0: node is /pci@800000020000000/mass-storage@1',
      'nvme 0000:00:01.0: lsa_required: 0, lsa_enabled: 0, direct mapping: 0',
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
    ]);
    expect(p.property(PHB, 'ibm,dma-window-saved')).toBe('8000000000000000000000000000000080000000');
    expect(p.property(PHB, 'ibm,dma-window')).toBeUndefined();
  });

  it('a block that holds all memory is filled 1:1 by lists of 512', () => {
    const p = booted('6.1.176', { block: 0x10000 });
    p.masks(FN);
    expect(p.take().slice(-2)).toEqual([
      'create(16, 32) = 0',
      'IND 80000001 0x800000000000000 32x, 16384 TCEs = 0',
    ]);
    expect(p.tces.get(`${0x8000_0001 | 0}:${0x0800_0000_0000_0000n >> 16n}`)).toBe(3n);
    expect(p.tces.get(`${0x8000_0001 | 0}:${(0x0800_0000_0000_0000n >> 16n) + 16383n}`)).toBe(0x3fff_0003n);
    expect(p.property(PHB, 'linux,direct64-ddr-window-info')).toBe(
      '800000010000000008000000000000000000001000000020',
    );
    expect(p.guest.device(FN)?.mode).toBe('direct');
  });

  it.each([
    [0x4000, 30, 32],
    [0x400, 26, 2],
  ])('a block of 0x%s TCEs: window 2^%d, %d clears of 512', (block, shift, clears) => {
    const p = booted('6.12.107', { block });
    p.masks(FN);
    expect(p.take().slice(-2)).toEqual([
      `create(16, ${shift}) = 0`,
      `STUFF 80000001 0x800000000000000 ${clears}x, ${block} TCEs = 0`,
    ]);
  });

  it('a block of 64 TCEs is cleared by one call of 64', () => {
    const p = booted('7.2.13', { block: 0x40 });
    p.masks(FN);
    expect(p.take().slice(-2)).toEqual([
      'create(16, 22) = 0',
      'STUFF 80000001 0x800000000000000 1x, 64 TCEs = 0',
    ]);
  });

  it('a block that is no power of two is asked for rounded up, refused, reset: the default window for ever', () => {
    const p = booted('6.1.176', { block: 0x6000 });
    expect(p.masks(FN)).toBe(0);
    expect(p.take().slice(-2)).toEqual(['create(16, 31) = -3', 'reset(3) = 0']);
    expect(p.masks(FN)).toBe(0);
    expect(p.take()).toEqual([]);
    expect(p.property(PHB, 'ibm,dma-window')).toBe('8000000000000000000000000000000080000000');
    expect(p.guest.device(FN)?.mode).toBe('default');
  });

  it('a busy firmware is asked again with the same arguments, after the time it names', () => {
    const p = booted('6.1.176', { createAnswers: [9901, 9901, 9901, 0] });
    const before = p.scheduler.clock.nowNs;
    p.masks(FN);
    expect(p.take().filter((c) => c.startsWith('create'))).toEqual([
      'create(16, 30) = 9901',
      'create(16, 30) = 9901',
      'create(16, 30) = 9901',
      'create(16, 30) = 0',
    ]);
    expect(p.scheduler.clock.nowNs - before).toBe(30_000_000);
    expect(p.takeLog().filter((line) => line.includes('create-pe'))).toHaveLength(1);
  });

  it('another function of a PE that failed makes no call at all', () => {
    const p = booted('6.1.176', {
      createAnswers: [-1],
      functions: [
        { slot: 1, name: 'mass-storage@1' },
        { slot: 2, name: 'mass-storage@2' },
      ],
    });
    p.masks(FN);
    expect(p.take().slice(-2)).toEqual(['create(16, 30) = -1', 'reset(3) = 0']);
    p.masks('0000:00:02.0');
    expect(p.take()).toEqual([]);
    expect(p.guest.device('0000:00:02.0')?.mode).toBe('default');
  });

  it('mappings in the default window keep it for good (an e1000 was first)', () => {
    const p = booted('6.1.176');
    const dev = p.guest.device(FN);
    if (dev === undefined) throw new Error(FN);
    expect(p.masks(FN, 32)).toBe(0);
    expect(p.guest.dma.mapPage(dev, 0x123_0000, 4096, 'from-device')).toBe(true);
    p.take();
    p.masks(FN, 64);
    expect(p.take()).toEqual(['query = 0, 0 windows']);
    expect(p.takeLog()).toContain("nvme 0000:00:01.0: current IOMMU table in use, can't be replaced.");
    p.masks(FN, 64);
    expect(p.take()).toEqual([]);
  });

  it('5.13 removes the default window without looking, and without room goes back to it', () => {
    const p = booted('5.13');
    p.masks(FN);
    expect(p.take()).toEqual([
      'query = 0, 0 windows',
      'STUFF 80000000 0x0 1x, 0 TCEs = -4',
      'remove(80000000) = 0',
      'query = 0, 1 windows',
      'reset(3) = 0',
    ]);
    expect(p.guest.device(FN)?.mode).toBe('default');
  });

  it('a fill that fails is cleared, the window removed, the default restored by reset', () => {
    const p = booted('6.1.176', { block: 0x10000, injectSet: (call) => (call >= 3 ? -4 : 0) });
    p.masks(FN);
    expect(p.take().slice(4)).toEqual([
      'create(16, 32) = 0',
      'IND 80000001 0x800000000000000 3x, 1536 TCEs = 0',
      'IND 80000001 0x800000006000000 1x, 512 TCEs = -4',
      'STUFF 80000001 0x800000000000000 128x, 65536 TCEs = 0',
      'remove(80000001) = 0',
      'reset(3) = 0',
    ]);
    const log = p.takeLog();
    expect(log).toContain(
      'nvme 0000:00:01.0: failed to map DMA window for /pci@800000020000000/mass-storage@1: -4',
    );
    expect(log.filter((l) => l.includes('using'))).toEqual([
      'nvme 0000:00:01.0: iommu: 64-bit OK, using fixed ops',
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
    ]);
    expect(p.property(PHB, 'linux,direct64-ddr-window-info')).toBeUndefined();
  });

  it('7.2 leaves a DMA limit behind when a direct window failed', () => {
    const p = booted('7.2.13', { block: 0xc000 });
    p.masks(FN);
    expect(p.takeLog().filter((l) => l.includes('iommu:'))).toEqual([
      'nvme 0000:00:01.0: iommu: 64-bit OK but direct DMA is limited by 100000000',
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
    ]);
    const dev = p.guest.device(FN);
    p.take();
    // Streaming maps now go straight to where no window is.
    expect(dev && p.guest.dma.mapPage(dev, 0x123_4000, 4096, 'to-device')).toBe(true);
    expect([p.guest.dma.handleHi, p.guest.dma.handleLo]).toEqual([0, 0x123_4000]);
    expect(p.take()).toEqual([]);
  });

  it('a second function shares the window without a call; 6.12 lets it use the old table, whose TCEs are refused', () => {
    const p = booted('6.12.107', {
      functions: [
        { slot: 1, name: 'mass-storage@1' },
        { slot: 2, name: 'mass-storage@2' },
      ],
    });
    p.masks('0000:00:02.0');
    p.take();
    p.masks(FN);
    expect(p.take()).toEqual([]);
    const dev = p.guest.device(FN);
    expect(dev && p.guest.dma.mapPage(dev, 0x123_4000, 4096, 'to-device')).toBe(true);
    expect(p.take()).toEqual(['PUT 80000000 0x1000 1x, 1 TCEs = -4']);
    expect(p.takeLog().slice(-4)).toEqual([
      'tce_build_pSeriesLP: plpar_tce_put failed. rc=-4',
      '\tindex   = 0x80000000',
      '\ttcenum  = 0x1',
      '\ttce val = 0x1234001',
    ]);
  });

  it('after a 1:1 replacement the old table is freed memory: 6.12 oopses when a 32-bit device maps', () => {
    const p = booted('6.12.107', {
      block: 0x10000,
      functions: [
        { slot: 1, name: 'mass-storage@1' },
        { slot: 2, name: 'ethernet@2' },
      ],
    });
    p.masks(FN);
    p.masks('0000:00:02.0', 32, 32, 'e1000');
    const dev = p.guest.device('0000:00:02.0');
    p.take();
    expect(dev && p.guest.dma.allocCoherent(dev, 4096)).toBeUndefined();
    expect(p.take()).toEqual([]);
    expect(p.guest.oops).toContain('iommu_area_alloc');
  });
});

describe('two windows per PE (QEMU recordings)', () => {
  it.each([
    [0x107, [12, 16, 21, 24], 24, '1x, 64'],
    [0x2, [16], 16, '32x, 16384'],
    [0x1, [12], 12, '512x, 262144'],
    [0x100, [21], 21, '1x, 512'],
  ])('mask 0x%s: 1 GiB in pages of the largest size', (pageMask, pageShifts, shift, fill) => {
    const p = booted('6.1.176', { pageMask, pageShifts }, QEMU_RULES);
    p.masks(FN);
    expect(p.take()).toEqual([
      'query = 0, 1 windows',
      `create(${shift}, 30) = 0`,
      `IND 80000001 0x800000000000000 ${fill} TCEs = 0`,
    ]);
    expect(p.property(PHB, 'ibm,dma-window')).toBe('8000000000000000000000000000000040000000');
  });

  it('1280 MiB in 2M pages: a list of 512 and one of 128', () => {
    const p = booted('6.1.176', { pageMask: 0x101, ramBytes: 1280 * 2 ** 20 }, QEMU_RULES);
    p.masks(FN);
    expect(p.take().slice(-2)).toEqual([
      'create(21, 31) = 0',
      'IND 80000001 0x800000000000000 2x, 640 TCEs = 0',
    ]);
  });

  it('maximum memory counts, not memory now', () => {
    const p = booted('6.1.176', { maxMemoryBytes: 20 * GiB }, QEMU_RULES);
    p.masks(FN);
    expect(p.take().slice(-2)).toEqual([
      'create(24, 35) = 0',
      'IND 80000001 0x800000000000000 1x, 64 TCEs = 0',
    ]);
  });

  it('too small a block: indirect beside the default window, which stays', () => {
    const p = booted('6.1.176', { maxWindows: 2 });
    p.masks(FN);
    expect(p.take()).toEqual([
      'query = 0, 1 windows',
      'create(16, 30) = 0',
      'STUFF 80000001 0x800000000000000 32x, 16384 TCEs = 0',
    ]);
    expect(p.property(PHB, 'ibm,dma-window')).toBe('8000000000000000000000000000000080000000');
  });

  it('a failed create beside the default window needs no reset', () => {
    const p = booted('6.1.176', { maxWindows: 2, createAnswers: [-1] });
    p.masks(FN);
    expect(p.take()).toEqual(['query = 0, 1 windows', 'create(16, 30) = -1']);
  });

  it('6.12 without dynamic-memory facts asks for a window of 2^0 bytes and stays on the default', () => {
    const p = booted('6.12.107', {}, QEMU_RULES);
    p.masks(FN);
    expect(p.take()).toEqual(['query = 0, 1 windows', 'create(24, 0) = -3']);
    expect(p.takeLog()).toEqual([
      'nvme 0000:00:01.0: node is /pci@800000020000000/mass-storage@1',
      'nvme 0000:00:01.0: ibm,query-pe-dma-windows(2026) 800 8000000 20000000 returned 0, lb=2000000000 ps=107 wn=1',
      'nvme 0000:00:01.0: ibm,create-pe-dma-window(2027) 800 8000000 20000000 18 0 returned -3 (liobn = 0x0 starting addr = 0 0)',
      'nvme 0000:00:01.0: lsa_required: 0, lsa_enabled: 0, direct mapping: 1',
      'nvme 0000:00:01.0: iommu: 64-bit OK, using fixed ops',
      'nvme 0000:00:01.0: node is /pci@800000020000000/mass-storage@1',
      'nvme 0000:00:01.0: lsa_required: 0, lsa_enabled: 0, direct mapping: 0',
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
    ]);
  });

  it('7.2 in the same case maps through the table and never unmaps: every handle looks direct to it', () => {
    const p = booted('7.2.13', {}, QEMU_RULES);
    p.masks(FN);
    const dev = p.guest.device(FN);
    if (dev === undefined) throw new Error(FN);
    p.take();
    expect(p.guest.dma.mapPage(dev, 0x2521000, 4096, 'to-device')).toBe(true);
    p.guest.dma.unmapPage(dev, p.guest.dma.handleHi, p.guest.dma.handleLo, 4096, 'to-device');
    expect(p.take()).toEqual(['PUT 80000000 0x1000 1x, 1 TCEs = 0']);
  });

  it('a 40-bit device asks for limited addressing, which QEMU has not: 6.12 stays on the default window', () => {
    const p = booted('6.12.107', { maxMemoryBytes: 4 * GiB }, QEMU_RULES);
    expect(p.masks(FN, 40, 40, 'sym53c8xx')).toBe(0);
    expect(p.take()).toEqual(['query = 0, 1 windows']);
    expect(p.takeLog().slice(0, 4)).toEqual([
      'sym53c8xx 0000:00:01.0: node is /pci@800000020000000/mass-storage@1',
      'sym53c8xx 0000:00:01.0: ibm,query-pe-dma-windows(2026) 800 8000000 20000000 returned 0, lb=2000000000 ps=107 wn=1',
      'sym53c8xx 0000:00:01.0: Limited Address Space for DDW not Supported, err: -75',
      'sym53c8xx 0000:00:01.0: lsa_required: 1, lsa_enabled: 0, direct mapping: 0',
    ]);
  });

  it('6.1 makes no call for a 40-bit device', () => {
    const p = booted('6.1.176', {}, QEMU_RULES);
    p.masks(FN, 40, 40, 'sym53c8xx');
    expect(p.take()).toEqual([]);
    expect(p.takeLog()).toEqual([
      'sym53c8xx 0000:00:01.0: iommu: not 64-bit, using default ops',
      'sym53c8xx 0000:00:01.0: iommu: not 64-bit, using default ops',
    ]);
  });

  it('without ibm,ddw-applicable nothing is asked', () => {
    const p = booted('6.1.176', { ddw: false }, QEMU_RULES);
    p.masks(FN);
    expect(p.take()).toEqual([]);
    expect(p.takeLog()).toContain('nvme 0000:00:01.0: iommu: not 64-bit, using default ops');
  });

  it('the plan of a function can be read afterwards', () => {
    const p = booted('6.1.176', { maxWindows: 2 });
    p.masks(FN);
    const plan = p.guest.plans().get(FN);
    expect(plan?.mode).toBe('indirect');
    expect(p.events.flatMap((e) => (e.kind === 'ddw-plan' ? [e.steps.at(-1)?.text] : []))).toEqual([
      'A table of 16,384 entries is made and cleared: each map and unmap is an hcall.',
      'The PE has a dynamic window already. This kernel judges it by its size: it is used through its table.',
    ]);
    expect(p.events.filter((e) => e.kind === 'ddw-plan')).toHaveLength(2);
  });
});

describe('persistent memory', () => {
  const pmem = { pmem: true, maxMemoryBytes: 8 * GiB };
  it('6.12 splits a large single window: RAM 1:1, the rest cleared for dynamic use', () => {
    const p = booted('6.12.107', { ...pmem, block: 0x80000 });
    p.masks(FN);
    expect(p.take().slice(-3)).toEqual([
      'create(16, 35) = 0',
      'IND 80000001 0x800000000000000 32x, 16384 TCEs = 0',
      'STUFF 80000001 0x800000200000000 768x, 393216 TCEs = 0',
    ]);
    expect(p.property(PHB, 'linux,direct64-ddr-window-info')).toBe(
      '800000010000000008000000000000000000001000000023',
    );
    expect(p.guest.device(FN)?.mode).toBe('hybrid');
  });

  it('6.1 maps all of it dynamically, then takes the window for direct at the second mask call', () => {
    const p = booted('6.1.176', { ...pmem, block: 0x80000 });
    p.masks(FN);
    expect(p.take().slice(-2)).toEqual([
      'create(16, 33) = 0',
      'STUFF 80000001 0x800000000000000 256x, 131072 TCEs = 0',
    ]);
    expect(p.takeLog().filter((l) => l.includes('iommu:'))).toEqual([
      'nvme 0000:00:01.0: iommu: not 64-bit, using default ops',
      'nvme 0000:00:01.0: iommu: 64-bit OK but direct DMA is limited by 800000200000000',
    ]);
  });
});
