import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { PHYP_RULES, QEMU_RULES, TestPlatform, type TestRules } from './test-platform.ts';
import { kernelById } from './kernels/index.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';
import type { LinuxDevice, ScatterList } from './types.ts';

const FN = '0000:00:01.0';
const K = (id: string): KernelBuild => {
  const kernel = kernelById(id);
  if (kernel === undefined) throw new Error(id);
  return kernel;
};

interface Rig {
  readonly p: TestPlatform;
  readonly dev: LinuxDevice;
  /** Maps, returns the handle as hex; "none" when it failed. */
  map(address: number, bytes: number, direction?: 'to-device' | 'from-device', cpu?: number): string;
  unmapLast(bytes: number): void;
}

function rig(
  id: string,
  rules: Partial<TestRules>,
  base = PHYP_RULES,
  pageBytes = 65536,
  bootArgs: readonly string[] = [],
  bits = 64,
): Rig {
  const p = new TestPlatform({ ...base, ...rules }, K(id), pageBytes, bootArgs).boot();
  p.masks(FN, bits);
  p.take();
  p.takeLog();
  const dev = p.guest.device(FN);
  if (dev === undefined) throw new Error(FN);
  const { dma } = p.guest;
  return {
    p,
    dev,
    map: (address, bytes, direction = 'from-device', cpu = 0) =>
      dma.mapPage(dev, address, bytes, direction, cpu) ? handleText(dma.handleHi, dma.handleLo) : 'none',
    unmapLast: (bytes) => dma.unmapPage(dev, dma.handleHi, dma.handleLo, bytes, 'from-device'),
  };
}

const handleText = (hi: number, lo: number): string =>
  `${(hi >>> 0).toString(16)}:${(lo >>> 0).toString(16).padStart(8, '0')}`;

function list(...elements: readonly (readonly [number, number])[]): ScatterList {
  return {
    addresses: elements.map(([a]) => a),
    lengths: elements.map(([, n]) => n),
    dmaHi: [],
    dmaLo: [],
    dmaBytes: [],
  };
}

