// Preregistered memory of a process (arch/powerpc/mm/book3s64/iommu_api.c): pinned once, charged in full, found again by address.

import { EBUSY, EFAULT, EINVAL } from '../../../abi/linux/errno.ts';
import type { MemRegion } from '../process/mem-region.ts';
import type { UserProcess } from '../process/user-process.ts';

/** mm_iommu_get(): the region of exactly this range. */
export function exactRegion(process: UserProcess, vaddr: number, bytes: number): MemRegion | undefined {
  return process.regions.find((region) => region.vaddr === vaddr && region.bytes === bytes);
}

/** mm_iommu_lookup(): the region that covers [vaddr, vaddr + bytes). */
export function coveringRegion(process: UserProcess, vaddr: number, bytes: number): MemRegion | undefined {
  return process.regions.find(
    (region) => region.vaddr <= vaddr && vaddr + bytes <= region.vaddr + region.bytes,
  );
}

/** mm_iommu_new(): charges and pins; 0, -ENOMEM (limit), -EFAULT (nothing mapped there) or -EINVAL (overlaps another region). */
export function newRegion(process: UserProcess, vaddr: number, bytes: number): MemRegion | number {
  const pages = bytes / process.pageBytes;
  const charged = process.account(pages);
  if (charged !== 0) return charged;
  const pageShift = pinnedPageShift(process, vaddr, bytes);
  const overlaps = process.regions.some(
    (other) => other.vaddr < vaddr + bytes && vaddr < other.vaddr + other.bytes,
  );
  if (pageShift === undefined || overlaps) {
    process.account(-pages);
    return pageShift === undefined ? EFAULT : EINVAL;
  }
  const region: MemRegion = { vaddr, bytes, pageShift, used: 1, mapped: 0 };
  process.regions.push(region);
  return region;
}

/** Begins with the alignment of address and size; one page that is no huge page brings it down to the base page. */
function pinnedPageShift(process: UserProcess, vaddr: number, bytes: number): number | undefined {
  let shift = Math.min(alignmentOf(vaddr), alignmentOf(bytes));
  for (let at = vaddr; at < vaddr + bytes;) {
    const buffer = process.find(at);
    if (buffer === undefined) return undefined;
    shift = Math.min(shift, Math.log2(buffer.pageBytes));
    at = buffer.vaddr + buffer.bytes;
  }
  return shift;
}

/** Number of trailing zero bits; 52 for 0. */
function alignmentOf(value: number): number {
  let shift = 0;
  while (shift < 52 && value % 2 ** (shift + 1) === 0) shift++;
  return shift;
}

/** mm_iommu_put(): one holder less; the last one unpins, unless TCEs still point there (-EBUSY). */
export function putRegion(process: UserProcess, region: MemRegion): number {
  if (region.used === 1 && region.mapped > 0) return EBUSY;
  region.used--;
  if (region.used > 0) return 0;
  process.regions.splice(process.regions.indexOf(region), 1);
  process.account(-region.bytes / process.pageBytes);
  return 0;
}
