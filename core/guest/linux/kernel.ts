// Puts a kernel's parts together at the start of boot.

import { featuresOf } from './boot.ts';
import type { LinuxGuestOptions } from './guest-options.ts';
import type { KernelState } from './kernel-state.ts';
import { LiveTree } from './live-tree.ts';
import { BuddyAllocator } from './page-allocator.ts';
import { Printk } from './printk.ts';
import { TceHcalls } from './tce-hcalls.ts';
import { TceOps } from './tce-ops.ts';

export function newKernel(options: LinuxGuestOptions): KernelState {
  const { ports, trace, scheduler, kernel: build, pageBytes, bootArgs } = options;
  const tree = new LiveTree(ports.deviceTree(), trace);
  const printk = new Printk(
    trace,
    scheduler.clock,
    options.iommuDebugMessages,
    build.ratelimitTakenAtBoot.value,
  );
  const pages = pagesFor(options);
  const hcalls = new TceHcalls(ports.hcall, ports.memory);
  const features = featuresOf(tree);
  const listPage = perCpuPages(pages);
  return {
    build,
    pageBytes,
    ports,
    trace,
    scheduler,
    printk,
    tree,
    hcalls,
    features,
    pages,
    listPage,
    tceOps: new TceOps({ hcalls, printk, features, stuffLimit: build.stuffLimit.value, listPage }),
    disableDdw: bootArgs.includes('disable_ddw'),
    novmerge: bootArgs.includes('iommu=novmerge'),
    crashKernel: options.crashKernel ?? false,
    windows: [],
    failed: new Set(),
    windowMutex: false,
    viewBytes: 0,
    groups: 0,
    welcomed: false,
    oops: undefined,
  };
}

function pagesFor({ ports, pageBytes, crashKernel, crashArea }: LinuxGuestOptions): BuddyAllocator {
  const { ramBytes } = ports.memory;
  if (crashArea === undefined) return new BuddyAllocator(ramBytes, pageBytes);
  if (crashKernel === true) return new BuddyAllocator(ramBytes, pageBytes, crashArea);
  const pages = new BuddyAllocator(ramBytes, pageBytes);
  pages.takeRange(crashArea.start, crashArea.end);
  return pages;
}

/** tce_page: one page per CPU, taken when it is first needed and kept. */
function perCpuPages(pages: BuddyAllocator): (cpu: number) => number | undefined {
  const taken: (number | undefined)[] = [];
  return (cpu) => (taken[cpu] ??= pages.alloc(0));
}
