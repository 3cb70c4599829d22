// The ioctls of a container (tce_iommu_ioctl()): every check in the driver's order, each with its errno.

import { EINVAL, ENODEV, ENOENT, ENOTTY, ENXIO, EPERM, EBUSY } from '../../../abi/linux/errno.ts';
import type { TceInfo, VfioCall, VfioResult } from '../../../abi/linux/vfio.ts';
import type { KernelState } from '../kernel-state.ts';
import type { UserProcess } from '../process/user-process.ts';
import { opsOf } from './attach.ts';
import { addressOf, wordOf } from './call-values.ts';
import type { Container, ContainerTable } from './container.ts';
import { findTable } from './container.ts';
import { eehPeOp } from './eeh-op.ts';
import { build, clear, entryOf } from './mapping.ts';
import { exactRegion, newRegion, putRegion } from './mm-iommu.ts';
import { createDefaultWindow, createWindow, removeWindow } from './windows.ts';

/** Calls that go to the IOMMU driver of a container. */
export type DriverCall = Exclude<
  VfioCall,
  { readonly call: 'mmap' | 'munmap' | 'ulimit' | 'set-container' | 'set-iommu' | 'close' }
>;
type Of<C extends DriverCall['call']> = Extract<DriverCall, { readonly call: C }>;
type Answer = Generator<number, VfioResult, void>;

/** What a check of iommu_tce_put_param_check() gives: a macro's truth, no errno. */
const CHECK_FAILED = 1;
const INFO_DDW = 1;

const result = (ret: number): VfioResult => ({ ret });

/** Calls of one kind of container: the other kind answers -ENOTTY. */
const ONLY_V1: readonly DriverCall['call'][] = ['enable', 'disable'];
const ONLY_V2: readonly DriverCall['call'][] = ['register', 'unregister', 'create', 'remove'];

export function* driverIoctl(
  k: KernelState,
  container: Container,
  process: UserProcess,
  request: DriverCall,
): Answer {
  // Without an IOMMU driver the core knows no such call.
  if (container.type === undefined) return result(EINVAL);
  // One process cannot work on another one's memory.
  if (container.process !== undefined && container.process !== process) return result(EPERM);
  const others = container.type === 'v1' ? ONLY_V2 : ONLY_V1;
  if (others.includes(request.call)) return result(ENOTTY);
  switch (request.call) {
    case 'get-info':
      return getInfo(container);
    case 'enable':
      return result(enable(container, process));
    case 'disable':
      return result(disable(container));
    case 'register':
      return result(register(container, process, request));
    case 'unregister':
      return result(unregister(container, process, request));
    case 'map':
      return result(yield* map(k, container, process, request));
    case 'unmap':
      return result(yield* unmap(k, container, process, request));
    case 'create':
      return yield* create(k, container, process, request);
    case 'remove':
      return result(yield* remove(k, container, process, wordOf(request.start)));
    case 'eeh':
      return result(yield* eeh(k, container, request));
  }
}

function getInfo({ groups: [owned], type }: Container): VfioResult {
  if (owned === undefined) return result(ENXIO);
  const { tce32Start, tce32Size, pgsizes, maxDynamicWindows } = owned.group;
  const hasDdw = type === 'v2' && maxDynamicWindows !== 0;
  const info: TceInfo = {
    flags: hasDdw ? INFO_DDW : 0,
    dma32Start: tce32Start,
    dma32Size: tce32Size,
    pgsizes: hasDdw ? pgsizes : 0,
    maxDynamicWindows: hasDdw ? maxDynamicWindows : 0,
    levels: hasDdw ? 1 : 0,
  };
  return { ret: 0, info };
}

/** v1: the whole default window is charged, however little of it will be used. */
function enable(container: Container, process: UserProcess): number {
  const [owned] = container.groups;
  if (container.enabled) return EBUSY;
  if (owned === undefined) return ENODEV;
  if (owned.group.tce32Size === 0) return EPERM;
  container.process = process;
  const pages = Math.floor(owned.group.tce32Size / process.pageBytes);
  const charged = process.account(pages);
  if (charged !== 0) return charged;
  container.lockedPages = pages;
  container.enabled = true;
  return 0;
}

function disable(container: Container): number {
  if (container.enabled) container.process?.account(-container.lockedPages);
  container.enabled = false;
  container.lockedPages = 0;
  return 0;
}