describe('through the default window (64K kernel, 4K entries)', () => {
  const def = (): Rig => rig('6.1.176', { ddw: false }, QEMU_RULES);

  it('an unaligned 4K buffer takes two entries: one list call, one clear', () => {
    const r = def();
    expect(r.map(0x3f48_c200, 4096)).toBe('0:00001200');
    r.unmapLast(4096);
    expect(r.p.take()).toEqual([
      'IND 80000000 0x1000 1x, 2 TCEs = 0',
      'STUFF 80000000 0x1000 1x, 2 TCEs = 0',
    ]);
  });

  it('an aligned 4K buffer takes one entry: H_PUT_TCE; to the device is read-only', () => {
    const r = def();
    expect(r.map(0x23f_0000, 4096, 'to-device')).toBe('0:00001000');
    expect(r.p.take()).toEqual(['PUT 80000000 0x1000 1x, 1 TCEs = 0']);
    expect(r.p.tces.get(`${0x8000_0000 | 0}:1`)).toBe(0x23f_0001n);
  });

  it('64K aligned: 16 entries from three quarters of the window', () => {
    const r = def();
    expect([r.map(0x2530000, 65536), r.map(0x2540000, 65536)]).toEqual(['0:30000000', '0:30010000']);
    expect(r.p.take()).toEqual(['IND 80000000 0x30000000 2x, 32 TCEs = 0']);
  });

  it('600 pages go in two lists', () => {
    const r = def();
    expect(r.map(0x400_0000, 600 * 4096)).toBe('0:30000000');
    expect(r.p.take()).toEqual(['IND 80000000 0x30000000 2x, 600 TCEs = 0']);
    expect(r.p.tces.get(`${0x8000_0000 | 0}:${0x30000 + 599}`)).toBe(BigInt(0x400_0000 + 599 * 4096) | 3n);
  });

  it('neighbours of a scatter list become one segment, and one clear', () => {
    const r = def();
    const sg = list([0x252_0000, 65536], [0x260_0000, 65536], [0x271_0000, 65536]);
    r.dev.maxSegBytes = 0xffff_ffff;
    expect(r.p.guest.dma.mapSg(r.dev, sg, 'from-device')).toBe(1);
    expect([sg.dmaLo[0], sg.dmaBytes[0]]).toEqual([0x3000_0000, 3 * 65536]);
    r.p.guest.dma.unmapSg(r.dev, sg, 'from-device');
    expect(r.p.take()).toEqual([
      'IND 80000000 0x30000000 3x, 48 TCEs = 0',
      'STUFF 80000000 0x30000000 1x, 48 TCEs = 0',
    ]);
  });

  it('no segment grows beyond what the device takes, and iommu=novmerge joins none', () => {
    const r = def();
    const sg = list([0x252_0000, 65536], [0x260_0000, 65536]);
    expect(r.p.guest.dma.mapSg(r.dev, sg, 'from-device')).toBe(2);
    const other = rig('6.1.176', { ddw: false }, QEMU_RULES, 65536, ['iommu=novmerge']);
    other.dev.maxSegBytes = 0xffff_ffff;
    expect(
      other.p.guest.dma.mapSg(other.dev, list([0x252_0000, 65536], [0x260_0000, 65536]), 'from-device'),
    ).toBe(2);
  });

  it('a 4K kernel puts sixteen pages of a request one after the other', () => {
    const r = rig('6.12.107', { ddw: false }, QEMU_RULES, 4096);
    r.dev.maxSegBytes = 0xffff_ffff;
    const sg = list(...Array.from({ length: 16 }, (_, i) => [0x300_0000 + i * 0x5000, 4096] as const));
    expect(r.p.guest.dma.mapSg(r.dev, sg, 'from-device')).toBe(1);
    r.p.guest.dma.unmapSg(r.dev, sg, 'from-device');
    expect(r.p.take()).toEqual([
      'PUT 80000000 0x1000 16x, 16 TCEs = 0',
      'STUFF 80000000 0x1000 1x, 16 TCEs = 0',
    ]);
  });

  it('an empty list is refused as the kernel does', () => {
    expect(rig('5.13', { ddw: false }, QEMU_RULES).p.guest.dma.mapSg(def().dev, list(), 'to-device')).toBe(0);
    const r = def();
    expect(r.p.guest.dma.mapSg(r.dev, list(), 'to-device')).toBe(-22);
  });

  it('a coherent buffer is zeroed, aligned on the bus, and goes back with its memory', () => {
    const r = def();
    const { dma, pages } = r.p.guest;
    const address = dma.allocCoherent(r.dev, 70000);
    if (address === undefined) throw new Error('no memory');
    expect(address % 131072).toBe(0);
    expect(r.p.take()).toEqual(['IND 80000000 0x30000000 1x, 32 TCEs = 0']);
    expect(r.p.ports.memory.bytes(address, 65536).every((b) => b === 0)).toBe(true);
    dma.freeCoherent(r.dev, address, 70000, dma.handleHi, dma.handleLo);
    expect(r.p.take()).toEqual(['STUFF 80000000 0x30000000 1x, 32 TCEs = 0']);
    expect(pages.alloc(1)).toBeDefined();
  });

  it('a coherent buffer of 2^13 pages is too much', () => {
    const r = rig('6.12.107', { ddw: false }, QEMU_RULES, 4096);
    expect(r.p.guest.dma.allocCoherent(r.dev, 4096 * 2 ** 13)).toBeUndefined();
    expect(r.p.takeLog()).toEqual(['nvme 0000:00:01.0: iommu_alloc_consistent size too large: 0x2000000']);
  });
});

describe('through a dynamic window (indirect mapping)', () => {
  it('64K pages: small maps lie 1 MiB apart, one call each way', () => {
    const r = rig('6.1.176', {});
    expect([r.map(0x123_4000, 4096), r.map(0x123_4000, 4096)]).toEqual([
      '8000000:00004000',
      '8000000:00104000',
    ]);
    r.unmapLast(4096);
    expect(r.p.take()).toEqual([
      'PUT 80000001 0x800000000000000 2x, 2 TCEs = 0',
      'STUFF 80000001 0x800000000100000 1x, 1 TCEs = 0',
    ]);
  });

  it('4K kernel, 64K entries: every 4K page needs an entry of its own', () => {
    const r = rig('6.12.107', {}, PHYP_RULES, 4096);
    r.dev.maxSegBytes = 0xffff_ffff;
    const sg = list([0x300_1000, 4096], [0x500_3000, 4096]);
    expect(r.p.guest.dma.mapSg(r.dev, sg, 'from-device')).toBe(2);
    expect(sg.dmaLo).toEqual([0x1000, 0x13000]);
  });

  it('2M pages: the offset inside the page is in the bus address', () => {
    const r = rig('6.1.176', { pageMask: 0x103, pageShifts: [12, 16, 21], block: 0x400 });
    expect([r.map(0xe2_3000, 4096), r.map(0x123_4000, 4096)]).toEqual([
      '8000000:00023000',
      '8000000:02034000',
    ]);
    expect([...r.p.tces.values()]).toEqual([0xe0_0003n, 0x120_0003n]);
  });

  it('with four CPUs small maps come from the pool of their CPU', () => {
    const r = rig('6.12.107', {});
    expect([0, 1, 2, 3].map((cpu) => r.map(0x123_0000, 4096, 'from-device', cpu))).toEqual([
      '8000000:00000000',
      '8000000:0c000000',
      '8000000:24000000',
      '8000000:00100000',
    ]);
  });

  it('a full window fails the map, with a line; what is unmapped can be mapped again', () => {
    const r = rig('7.2.13', { block: 0x40 });
    for (let i = 0; i < 62; i++) expect(r.map(0x100_0000, 65536)).not.toBe('none');
    expect(r.map(0x100_0000, 65536)).toBe('none');
    expect(r.p.takeLog()[0]).toMatch(
      /^nvme 0000:00:01.0: iommu_alloc failed, tbl [0-9a-f]{16} vaddr [0-9a-f]{16} npages 1$/,
    );
    r.p.guest.dma.unmapPage(r.dev, 0x0800_0000, 0, 65536, 'from-device');
    expect(r.map(0x100_0000, 65536)).toBe('8000000:00000000');
  });
});

