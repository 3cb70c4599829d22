// Why a call of VFIO failed here, in a sentence for people: the kernel's generation, the platform's offer, the limit.

import { EBUSY, EFAULT, EINVAL, ENODEV, ENOMEM, ENOSPC, ENXIO, EPERM } from '../../../abi/linux/errno.ts';
import type { TceInfo, VfioCall } from '../../../abi/linux/vfio.ts';
import { sizeText } from '../../../base/quantities.ts';
import type { KernelState } from '../kernel-state.ts';
import { noSuchHugePage, type HugePages } from '../process/huge-pages.ts';

export interface ReasonFacts {
  readonly k: KernelState;
  readonly hugePages: HugePages;
  readonly info: TceInfo | undefined;
}

export function reasonOf(facts: ReasonFacts, request: VfioCall, ret: number): string {
  switch (request.call) {
    case 'mmap':
      return mmapReason(facts, request, ret);
    case 'set-container':
      return setContainerReason(ret);
    case 'set-iommu':
      return setIommuReason(facts, ret);
    case 'create':
      return createReason(facts, request, ret);
    case 'map':
      return mapReason(ret);
    case 'enable':
      return ret === ENOMEM
        ? 'v1 charges the whole default window against the limit of locked memory (ulimit -l)'
        : 'the PE has no default window below 4 GiB that could be told';
    case 'register':
      return ret === ENOMEM
        ? 'the memory is above the limit of locked memory (ulimit -l), and the process lacks CAP_IPC_LOCK'
        : 'the range is not whole pages of the process, or overlaps a registered one';
    default:
      return 'the kernel refused it';
  }
}

function mmapReason(
  { hugePages }: ReasonFacts,
  { pageBytes = 0, bytes }: Extract<VfioCall, { readonly call: 'mmap' }>,
  ret: number,
): string {
  if (ret !== ENOMEM) return noSuchHugePage(hugePages.mmu, pageBytes);
  if (!hugePages.has(pageBytes)) return `there is not so much free memory: ${sizeText(bytes)}`;
  const free = hugePages.freePages(pageBytes);
  return `${sizeText(bytes)} need ${Math.ceil(bytes / pageBytes)} huge pages of ${sizeText(pageBytes)}, ${free} are free: boot with hugepagesz=${sizeText(pageBytes)} hugepages=${Math.ceil(bytes / pageBytes)}`;
}

function setContainerReason(ret: number): string {
  if (ret === EINVAL) return 'the function is in no IOMMU group';
  return 'the PE could not be taken: a driver of the kernel has one of its functions, vfio-pci has none, or its second function finds no window to give up';
}

function setIommuReason({ k }: ReasonFacts, ret: number): string {
  if (k.build.vfioOps.value === 'none' && ret === EPERM)
    return 'this kernel has no group operations for VFIO on PowerVM and pseries: no v2 container before 6.11';
  if (k.build.vfioOps.value === 'borrowed' && ret === EINVAL)
    return 'this kernel lends VFIO the table that it has and says that it can make no window: no v2 container before 6.11';
  if (ret === EBUSY) return 'an entry of the table is in use, or a v1 container has its one group';
  return 'no group is in the container, or it has an IOMMU driver already';
}

function createReason(
  { info }: ReasonFacts,
  { pageShift }: Extract<VfioCall, { readonly call: 'create' }>,
  ret: number,
): string {
  const page = sizeText(2 ** pageShift);
  const isOffered = Math.floor((info?.pgsizes ?? 0) / 2 ** pageShift) % 2 === 1;
  if (ret === EINVAL && !isOffered)
    return `${page} is no I/O page size here: the platform offers ${pagesText(info?.pgsizes ?? 0)}`;
  if (ret === EINVAL) return "the PE's block has too few TCEs for such a window";
  if (ret === ENODEV)
    return 'the firmware refused the window (its only one is the default window, which Linux did not remove), and the PE is not tried again until reboot';
  if (ret === ENOSPC) return 'both slots of the container are taken';
  if (ret === ENOMEM) return 'the table itself counts as locked memory, and the limit (ulimit -l) forbids it';
  return 'the window would destroy the one that is there';
}

function mapReason(ret: number): string {
  if (ret === ENXIO) return 'the bus address lies in no window of the container';
  if (ret === EPERM)
    return 'an I/O page is larger than the page of memory behind it, or the container is not enabled';
  if (ret === EINVAL) return 'the memory is not registered, or address and size are no whole I/O pages';
  if (ret === EFAULT) return 'no memory of the process lies there';
  if (ret > 0) return 'the bus address is no multiple of the I/O page';
  return `the firmware refused an entry with ${ret}: the mapping runs past the end of the window`;
}

/** `4K, 64K and 2M`. */
export function pagesText(pgsizes: number): string {
  const sizes: string[] = [];
  for (let shift = 12; shift <= 34; shift++)
    if (Math.floor(pgsizes / 2 ** shift) % 2 === 1) sizes.push(sizeText(2 ** shift));
  const last = sizes.pop();
  if (last === undefined) return 'none';
  return sizes.length === 0 ? last : `${sizes.join(', ')} and ${last}`;
}
