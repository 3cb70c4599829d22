import { describe, expect, it } from 'vitest';
import type { DtNode } from '../../abi/ports.ts';
import { kernelById } from './kernels/index.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';
import { PHYP_RULES, QEMU_RULES, TestPlatform, type TestRules } from './test-platform.ts';

const FN = '0000:00:01.0';
const PHB = '/pci@800000020000000';
const K = (id: string): KernelBuild => {
  const kernel = kernelById(id);
  if (kernel === undefined) throw new Error(id);
  return kernel;
};

function booted(id: string, rules: Partial<TestRules>, base: TestRules = PHYP_RULES): TestPlatform {
  const p = new TestPlatform({ ...base, ...rules }, K(id), 65536).boot();
  p.take();
  p.takeLog();
  return p;
}

const FITS = { block: 0x10000 };
const SMALL = { block: 0x4000 };
const TWO = { maxWindows: 2 };

/** The device's mode, and which properties the PE's node is left with: D default, S saved, 1 direct64, 2 dma64. */
function outcome(p: TestPlatform): string {
  p.masks(FN);
  const names = [
    ['D', 'ibm,dma-window'],
    ['S', 'ibm,dma-window-saved'],
    ['1', 'linux,direct64-ddr-window-info'],
    ['2', 'linux,dma64-ddr-window-info'],
  ] as const;
  const left = names.filter(([, name]) => p.property(PHB, name) !== undefined).map(([letter]) => letter);
  return `${p.guest.device(FN)?.mode} ${left.join('')}`;
}

describe('one window or two, enough of it or not: what each generation makes of it', () => {
  // [kernel, one window and it fits, one window too small, two windows and it fits, two windows too small]
  it.each([
    ['4.19', 'default D', 'default D', 'direct D1', 'default D'],
    ['5.4', 'default D', 'default D', 'direct D1', 'default D'],
    ['5.10', 'direct D1', 'default D', 'direct D1', 'default D'],
    ['5.13', 'direct D1', 'default D', 'direct D1', 'default D'],
    ['5.15-rc7', 'default D', 'default D', 'direct D1', 'indirect D2'],
    ['5.15', 'direct D1', 'indirect D2', 'direct D1', 'indirect D2'],
    // The default window at bus address 0 counts as used here.
    ['5.17', 'default D', 'default D', 'direct D1', 'indirect D2'],
    ['6.1', 'direct 1', 'indirect 2', 'direct D1', 'indirect D2'],
    ['6.1.176', 'direct 1', 'indirect 2', 'direct D1', 'indirect D2'],
    ['6.6', 'direct 1', 'indirect 2', 'direct D1', 'indirect D2'],
    ['6.10', 'direct 1', 'indirect 2', 'direct D1', 'indirect D2'],
    ['6.11', 'direct S1', 'indirect S2', 'direct D1', 'indirect D2'],
    ['6.12.107', 'direct S1', 'indirect S2', 'direct D1', 'indirect D2'],
    ['6.15', 'direct S1', 'indirect S2', 'direct D1', 'indirect D2'],
    ['7.2.13', 'direct S1', 'indirect S2', 'direct D1', 'indirect D2'],
  ])('%s: %s, %s, %s, %s', (id, oneFits, oneSmall, twoFits, twoSmall) => {
    expect([
      outcome(booted(id, FITS)),
      outcome(booted(id, SMALL)),
      outcome(booted(id, { ...FITS, ...TWO })),
      outcome(booted(id, { ...SMALL, ...TWO })),
    ]).toEqual([oneFits, oneSmall, twoFits, twoSmall]);
  });

  it('5.17 replaces a default window that lies elsewhere', () =>
    expect(outcome(booted('5.17', { ...SMALL, defaultStart: 0x1_0000_0000n }))).toBe('indirect D2'));
});