describe('errors of TCE calls', () => {
  it('-44 fails the map: the entry is cleared and given back', () => {
    let fails = true;
    const r = rig('6.1.176', { injectSet: () => (fails ? -44 : 0) });
    expect(r.map(0x2d7_0000, 65536)).toBe('none');
    expect(r.p.take()).toEqual([
      'PUT 80000001 0x800000000000000 1x, 1 TCEs = -44',
      'STUFF 80000001 0x800000000000000 1x, 1 TCEs = 0',
    ]);
    expect(r.p.takeLog()).toHaveLength(1);
    fails = false;
    expect(r.map(0x2d7_0000, 65536)).toBe('8000000:00100000');
  });

  it('-44 on the second list clears what the first one set', () => {
    const r = rig('6.1.176', { injectSet: (call) => (call === 1 ? -44 : 0) });
    expect(r.map(0x400_0000, 600 * 65536)).toBe('none');
    expect(r.p.take()).toEqual([
      'IND 80000001 0x800000030000000 1x, 512 TCEs = 0',
      'IND 80000001 0x800000032000000 1x, 88 TCEs = -44',
      'STUFF 80000001 0x800000030000000 3x, 1112 TCEs = 0',
    ]);
  });

  it.each([-4, 1, -1])('status %d is logged and the map "succeeds"', (status) => {
    const r = rig('6.1.176', { injectSet: () => status });
    expect(r.map(0x2d6_0000, 65536)).toBe('8000000:00000000');
    expect(r.p.takeLog()).toEqual([
      `tce_build_pSeriesLP: plpar_tce_put failed. rc=${status}`,
      '\tindex   = 0x80000001',
      '\ttcenum  = 0x80000000000',
      '\ttce val = 0x2d60003',
    ]);
  });

  it('a list that fails shows its first entry with the bytes reversed', () => {
    const r = rig('6.1.176', { injectSet: () => -4 });
    expect(r.map(0x207_0000, 2 * 65536)).toBe('8000000:00000000');
    expect(r.p.takeLog()).toEqual([
      'tce_buildmulti_pSeriesLP: plpar_tce_put failed. rc=-4',
      '\tindex   = 0x80000001',
      '\tnpages  = 0x0',
      '\ttce[0] val = 0x300070200000000',
    ]);
  });

  it('the log is limited to ten times in five seconds, one of them taken by the boot, then says how many it left out', () => {
    const r = rig('6.1.176', { injectSet: () => -4 });
    for (let i = 0; i < 20; i++) r.map(0x2d6_0000, 65536);
    expect(r.p.takeLog().filter((l) => l.startsWith('tce_build'))).toHaveLength(9);
    r.p.scheduler.clock.nowNs += 6_000_000_000;
    r.map(0x2d6_0000, 65536);
    expect(r.p.takeLog().slice(0, 2)).toEqual([
      'tce_build_pSeriesLP: 11 callbacks suppressed',
      'tce_build_pSeriesLP: plpar_tce_put failed. rc=-4',
    ]);
    for (let i = 0; i < 20; i++) r.map(0x2d6_0000, 65536);
    expect(r.p.takeLog().filter((l) => l.startsWith('tce_build'))).toHaveLength(9);
  });

  it('an unmap outside the table is only complained about', () => {
    const r = rig('6.1.176', {});
    r.p.guest.dma.unmapPage(r.dev, 0, 0x1000, 4096, 'to-device');
    expect(r.p.take()).toEqual([]);
    expect(r.p.takeLog()[0]).toBe('iommu_free: invalid entry');
  });
});