function register(container: Container, process: UserProcess, request: Of<'register'>): number {
  container.process = process;
  const vaddr = addressOf(process, request.vaddr);
  const { bytes } = request;
  if (vaddr % process.pageBytes !== 0 || bytes % process.pageBytes !== 0 || vaddr + bytes < vaddr)
    return EINVAL;
  const known = exactRegion(process, vaddr, bytes);
  if (known !== undefined && container.regions.includes(known)) return EBUSY;
  const region = known ?? newRegion(process, vaddr, bytes);
  if (typeof region === 'number') return region;
  if (known !== undefined) known.used++;
  container.regions.push(region);
  container.enabled = true;
  return 0;
}

function unregister(container: Container, process: UserProcess, request: Of<'unregister'>): number {
  if (container.process === undefined) return EPERM;
  const vaddr = addressOf(process, request.vaddr);
  if (vaddr % process.pageBytes !== 0 || request.bytes % process.pageBytes !== 0) return EINVAL;
  const region = exactRegion(process, vaddr, request.bytes);
  const at = region === undefined ? -1 : container.regions.indexOf(region);
  if (region === undefined || at < 0) return ENOENT;
  const rc = putRegion(process, region);
  if (rc === 0) container.regions.splice(at, 1);
  return rc;
}

/** The table for a bus address, with the default window made first when it is still pending. */
function* tableFor(
  k: KernelState,
  container: Container,
  process: UserProcess,
  iova: bigint,
): Generator<number, ContainerTable | number, void> {
  const ops = opsOf(k);
  if (ops !== undefined) {
    const rc = yield* createDefaultWindow(k, ops, container, process);
    if (rc !== 0) return rc;
  }
  return container.tables[findTable(container, iova)] ?? ENXIO;
}

function* map(
  k: KernelState,
  container: Container,
  process: UserProcess,
  { vaddr: where, iova: at, bytes, read, write }: Of<'map'>,
): Generator<number, number, void> {
  if (!container.enabled) return EPERM;
  const iova = wordOf(at);
  const slot = yield* tableFor(k, container, process, iova);
  if (typeof slot === 'number') return slot;
  const vaddr = addressOf(process, where);
  const { pageBytes } = slot.table;
  if (bytes % pageBytes !== 0 || vaddr % pageBytes !== 0) return EINVAL;
  if (!read && !write) return EINVAL;
  if (iova % BigInt(pageBytes) !== 0n) return CHECK_FAILED;
  return yield* build(k, container, process, slot, { vaddr, iova, bytes, read, write });
}

function* unmap(
  k: KernelState,
  container: Container,
  process: UserProcess,
  { iova: at, bytes }: Of<'unmap'>,
): Generator<number, number, void> {
  if (!container.enabled) return EPERM;
  const iova = wordOf(at);
  const slot = yield* tableFor(k, container, process, iova);
  if (typeof slot === 'number') return slot;
  const { pageBytes } = slot.table;
  if (bytes % pageBytes !== 0) return EINVAL;
  if (iova % BigInt(pageBytes) !== 0n) return CHECK_FAILED;
  yield* clear(k, slot, entryOf(slot, iova), bytes / pageBytes);
  return 0;
}

function* create(
  k: KernelState,
  container: Container,
  process: UserProcess,
  { pageShift, bytes, levels = 1 }: Of<'create'>,
): Answer {
  container.process = process;
  if (container.groups.length === 0) return result(ENXIO);
  const ops = opsOf(k);
  if (ops === undefined) return result(EPERM);
  const pending = yield* createDefaultWindow(k, ops, container, process);
  if (pending !== 0) return result(pending);
  const made = yield* createWindow(k, ops, container, process, { pageShift, bytes, levels });
  return typeof made === 'bigint' ? { ret: 0, start: made } : result(made);
}

function* remove(
  k: KernelState,
  container: Container,
  process: UserProcess,
  start: bigint,
): Generator<number, number, void> {
  container.process = process;
  if (container.groups.length === 0) return ENXIO;
  if (container.defaultWindowPending && start === 0n) {
    container.defaultWindowPending = false;
    return 0;
  }
  const ops = opsOf(k);
  return ops === undefined ? EPERM : yield* removeWindow(k, ops, container, start);
}

function* eeh(k: KernelState, { groups }: Container, { op }: Of<'eeh'>): Generator<number, number, void> {
  let ret = 0;
  for (const owned of groups) {
    ret = yield* eehPeOp(k, owned, op);
    if (ret !== 0) break;
  }
  return ret;
}
