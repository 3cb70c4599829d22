// The huge pages of a booted kernel (mm/hugetlb.c, arch/powerpc/mm/hugetlbpage.c): sizes by MMU, pools made at boot from
// hugepages=, hugepagesz= and default_hugepagesz=. There is no size of 2G on Power.

import { sizeText } from '../../../base/quantities.ts';
import type { Printk } from '../printk.ts';
import type { BuddyAllocator } from '../page-allocator.ts';
import { PhysicalRuns } from './physical-runs.ts';

export type MmuMode = 'radix' | 'hash';

/** Boot arguments that this reads; whether a size is one of the machine's is said by the kernel. */
export const HUGE_PAGE_ARGUMENT = /^(hugepages=\d{1,9}|(default_)?hugepagesz=\d{1,6}[KMG]|disable_radix)$/i;

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** Huge page sizes of an MMU, the default one first. Hash page tables with a 4K base page know the same two. */
export const HUGE_PAGE_SIZES: Readonly<Record<MmuMode, readonly number[]>> = {
  radix: [2 * MIB, GIB],
  hash: [16 * MIB, 16 * GIB],
};

interface Pool {
  readonly pageBytes: number;
  total: number;
  readonly free: PhysicalRuns;
}

/** One line of /proc/meminfo, kB as Linux prints it. */
export type MeminfoLine = readonly [name: string, value: number, unit: 'kB' | ''];

export class HugePages {
  readonly mmu: MmuMode;
  /** default_hugepagesz=, else the smaller size of the MMU. */
  readonly defaultBytes: number;
  private readonly pools: readonly Pool[];

  /** Takes the pools out of `pages`, as the boot arguments say, with the kernel's lines about it. */
  constructor(mmu: MmuMode, bootArgs: readonly string[], pages: BuddyAllocator, printk: Printk) {
    this.mmu = mmu;
    const wanted = wantedPages(HUGE_PAGE_SIZES[mmu], bootArgs, printk);
    this.defaultBytes = wanted.defaultBytes;
    this.pools = HUGE_PAGE_SIZES[mmu].map((pageBytes) =>
      makePool(pageBytes, wanted.counts.get(pageBytes) ?? 0, pages),
    );
    if (!bootArgs.some((argument) => argument.includes('hugepage'))) return;
    for (const { pageBytes, total } of this.pools) {
      const asked = wanted.counts.get(pageBytes) ?? 0;
      if (total < asked)
        printk.line(
          'warn',
          `HugeTLB: allocating ${asked} of page size ${kernelSize(pageBytes)} failed.  Only allocated ${total} hugepages.`,
        );
    }
    for (const { pageBytes, total } of this.pools)
      printk.line(
        'info',
        `HugeTLB: registered ${kernelSize(pageBytes)} page size, pre-allocated ${total} pages`,
      );
  }

  get sizes(): readonly number[] {
    return this.pools.map(({ pageBytes }) => pageBytes);
  }

  has(pageBytes: number): boolean {
    return this.pools.some((pool) => pool.pageBytes === pageBytes);
  }

  freePages(pageBytes: number): number {
    const pool = this.pools.find((one) => one.pageBytes === pageBytes);
    return pool === undefined ? 0 : pool.free.bytes / pageBytes;
  }

  /** Memory for a mapping of whole huge pages; undefined: the pool has too few. */
  take(pageBytes: number, bytes: number): PhysicalRuns | undefined {
    return this.pools.find((pool) => pool.pageBytes === pageBytes)?.free.take(bytes);
  }

  giveBack(pageBytes: number, runs: PhysicalRuns): void {
    const pool = this.pools.find((one) => one.pageBytes === pageBytes);
    for (const run of runs.all()) pool?.free.add(run.real, run.bytes);
  }

