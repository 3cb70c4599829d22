// Windows of a container: the default one, made when it is first needed, VFIO_IOMMU_SPAPR_TCE_CREATE and REMOVE
// (tce_iommu_create_window(), tce_iommu_remove_window()).

import { EINVAL, ENODEV, ENOSPC, EPERM } from '../../../abi/linux/errno.ts';
import type { KernelState } from '../kernel-state.ts';
import type { UserProcess } from '../process/user-process.ts';
import type { Container, ContainerTable } from './container.ts';
import { containerTable, findTable, startOf } from './container.ts';
import { clearAll } from './mapping.ts';
import { setWindow, type TableGroupOps } from './table-group-ops.ts';

const PAGE_SHIFT_4K = 12;
const TCE_SHIFT = 3;

export interface WindowRequest {
  readonly pageShift: number;
  readonly bytes: number;
  readonly levels: number;
}

/** The bus address of the new window, or a negative errno. */
export function* createWindow(
  k: KernelState,
  ops: TableGroupOps,
  container: Container,
  process: UserProcess,
  request: WindowRequest,
): Generator<number, bigint | number, void> {
  const slot = container.tables.indexOf(undefined);
  if (slot < 0) return ENOSPC;
  const [owned] = container.groups;
  if (owned === undefined) return ENODEV;
  if (!offers(owned.group.pgsizes, request.pageShift)) return EINVAL;
  const tableBytes =
    request.levels > 1 ? 0xffff_ffff : Math.floor(request.bytes / 2 ** (request.pageShift - TCE_SHIFT));
  if (tableBytes === 0) return EINVAL;
  const pages = Math.floor(tableBytes / process.pageBytes);
  const charged = process.account(pages);
  if (charged !== 0) return charged;
  const table = yield* ops.createTable(k, owned, slot, request);
  if (typeof table === 'number') {
    if (!k.build.vfioFailedCreateCharged.value) process.account(-pages);
    return table;
  }
  if (k.build.vfioOps.value === 'own') k.viewBytes += viewBytes(k, table.size);
  const made = containerTable(table, pages);
  for (const { group } of container.groups) {
    if (setWindow(group, slot, table)) continue;
    for (const each of container.groups) yield* ops.unsetWindow(k, each, slot);
    process.account(-pages);
    return EPERM;
  }
  container.tables[slot] = made;
  return startOf(table);
}

function offers(pgsizes: number, pageShift: number): boolean {
  return Math.floor(pgsizes / 2 ** pageShift) % 2 === 1;
}

/** tce_iommu_create_default_window(): 0 or a negative errno. */
export function* createDefaultWindow(
  k: KernelState,
  ops: TableGroupOps,
  container: Container,
  process: UserProcess,
): Generator<number, number, void> {
  if (!container.defaultWindowPending) return 0;
  const [owned] = container.groups;
  if (owned === undefined) return ENODEV;
  const request = { pageShift: PAGE_SHIFT_4K, bytes: owned.group.tce32Size, levels: 1 };
  const made = yield* createWindow(k, ops, container, process, request);
  if (typeof made === 'number') return made;
  container.defaultWindowPending = false;
  return 0;
}

/** 0, or -EINVAL: no window holds that address. */
export function* removeWindow(
  k: KernelState,
  ops: TableGroupOps,
  container: Container,
  start: bigint,
): Generator<number, number, void> {
  const at = findTable(container, start);
  const slot = container.tables[at];
  if (slot === undefined) return EINVAL;
  const clearsFirst = k.build.vfioClear.value === 'before-unset';
  if (clearsFirst) yield* clearAll(k, slot);
  for (const owned of container.groups) yield* ops.unsetWindow(k, owned, at);
  if (!clearsFirst) yield* clearAll(k, slot);
  freeContainerTable(k, container, slot);
  container.tables[at] = undefined;
  return 0;
}

/** tce_iommu_free_table(); some kernels forget the user's view of the table. */
export function freeContainerTable(
  k: KernelState,
  { process }: Container,
  { table, chargedPages }: ContainerTable,
): void {
  process?.account(-chargedPages);
  if (k.build.vfioOps.value === 'own' && !k.build.vfioViewLeaks.value)
    k.viewBytes -= viewBytes(k, table.size);
}

/** pseries_tce_iommu_userspace_view_alloc(): 8 bytes a TCE, in whole pages. */
function viewBytes({ pageBytes }: KernelState, entries: number): number {
  return Math.ceil((entries * 8) / pageBytes) * pageBytes;
}