describe('persistent memory beside RAM of 4 GiB', () => {
  // [kernel, two windows: 16 GiB, 2^51 bytes; one window: 8 GiB, 4 GiB]
  it.each([
    ['5.4', 'direct D1', 'direct D1', 'default D', 'default D'],
    ['5.10', 'default D', 'direct D1', 'default D', 'default D'],
    ['5.13', 'default D', 'direct D1', 'default D', 'default D'],
    ['5.15-rc7', 'indirect D2', 'direct D1', 'default D', 'default D'],
    // A second mask call takes the dynamic window of memory's size for a 1:1 one: with a limit, that is.
    ['5.15', 'direct D1', 'direct D1', 'direct D2', 'direct D2'],
    ['6.6', 'direct D1', 'direct D1', 'direct 2', 'direct 2'],
    ['6.10', 'direct D1', 'direct D1', 'indirect 2', 'indirect 2'],
    ['6.11', 'direct D1', 'direct D1', 'hybrid S1', 'indirect S2'],
    ['6.15', 'direct D1', 'direct D1', 'hybrid S1', 'indirect S2'],
  ])('%s: %s, %s, %s, %s', (id, two, twoAll, one, oneSmall) => {
    const all = { block: 2 ** 36, pageMask: 4, pageShifts: [24] };
    expect([
      outcome(booted(id, { pmem: true, ...TWO, block: 0x40000 })),
      outcome(booted(id, { pmem: true, ...TWO, ...all })),
      outcome(booted(id, { pmem: true, block: 0x20000 })),
      outcome(booted(id, { pmem: true, block: 0x10000 })),
    ]).toEqual([two, twoAll, one, oneSmall]);
  });
});

describe('a default window in use', () => {
  it.each([
    ['5.10', 'direct'],
    ['5.13', 'direct'],
    ['5.15', 'default'],
    ['6.1', 'default'],
    ['6.11', 'default'],
    ['6.15', 'default'],
  ])('%s: the device goes %s', (id, mode) => {
    const p = booted(id, {
      ...FITS,
      functions: [
        { slot: 1, name: 'mass-storage@1' },
        { slot: 2, name: 'ethernet@2' },
      ],
    });
    p.masks('0000:00:02.0', 32);
    const nic = p.guest.device('0000:00:02.0');
    if (nic === undefined) throw new Error('no NIC');
    expect(p.guest.dma.mapPage(nic, 0x400_0000, 4096, 'to-device')).toBe(true);
    p.masks(FN);
    expect(p.guest.device(FN)?.mode).toBe(mode);
    expect(p.takeLog().some((line) => line.includes("current IOMMU table in use, can't be replaced."))).toBe(
      mode === 'default',
    );
  });
});

