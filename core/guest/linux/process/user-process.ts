// A user process as VFIO sees it: its anonymous mappings with what backs them, and its locked memory (mm->locked_vm) against
// RLIMIT_MEMLOCK (account_locked_vm() of mm/util.c).

import { EINVAL, ENOENT, ENOMEM } from '../../../abi/linux/errno.ts';
import type { HugePages } from './huge-pages.ts';
import { PhysicalRuns } from './physical-runs.ts';
import type { BuddyAllocator } from '../page-allocator.ts';
import type { MemRegion } from './mem-region.ts';

/** An anonymous mapping. */
export interface UserBuffer {
  readonly name: string;
  /** User address, a number below 2^53. */
  readonly vaddr: number;
  readonly bytes: number;
  /** Bytes of a page that backs it: the kernel's base page, or a huge page. */
  readonly pageBytes: number;
  readonly runs: PhysicalRuns;
}

/** Where mmap() begins to look: mappings follow each other upwards, each aligned to its page size, with a hole between them. */
const MMAP_BASE = 0x7f00_0000_0000;
const HOLE = 0x100_0000;

/** What mappings are made from. */
export interface UserMemory {
  readonly pages: BuddyAllocator;
  readonly hugePages: HugePages;
}

export class UserProcess {
  readonly name: string;
  /** mm->locked_vm, in kernel pages. */
  lockedPages = 0;
  /** RLIMIT_MEMLOCK in bytes; undefined: unlimited. */
  memlockBytes: number | undefined = 8 * 2 ** 20;
  /** Root has it; the limit is void then. */
  capIpcLock = true;
  /** mm->context.iommu_group_mem_list. */
  readonly regions: MemRegion[] = [];
  private readonly memory: UserMemory;
  private readonly made: UserBuffer[] = [];
  private next = MMAP_BASE;

  constructor(name: string, memory: UserMemory) {
    this.name = name;
    this.memory = memory;
  }

  get pageBytes(): number {
    return this.memory.pages.pageBytes;
  }

  get buffers(): readonly UserBuffer[] {
    return this.made;
  }

  buffer(name: string): UserBuffer | undefined {
    return this.made.find((one) => one.name === name);
  }

  /** The mapping that holds a user address. */
  find(vaddr: number): UserBuffer | undefined {
    return this.made.find((one) => vaddr >= one.vaddr && vaddr < one.vaddr + one.bytes);
  }

  /** Real address of a user address and how far it runs on in one piece; undefined: nothing is mapped there. */
  translate(
    vaddr: number,
  ): { readonly real: number; readonly bytes: number; readonly pageBytes: number } | undefined {
    const buffer = this.find(vaddr);
    const run = buffer?.runs.at(vaddr - buffer.vaddr);
    return buffer === undefined || run === undefined ? undefined : { ...run, pageBytes: buffer.pageBytes };
  }

  /** mmap(): 0, -EINVAL (no such page size, no whole pages, a name in use) or -ENOMEM. */
  map(name: string, bytes: number, pageBytes = this.pageBytes): number {
    const { pages, hugePages } = this.memory;
    const isBase = pageBytes === this.pageBytes;
    if (bytes <= 0 || bytes % pageBytes !== 0 || this.buffer(name) !== undefined) return EINVAL;
    if (!isBase && !hugePages.has(pageBytes)) return EINVAL;
    const runs = isBase ? basePages(pages, bytes) : hugePages.take(pageBytes, bytes);
    if (runs === undefined) return ENOMEM;
    const vaddr = Math.ceil(this.next / pageBytes) * pageBytes;
    this.next = vaddr + bytes + HOLE;
    this.made.push({ name, vaddr, bytes, pageBytes, runs });
    return 0;
  }

  /** munmap() of a whole buffer. Memory that VFIO has pinned is given back all the same when it is unpinned (not modelled apart). */
  unmap(name: string): number {
    const at = this.made.findIndex((one) => one.name === name);
    const buffer = this.made[at];
    if (buffer === undefined) return ENOENT;
    this.made.splice(at, 1);
    const { pages, hugePages } = this.memory;
    if (hugePages.has(buffer.pageBytes)) hugePages.giveBack(buffer.pageBytes, buffer.runs);
    else for (const { real, bytes } of buffer.runs.all()) pages.freeRange(real, real + bytes);
    return 0;
  }

  /** account_locked_vm(): 0, or -ENOMEM when the limit forbids it. */
  account(pages: number): number {
    const limit = this.memlockBytes === undefined ? Infinity : Math.floor(this.memlockBytes / this.pageBytes);
    if (pages > 0 && this.lockedPages + pages > limit && !this.capIpcLock) return ENOMEM;
    this.lockedPages += pages;
    return 0;
  }
}

/** Base pages, in pieces as large as the allocator has them. */
function basePages(pages: BuddyAllocator, bytes: number): PhysicalRuns | undefined {
  const runs = new PhysicalRuns();
  let piece = 2 ** Math.floor(Math.log2(bytes));
  while (runs.bytes < bytes) {
    const real = piece > bytes - runs.bytes ? undefined : pages.alloc(pages.orderOf(piece));
    if (real !== undefined) runs.add(real, piece);
    else if (piece > pages.pageBytes) piece /= 2;
    else {
      for (const run of runs.all()) pages.freeRange(run.real, run.real + run.bytes);
      return undefined;
    }
  }
  return runs;
}
