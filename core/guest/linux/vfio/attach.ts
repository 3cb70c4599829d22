// A group comes into a container and leaves it: VFIO_GROUP_SET_CONTAINER, VFIO_SET_IOMMU, close (drivers/vfio/container.c,
// tce_iommu_attach_group(), tce_iommu_detach_group(), tce_iommu_release()); who owns the PE in between.

import { EBUSY, EINVAL, EPERM } from '../../../abi/linux/errno.ts';
import type { ContainerType } from '../../../abi/linux/vfio.ts';
import type { KernelState } from '../kernel-state.ts';
import { BORROWED_OPS, takeTables } from './borrowed-ops.ts';
import type { Container } from './container.ts';
import { containerTable } from './container.ts';
import { clearAll } from './mapping.ts';
import { putRegion } from './mm-iommu.ts';
import { OWN_OPS } from './own-ops.ts';
import { setWindow, type OwnedGroup, type TableGroupOps } from './table-group-ops.ts';
import { freeContainerTable } from './windows.ts';

type Errno = Generator<number, number, void>;

/** Undefined: the platform has no operations, the kernel's tables are used as they are (before 6.4). */
export function opsOf({ build }: KernelState): TableGroupOps | undefined {
  const kind = build.vfioOps.value;
  if (kind === 'none') return undefined;
  return kind === 'own' ? OWN_OPS : BORROWED_OPS;
}

/** VFIO_GROUP_SET_CONTAINER. From 6.4 on the kernel gives the PE away here. */
export function* setContainer(k: KernelState, container: Container, owned: OwnedGroup): Errno {
  const { group, devices } = owned;
  // A driver of the kernel holds a function of the PE.
  if (group.claimed || devices.some(({ driver }) => driver !== null && driver !== 'vfio-pci')) return EPERM;
  if (container.type !== undefined) {
    const refused = mayAttach(container, owned);
    if (refused !== 0) return refused;
  }
  const rc = yield* claim(k, owned);
  if (rc !== 0) return rc;
  if (container.type !== undefined) {
    const attached = yield* attach(k, container, owned);
    if (attached !== 0) {
      yield* giveBack(k, owned, owned.devices);
      return attached;
    }
  }
  container.groups.push(owned);
  return 0;
}

/** iommu_group_claim_dma_owner(): each function in turn; one that fails undoes what those before it did. */
function* claim(k: KernelState, owned: OwnedGroup): Errno {
  const ops = opsOf(k);
  owned.group.claimed = true;
  if (ops === undefined) return 0;
  for (const [i, dev] of owned.devices.entries()) {
    const rc = yield* ops.takeOwnership(k, owned, dev);
    if (rc === 0) continue;
    yield* giveBack(k, owned, owned.devices.slice(0, i));
    return rc;
  }
  return 0;
}

function* giveBack(
  k: KernelState,
  owned: OwnedGroup,
  devices: OwnedGroup['devices'],
): Generator<number, void, void> {
  const ops = opsOf(k);
  for (const dev of devices) if (ops !== undefined) yield* ops.releaseOwnership(k, owned, dev);
  owned.group.claimed = false;
}

/** VFIO_SET_IOMMU: attaches all groups. The container stays without a driver when one cannot be attached. */
export function* setIommu(k: KernelState, container: Container, type: ContainerType): Errno {
  if (container.type !== undefined || container.groups.length === 0) return EINVAL;
  if (type === 'type1') {
    k.printk.line('err', 'tce_vfio: Wrong IOMMU type');
    return EINVAL;
  }
  container.type = type;
  const groups = container.groups.splice(0);
  for (const [i, owned] of groups.entries()) {
    const refused = mayAttach(container, owned);
    const rc = refused !== 0 ? refused : yield* attach(k, container, owned);
    if (rc === 0) {
      container.groups.push(owned);
      continue;
    }
    for (const other of [...container.groups]) yield* detach(k, container, other);
    container.groups.push(...groups.filter((one, n) => n >= i || !container.groups.includes(one)));
    resetContainer(container);
    return rc;
  }
  return 0;
}

/** What stands between a group and a container with groups. */
function mayAttach({ type, groups }: Container, owned: OwnedGroup): number {
  if (type === 'v1' && groups.length > 0) return EBUSY;
  return groups.some(({ group }) => group === owned.group) ? EBUSY : 0;
}

function* attach(k: KernelState, container: Container, owned: OwnedGroup): Errno {
  const { group } = owned;
  if (opsOf(k) === undefined) return attachWithoutOps(k, container, owned);
  if (container.type === 'v2' && group.maxDynamicWindows === 0) return EINVAL;
  for (const [slot, held] of container.tables.entries())
    if (held !== undefined && !setWindow(group, slot, held.table)) return EPERM;
  if (container.groups.length === 0 && container.tables[0] === undefined)
    container.defaultWindowPending = true;
  yield 0;
  return 0;
}

/** Before 6.4: the tables that the group has, while nothing in them is in use; v2 needs operations that are not there. */
function attachWithoutOps(k: KernelState, container: Container, { group, devices }: OwnedGroup): number {
  if (container.type === 'v2') return EPERM;
  const rc = takeTables(k, group);
  if (rc !== 0) return rc;
  for (const [slot, table] of group.tables.entries())
    container.tables[slot] = table === undefined ? undefined : containerTable(table, 0);
  for (const dev of devices) dev.mode = 'none';
  return 0;
}

/** close(): groups leave, the kernel has their PEs again, pinned memory is let go. */
export function* closeContainer(k: KernelState, container: Container): Generator<number, void, void> {
  for (const owned of [...container.groups]) {
    if (container.type !== undefined) yield* detach(k, container, owned);
    yield* giveBack(k, owned, owned.devices);
  }
  container.groups.length = 0;
  yield* release(k, container);
}

/** tce_iommu_detach_group(). */
function* detach(k: KernelState, container: Container, owned: OwnedGroup): Generator<number, void, void> {
  const ops = opsOf(k);
  container.groups.splice(container.groups.indexOf(owned), 1);
  if (ops === undefined) return yield* detachWithoutOps(k, container, owned);
  for (const [slot, held] of container.tables.entries()) {
    if (held === undefined) continue;
    if (k.build.vfioClear.value === 'before-unset') yield* clearAll(k, held);
    yield* ops.unsetWindow(k, owned, slot);
  }
}

function* detachWithoutOps(
  k: KernelState,
  container: Container,
  { devices }: OwnedGroup,
): Generator<number, void, void> {
  for (const [slot, held] of container.tables.entries()) {
    if (held === undefined) continue;
    yield* clearAll(k, held);
    held.table.releaseOwnership();
    container.tables[slot] = undefined;
  }
  for (const dev of devices) if (dev.table !== undefined) dev.mode = 'default';
}

/** tce_iommu_release(): tables, preregistered memory, the v1 charge. */
function* release(k: KernelState, container: Container): Generator<number, void, void> {
  for (const [slot, held] of container.tables.entries()) {
    if (held === undefined) continue;
    if (k.build.vfioClear.value === 'after-unset') yield* clearAll(k, held);
    freeContainerTable(k, container, held);
    container.tables[slot] = undefined;
  }
  const { process } = container;
  if (process !== undefined) for (const region of container.regions.splice(0)) putRegion(process, region);
  if (container.enabled && container.type === 'v1') process?.account(-container.lockedPages);
  resetContainer(container);
}

function resetContainer(container: Container): void {
  container.type = undefined;
  container.enabled = false;
  container.defaultWindowPending = false;
  container.lockedPages = 0;
  container.process = undefined;
}
