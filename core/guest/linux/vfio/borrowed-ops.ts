// The "borrowing" group operations of 6.4 to 6.10 (kernel/iommu.c, commit 9d67c9433509): VFIO uses the table that the kernel has,
// for as long as nobody else does. It can neither create nor remove a window.

import { EBUSY, EINVAL, EPERM } from '../../../abi/linux/errno.ts';
import type { IommuTable } from '../iommu-table.ts';
import type { KernelState } from '../kernel-state.ts';
import { die } from '../oops.ts';
import type { TableGroup } from '../table-group.ts';
import type { TableGroupOps } from './table-group-ops.ts';

/** iommu_take_ownership() of every table; one with an entry in use gives all back. Also what came before 6.4. */
export function takeTables(k: KernelState, { tables }: TableGroup): number {
  const taken: IommuTable[] = [];
  for (const table of tables) {
    if (table === undefined) continue;
    if (!table.takeOwnership()) {
      k.printk.line('err', 'iommu_tce: it_map is not empty');
      for (const other of taken) other.releaseOwnership();
      return EBUSY;
    }
    taken.push(table);
  }
  return 0;
}

export const BORROWED_OPS: TableGroupOps = {
  *takeOwnership(k, { group, devices }, dev) {
    // The group is one: its first function takes it for all.
    if (dev !== devices[0]) return 0;
    const rc = takeTables(k, group);
    if (rc === 0) for (const each of devices) each.mode = 'none';
    yield 0;
    return rc;
  },

  *releaseOwnership(k, { group, devices }, dev) {
    if (dev !== devices[0]) return;
    for (const table of group.tables) {
      if (table === undefined) continue;
      yield* k.tceOps.clearTable(table);
      table.releaseOwnership();
    }
    for (const each of devices) if (each.table !== undefined) each.mode = 'default';
  },

  *createTable(k, { group }, slot, { pageShift, bytes, levels }) {
    yield 0;
    if (slot > 0) return EPERM;
    const [table] = group.tables;
    if (table === undefined) {
      const why =
        'spapr_tce_create_table: the PE has no default window any more, and the kernel looks into its table';
      die(k, 'BUG: Kernel NULL pointer dereference on read at 0x00000000', why);
      yield 0;
      return EINVAL;
    }
    const fits =
      table.pageShift === pageShift && table.size === Math.floor(bytes / 2 ** pageShift) && levels === 1;
    return fits ? table : EINVAL;
  },

  *unsetWindow() {
    yield 0;
    return 0;
  },
};