  /** /proc/meminfo of the default size, and Hugetlb of all (fs/proc/meminfo.c, hugetlb_report_meminfo). */
  meminfo(): readonly MeminfoLine[] {
    const pool = this.pools.find(({ pageBytes }) => pageBytes === this.defaultBytes);
    const total = this.pools.reduce((sum, { total: pages, pageBytes }) => sum + pages * pageBytes, 0);
    return [
      ['HugePages_Total', pool?.total ?? 0, ''],
      ['HugePages_Free', this.freePages(this.defaultBytes), ''],
      ['HugePages_Rsvd', 0, ''],
      ['HugePages_Surp', 0, ''],
      ['Hugepagesize', this.defaultBytes / 1024, 'kB'],
      ['Hugetlb', total / 1024, 'kB'],
    ];
  }
}

/** string_get_size() as the kernel prints it: `2.00 MiB`. */
function kernelSize(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(2)} GiB` : `${(bytes / MIB).toFixed(2)} MiB`;
}

/** memparse(): a number with K, M, G or T behind it; NaN when it is none. */
function memparse(text: string): number {
  const match = /^(\d+)([kmgt]?)$/i.exec(text);
  if (match === null) return NaN;
  const unit = 'kmgt'.indexOf((match[2] ?? '').toLowerCase());
  return Number(match[1]) * (match[2] === '' ? 1 : 1024 ** (unit + 1));
}

/** hugepagesz_setup(), hugepages_setup(), default_hugepagesz_setup(): arguments from left to right. */
function wantedPages(
  sizes: readonly number[],
  bootArgs: readonly string[],
  printk: Printk,
): { readonly counts: ReadonlyMap<number, number>; readonly defaultBytes: number } {
  const counts = new Map<number, number>();
  let defaultBytes = sizes[0] ?? 0;
  let ofDefault = 0;
  /** Size that the next hugepages= belongs to; undefined: the default one; 0: one that was refused. */
  let size: number | undefined;
  for (const argument of bootArgs) {
    const [name = '', value = ''] = argument.split('=');
    if (name === 'hugepagesz') {
      const bytes = memparse(value);
      size = sizes.includes(bytes) ? bytes : 0;
      if (size === 0) printk.line('err', `HugeTLB: unsupported hugepagesz=${value}`);
    } else if (name === 'default_hugepagesz') {
      const bytes = memparse(value);
      if (sizes.includes(bytes)) defaultBytes = bytes;
      else printk.line('err', `HugeTLB: unsupported default_hugepagesz=${value}`);
      size = sizes.includes(bytes) ? bytes : 0;
    } else if (name === 'hugepages') {
      const pages = /^\d+$/.test(value) ? Number(value) : 0;
      if (size === 0)
        printk.line('warn', `HugeTLB: hugepages=${value} does not follow a valid hugepagesz, ignoring`);
      else if (size === undefined) ofDefault = pages;
      else counts.set(size, pages);
    }
  }
  if (ofDefault > 0) counts.set(defaultBytes, ofDefault);
  return { counts, defaultBytes };
}

/** Contiguous pieces, the largest first, so that a pool of thousands of pages is a few runs. */
function makePool(pageBytes: number, wanted: number, pages: BuddyAllocator): Pool {
  const free = new PhysicalRuns();
  let total = 0;
  let piece = 2 ** Math.floor(Math.log2(Math.max(1, wanted)));
  while (total < wanted && piece >= 1) {
    const bytes = piece * pageBytes;
    const real = piece > wanted - total ? undefined : pages.alloc(pages.orderOf(bytes));
    if (real === undefined) {
      piece /= 2;
      continue;
    }
    free.add(real, bytes);
    total += piece;
  }
  return { pageBytes, total, free };
}

/** The sentence for a size that is none: what there is instead, and why 2G is asked for in vain. */
export function noSuchHugePage(mmu: MmuMode, pageBytes: number): string {
  const sizes = HUGE_PAGE_SIZES[mmu].map(sizeText).join(' and ');
  const two =
    pageBytes === 2 * GIB
      ? ' 2G is no huge page of Power, and neither 1G nor 2G is an I/O page size: such memory is mapped as many smaller TCEs.'
      : '';
  return `${sizeText(pageBytes)} is no huge page size here: with ${mmu} page tables there are ${sizes}.${two}`;
}
