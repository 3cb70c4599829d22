// Answers about VFIO and memory, worked out from the guest's objects.

import { errnoName } from '../abi/linux/errno.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { ApplicationState } from '../guest/linux/process/application.ts';
import type { UserProcess } from '../guest/linux/process/user-process.ts';
import type { Container } from '../guest/linux/vfio/container.ts';
import { startOf } from '../guest/linux/vfio/container.ts';
import type { Vfio } from '../guest/linux/vfio/vfio.ts';
import type { MachineView } from './machine-view.ts';
import type {
  ApplicationAnswer,
  ContainerAnswer,
  GroupAnswer,
  MeminfoRow,
  ProcessAnswer,
  VfioAnswer,
} from './vfio-queries.ts';

function vfioNow({ guest, hasLiveTree }: MachineView): Result<Vfio> {
  if (guest === undefined || !hasLiveTree) return fail('is-off', 'no guest runs', 'type: boot');
  return ok(guest.vfio);
}

/** Errors: `is-off`. */
export function vfioAnswer(machine: MachineView): Result<VfioAnswer> {
  const vfio = vfioNow(machine);
  if (!vfio.ok) return vfio;
  const { processes, containers, applications, hugePages } = vfio.value;
  return ok({
    processes: [...processes.values()].map(processAnswer),
    containers: [...containers.values()].map(containerAnswer),
    applications: [...applications.values()].map(applicationAnswer),
    groups: groupAnswers(machine, vfio.value),
    calls: [...vfio.value.recent],
    mmu: hugePages.mmu,
    hugePageBytes: hugePages.sizes,
  });
}

function processAnswer(process: UserProcess): ProcessAnswer {
  const { name, lockedPages, pageBytes, memlockBytes = null, capIpcLock, buffers, regions } = process;
  return {
    name,
    lockedBytes: lockedPages * pageBytes,
    memlockBytes,
    capIpcLock,
    buffers: buffers.map((one) => ({
      name: one.name,
      vaddr: one.vaddr,
      bytes: one.bytes,
      pageBytes: one.pageBytes,
    })),
    regions: regions.map(({ vaddr, bytes, mapped }) => ({ vaddr, bytes, mappedTces: mapped })),
  };
}

function containerAnswer(container: Container): ContainerAnswer {
  const { name, type = null, enabled, groups, defaultWindowPending, tables } = container;
  return {
    name,
    type,
    enabled,
    groups: groups.map(({ group }) => group.id),
    defaultWindowPending,
    windows: tables.flatMap((held, slot) =>
      held === undefined
        ? []
        : [
            {
              slot,
              liobn: held.table.liobn,
              start: startOf(held.table),
              pageShift: held.table.pageShift,
              entries: held.table.size,
              mappedTces: held.mapped.entries,
            },
          ],
    ),
  };
}

function applicationAnswer(state: ApplicationState): ApplicationAnswer {
  const { failed, lines, ...rest } = state;
  return {
    ...rest,
    lines: [...lines],
    failed: failed === undefined ? null : { ...failed, errno: errnoName(failed.ret) },
  };
}

function groupAnswers({ platform, guest }: MachineView, vfio: Vfio): readonly GroupAnswer[] {
  const rows = new Map<number, GroupAnswer>();
  for (const { config, description } of platform.functions()) {
    const owned = vfio.groupOf(description.fn);
    if (owned === undefined) continue;
    const { id, claimed, tce32Start, tce32Size, pgsizes, maxDynamicWindows } = owned.group;
    const known = rows.get(id);
    rows.set(id, {
      group: id,
      ids: [...(known?.ids ?? []), config.id],
      drivers: [...(known?.drivers ?? []), guest?.device(description.fn)?.driver ?? null],
      claimed,
      dma32Start: tce32Start,
      dma32Size: tce32Size,
      pgsizes,
      maxDynamicWindows,
    });
  }
  return [...rows.values()];
}

/** Errors: `is-off`. */
export function meminfoAnswer(machine: MachineView): Result<readonly MeminfoRow[]> {
  const vfio = vfioNow(machine);
  if (!vfio.ok) return vfio;
  const rows: readonly MeminfoRow[] = [
    { name: 'MemTotal', value: machine.config.memoryBytes / 1024, unit: 'kB' },
    { name: 'VmallocUsed', value: vfio.value.viewBytes / 1024, unit: 'kB' },
  ];
  const huge = vfio.value.hugePages
    .meminfo()
    .map(([name, value, unit]): MeminfoRow => ({ name, value, unit }));
  return ok([...rows, ...huge]);
}
