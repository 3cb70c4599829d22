import { describe, expect, it } from 'vitest';
import { crashArea } from './crash-area.ts';
import { kernelById } from './kernels/index.ts';
import { BuddyAllocator } from './page-allocator.ts';
import { PHYP_RULES, TestPlatform } from './test-platform.ts';

const MiB = 2 ** 20;
const LMB = 256 * MiB;

describe('memory given back LMB by LMB', () => {
  it('comes back from the first to the last one taken, in tables too, when a later block has a page in use', () => {
    const kernel = kernelById('6.12.107');
    if (kernel === undefined) throw new Error('no kernel');
    const p = new TestPlatform({ ...PHYP_RULES, block: 0x10000 }, kernel, 65536).boot();
    p.masks('0000:00:01.0');
    p.take();
    p.takeLog();
    const pages = p.guest.pages;
    if (!(pages instanceof BuddyAllocator)) throw new Error('another allocator');
    expect(pages.takeRange(768 * MiB, 768 * MiB + 65536)).toBe(true);
    let given: boolean | undefined;
    const task = p.guest.dlparMemory('remove', {
      address: 512 * MiB,
      bytes: 2 * LMB,
      lmbBytes: LMB,
      drcIndex: 0x8000_0002,
    });
    p.finish(
      (function* () {
        given = yield* task;
      })(),
    );
    expect(given).toBe(false);
    expect(p.take()).toEqual([
      'STUFF 80000001 0x800000020000000 8x, 4096 TCEs = 0',
      'IND 80000001 0x800000020000000 8x, 4096 TCEs = 0',
    ]);
    expect(p.takeLog()).toEqual([
      'pseries-hotplug-mem: Attempting to hot-remove 2 LMB(s) at 80000002',
      'pseries-hotplug-mem: Memory indexed-count-remove failed, adding any removed LMBs',
    ]);
    expect(pages.takeRange(512 * MiB, 512 * MiB + LMB)).toBe(true);
  });
});

describe('a range taken out of the page allocator', () => {
  it('is never handed out again, and what lies beside it is', () => {
    const pages = new BuddyAllocator(128 * MiB, 65536);
    expect(pages.takeRange(64 * MiB, 65 * MiB)).toBe(true);
    const got: number[] = [];
    for (let at = pages.alloc(0); at !== undefined; at = pages.alloc(0)) got.push(at);
    expect(got).toHaveLength(95 * 16);
    expect(got.filter((at) => at >= 64 * MiB && at < 65 * MiB)).toEqual([]);
  });

  it('must be free as a whole', () => {
    const pages = new BuddyAllocator(128 * MiB, 65536);
    const page = pages.alloc(0) ?? 0;
    expect([pages.takeRange(page, page + MiB), pages.takeRange(page + MiB, page + 2 * MiB)]).toEqual([
      false,
      true,
    ]);
  });
});

describe('the memory set aside for a crash kernel', () => {
  it.each([
    [['crashkernel=768M'], 2048, { start: 512 * MiB, end: 1280 * MiB }],
    [['crashkernel=256M'], 512, { start: 256 * MiB, end: 512 * MiB }],
    [['disable_ddw'], 2048, undefined],
    [['crashkernel=0M'], 2048, undefined],
  ])('%s in %d MiB', (bootArgs, ramMiB, area) => {
    expect(crashArea(bootArgs, ramMiB * MiB)).toEqual(area);
  });
});