describe('straight mapping', () => {
  it('adds the window start to the real address and makes no call', () => {
    const r = rig('6.1.176', { block: 0x10000 });
    expect(r.map(0x3f12_3456, 100)).toBe('8000000:3f123456');
    const sg = list([0x1_0000, 512], [0x5_0000, 1024]);
    expect(r.p.guest.dma.mapSg(r.dev, sg, 'to-device')).toBe(2);
    expect(sg.dmaLo).toEqual([0x1_0000, 0x5_0000]);
    r.p.guest.dma.unmapSg(r.dev, sg, 'to-device');
    r.unmapLast(100);
    const address = r.p.guest.dma.allocCoherent(r.dev, 4096);
    expect([address, r.p.guest.dma.handleLo]).toEqual([address, address]);
    expect(r.p.take()).toEqual([]);
  });

  it('6.x with a 32-bit coherent mask loses the bypass: everything goes through the default table', () => {
    const p = new TestPlatform({ ...QEMU_RULES }, K('6.1.176'), 65536).boot();
    expect(p.masks(FN, 64, 32)).toBe(0);
    p.take();
    const dev = p.guest.device(FN);
    expect(dev?.mode).toBe('default');
    expect(dev && p.guest.dma.mapPage(dev, 0x123_0000, 4096, 'to-device')).toBe(true);
    expect(p.take()).toEqual(['PUT 80000000 0x1000 1x, 1 TCEs = 0']);
  });

  it('a 32-bit coherent mask behind a 63-bit one is refused when only a high window is left', () => {
    const rules = { extensions: [3, 0x2029, 1, 1] };
    const p = new TestPlatform({ ...PHYP_RULES, ...rules }, K('6.12.107'), 65536).boot();
    expect(p.masks(FN, 63, 32, 'megaraid_sas')).toBe(-5);
    expect(p.takeLog().slice(-2)).toEqual([
      'megaraid_sas 0000:00:01.0: Warning: IOMMU offset too big for device mask',
      'megaraid_sas 0000:00:01.0: mask: 0xffffffff, table offset: 0x800000000000000',
    ]);
  });

  it('6.12 with a 1:1 window alone has no table for a 32-bit mask', () => {
    const r = rig('6.12.107', { block: 0x10000 });
    expect(r.p.masks(FN, 64, 32)).toBe(-5);
    expect(r.p.takeLog().at(-1)).toBe(
      'nvme 0000:00:01.0: Warning: IOMMU dma not supported: mask 0xffffffff, table unavailable',
    );
  });
});

describe('random maps and unmaps', () => {
  it('TCEs follow what is mapped, entry for entry, and nothing is left at the end', () => {
    const step = fc.record({
      map: fc.boolean(),
      page: fc.integer({ min: 0, max: 2000 }),
      offset: fc.integer({ min: 0, max: 65535 }),
      bytes: fc.integer({ min: 1, max: 400_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom(
          ...([
            ['6.1.176', 65536],
            ['6.12.107', 4096],
            ['5.15', 65536],
          ] as const),
        ),
        (steps, [id, pageBytes]) => {
          const r = rig(id, {}, PHYP_RULES, pageBytes);
          const { dma } = r.p.guest;
          const live: { hi: number; lo: number; bytes: number; address: number }[] = [];
          for (const s of steps) {
            const first = live[0];
            if (!s.map && first !== undefined) {
              dma.unmapPage(r.dev, first.hi, first.lo, first.bytes, 'from-device');
              live.shift();
            } else {
              const address = s.page * 65536 + s.offset;
              if (dma.mapPage(r.dev, address, s.bytes, 'from-device'))
                live.push({ hi: dma.handleHi, lo: dma.handleLo, bytes: s.bytes, address });
            }
            const expected = new Map<string, bigint>();
            for (const m of live) {
              const bus = (BigInt(m.hi >>> 0) << 32n) | BigInt(m.lo >>> 0);
              expect(Number(bus & 0xffffn)).toBe(m.address % 65536);
              const pages = Math.ceil(((m.address % 65536) + m.bytes) / 65536);
              for (let i = 0; i < pages; i++) {
                expected.set(
                  `${0x8000_0001 | 0}:${(bus >> 16n) + BigInt(i)}`,
                  (BigInt(Math.floor(m.address / 65536) + i) * 65536n) | 3n,
                );
              }
            }
            expect(new Map([...r.p.tces].sort())).toEqual(new Map([...expected].sort()));
          }
          for (const m of live) dma.unmapPage(r.dev, m.hi, m.lo, m.bytes, 'from-device');
          expect(r.p.tces.size).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });
});