describe('words that changed', () => {
  const lines = (id: string, rules: Partial<TestRules> = {}): readonly string[] => {
    const p = booted(id, { ...SMALL, ...rules });
    p.masks(FN);
    return p.takeLog();
  };

  it.each([
    ['5.4', 'nvme 0000:00:01.0: no free dynamic windows', {}],
    ['5.4', "nvme 0000:00:01.0: can't map partiton max 0x100000000 with 16384 65536-sized pages", TWO],
    ['5.10', "nvme 0000:00:01.0: can't map partition max 0x100000000 with 16384 65536-sized pages", {}],
    ['5.10', 'nvme 0000:00:01.0: no supported direct page size in mask 8', { pageMask: 8 }],
    ['5.17', 'nvme 0000:00:01.0: no supported page size in mask 200', { pageMask: 0x200, ...TWO }],
    ['4.19', 'nvme 0000:00:01.0: Using 64-bit direct DMA at offset 800000000000000', { ...FITS, ...TWO }],
    ['5.4', 'nvme 0000:00:01.0: iommu: 64-bit OK, using fixed ops', { ...FITS, ...TWO }],
    ['5.15', 'nvme 0000:00:01.0: ibm,query-pe-dma-windows(2026) 800 8000000 20000000 returned 0', {}],
    [
      '5.17',
      'nvme 0000:00:01.0: ibm,query-pe-dma-windows(2026) 800 8000000 20000000 returned 0, lb=4000 ps=3 wn=0',
      {},
    ],
    ['6.1', `nvme 0000:00:01.0: Removed default DMA window for ${PHB}`, {}],
    ['6.15', 'nvme 0000:00:01.0: lsa_required: 0, lsa_enabled: 0, direct mapping: 0', {}],
    ['5.13', 'nvme 0000:00:01.0: Skipping ibm,pmemory', { pmem: true }],
  ] as const)('%s: %s', (id, line, rules) => expect(lines(id, rules)).toContain(line));

  it.each([
    ['5.10', 'Skipping ibm,pmemory', { pmem: true }],
    ['6.11', 'lsa_required', {}],
    ['5.17', 'Removed default DMA window', { defaultStart: 0x1_0000_0000n }],
    ['4.19', '64-bit OK', { ...FITS, ...TWO }],
  ] as const)('%s has no line with "%s"', (id, text, rules) =>
    expect(lines(id, rules).filter((line) => line.includes(text))).toEqual([]),
  );

  it('4.19 asks for the window by the streaming mask alone', () => {
    const p = booted('4.19', { ...FITS, ...TWO });
    expect(p.masks(FN)).toBe(0);
    expect(p.take().filter((call) => call.startsWith('query'))).toHaveLength(1);
    expect(p.guest.device(FN)).toMatchObject({ mode: 'direct', dmaMaskBits: 64, coherentMaskBits: 64 });
    expect(p.masks(FN, 32)).toBe(0);
    expect(p.takeLog().at(-1)).toBe('nvme 0000:00:01.0: Restoring 32-bit DMA via iommu');
    expect(p.guest.device(FN)?.mode).toBe('default');
  });
});

describe('hcalls that changed', () => {
  it.each([
    ['5.4', 'STUFF 80000000 0x0 1x, 262144 TCEs = 0'],
    ['5.17', 'STUFF 80000000 0x0 1x, 262144 TCEs = 0'],
    ['6.1', 'STUFF 80000000 0x0 1x, 262144 TCEs = 0'],
    ['6.6', 'STUFF 80000000 0x0 512x, 262144 TCEs = 0'],
    ['6.15', 'STUFF 80000000 0x0 512x, 262144 TCEs = 0'],
  ])('%s clears the default table at boot: %s', (id, call) =>
    expect(new TestPlatform(QEMU_RULES, K(id), 65536).boot().take()).toContain(call),
  );

  it.each([
    ['6.10', 0],
    ['6.11', 1],
    ['6.15', 1],
  ])('%s asks %d times at scan', (id, queries) => {
    const calls = new TestPlatform(PHYP_RULES, K(id), 65536).boot().take();
    expect(calls.filter((call) => call.startsWith('query'))).toHaveLength(queries);
  });

  it('5.4 reads the short answer of a query: a block of 2^37 TCEs shows as 2^31', () => {
    const p = booted('5.4', {
      ...TWO,
      block: 2 ** 37,
      pageMask: 1,
      pageShifts: [12],
      maxMemoryBytes: 2 ** 44,
    });
    p.masks(FN);
    const need = "can't map partiton max 0x100000000000 with 2147483648 4096-sized pages";
    expect(p.takeLog()).toContain(`nvme ${FN}: ${need}`);
    const q = booted('5.10', {
      ...TWO,
      block: 2 ** 37,
      pageMask: 1,
      pageShifts: [12],
      maxMemoryBytes: 2 ** 44,
    });
    q.masks(FN);
    expect(q.take()).toContain('create(12, 44) = 0');
  });

  it.each([
    ['5.4', 'IND'],
    ['5.10', 'IND'],
    ['6.1', 'IND'],
    ['6.6', undefined],
    ['6.15', undefined],
  ])('%s tells a dynamic window of added memory by %s', (id, call) => {
    // Generations without dynamic windows have a 1:1 one here, which must hear of it.
    const dynamic = id !== '5.4' && id !== '5.10';
    const p = booted(id, { ...TWO, ...(dynamic ? { block: 0x8000 } : FITS) });
    p.masks(FN);
    p.take();
    p.finish(p.guest.addMemory(0x4000_0000, 0x1000_0000, () => undefined));
    expect(p.take().map((line) => line.split(' ')[0])[0]).toBe(call);
  });
});

describe('bugs with an end', () => {
  const lacking = (tree: DtNode): DtNode => ({
    ...tree,
    children: tree.children.map((child) => {
      if (!child.name.startsWith('pci@')) return child;
      const properties = new Map([...child.properties].filter(([name]) => name !== 'ibm,dma-window'));
      return { ...child, properties };
    }),
  });

  it.each([
    ['5.17', undefined],
    ['6.1', `pci_dma_bus_setup_pSeriesLP: ${PHB} has no DMA window, and the kernel looks into it`],
    ['6.6', `pci_dma_bus_setup_pSeriesLP: ${PHB} has no DMA window, and the kernel looks into it`],
    ['6.1.176', undefined],
    ['6.10', undefined],
    ['6.15', undefined],
  ])('%s boots with a frozen PE that has no window: oops %s', (id, oops) => {
    const p = new TestPlatform(PHYP_RULES, K(id), 65536, [], true, lacking);
    p.finish(p.guest.boot());
    expect(p.guest.oops).toBe(oops);
    expect(p.log.includes('Oops: Kernel access of bad area, sig: 11 [#1]')).toBe(oops !== undefined);
  });

  // 64K pages from 2^59 on are bus pages from 2^43 on: an MMIO range there, taken for pages, lies in the table.
  const mmioInWindow = (tree: DtNode): DtNode => {
    for (const child of tree.children) {
      const ranges = child.properties.get('ranges');
      if (ranges !== undefined) new DataView(ranges.buffer).setUint32(12, 0x800);
      if (ranges !== undefined) new DataView(ranges.buffer).setUint32(16, 0x100);
    }
    return tree;
  };

  it.each([
    ['5.15', 'indirect', undefined],
    ['5.17', 'default', 'iommu_table_reserve_pages: the MMIO range from 0x80000000100 was counted by an int'],
    ['6.1', 'default', 'iommu_table_reserve_pages: the MMIO range from 0x80000000100 was counted by an int'],
    ['6.11', 'default', 'iommu_table_reserve_pages: the MMIO range from 0x80000000100 was counted by an int'],
    ['6.15', 'indirect', undefined],
  ])('%s with an MMIO range whose bytes look like bus pages: %s, oops %s', (id, mode, oops) => {
    const p = new TestPlatform({ ...PHYP_RULES, ...TWO }, K(id), 65536, [], true, mmioInWindow).boot();
    p.masks(FN);
    expect([p.guest.device(FN)?.mode, p.guest.oops]).toEqual([mode, oops]);
  });

  it.each([
    ['6.1', 0x2340],
    ['6.6', 0x11_2340],
  ])('%s: a scatter element in the middle of a 2M I/O page is at offset %d of its bus page', (id, offset) => {
    const p = booted(id, { ...TWO, block: 0x200, pageMask: 0x100, pageShifts: [21] });
    p.masks(FN);
    const dev = p.guest.device(FN);
    if (dev === undefined) throw new Error(FN);
    const sg = { addresses: [0x411_2340], lengths: [512], dmaHi: [], dmaLo: [], dmaBytes: [] };
    expect(p.guest.dma.mapSg(dev, sg, 'to-device')).toBe(1);
    const [lo = 0] = sg.dmaLo;
    expect(lo % 0x20_0000).toBe(offset);
  });
});
