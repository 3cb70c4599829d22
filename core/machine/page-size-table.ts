// I/O page sizes × firmware × processor generation × kernel, and what else tells one processor's firmware from the next: the answer to
// "any limitations based on processor or pHyp level?". Everything is read from the graded data of profiles and kernels.

import { IO_PAGE_SIZES } from '../abi/papr/ddw.ts';
import { pageSizeName } from '../base/bits.ts';
import type { Grade } from '../base/graded.ts';
import { PROFILES, profileValues } from '../firmware/profiles/index.ts';
import { pageSizeTable } from '../firmware/profiles/page-sizes.ts';
import type { PageSizeRow } from '../firmware/profiles/page-sizes.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import { KERNELS } from '../guest/linux/kernels/index.ts';
import type { KernelBuild } from '../guest/linux/kernels/kernel-build.ts';
import { valueText } from './value-text.ts';

export interface KernelPageSizes {
  readonly kernel: string;
  readonly generation: string;
  /** Sizes that iommu_get_page_shift() knows, smallest first. */
  readonly known: readonly string[];
  readonly grade: Grade;
  readonly source: string;
  /** Which of the offered sizes it takes. */
  readonly takes: 'highest-bit' | 'largest-shift';
}

/** A value that is not the same on all processors of one hypervisor. */
export interface ProcessorDifference {
  /** `tce.stuffLimit`, `slotClasses.dedicated.pageShifts`. */
  readonly path: string;
  /** One for each profile in `profiles`; null where it has no such value. */
  readonly values: readonly ({
    readonly value: string;
    readonly grade: Grade;
    readonly source: string;
  } | null)[];
}

export interface ProcessorDifferences {
  readonly hypervisor: string;
  readonly profiles: readonly string[];
  readonly differences: readonly ProcessorDifference[];
}

/** Plain JSON: what `ddw-lab table page-sizes --json` writes, and what the window is sent. */
export interface PageSizeReport {
  readonly format: 'ddw-page-sizes';
  readonly version: 1;
  readonly firmware: readonly PageSizeRow[];
  readonly kernels: readonly KernelPageSizes[];
  readonly processors: readonly ProcessorDifferences[];
}

export function pageSizeReport(
  profiles: readonly PlatformProfile[] = PROFILES,
  kernels: readonly KernelBuild[] = KERNELS,
): PageSizeReport {
  return {
    format: 'ddw-page-sizes',
    version: 1,
    firmware: pageSizeTable(profiles),
    kernels: kernels.map(kernelSizes),
    processors: processorDifferences(profiles),
  };
}

function kernelSizes({ id, generation, pageShifts, pagePreference }: KernelBuild): KernelPageSizes {
  const { value, grade, source } = pageShifts;
  const known = IO_PAGE_SIZES.map(({ shift }) => shift)
    .filter((shift) => value.includes(shift))
    .sort((a, b) => a - b);
  return {
    kernel: id,
    generation,
    known: known.map(pageSizeName),
    grade,
    source,
    takes: pagePreference.value,
  };
}

/** Nothing is said of a hypervisor that runs on one processor. */
function processorDifferences(profiles: readonly PlatformProfile[]): readonly ProcessorDifferences[] {
  const hypervisors = [...new Set(profiles.map(({ make }) => make.hypervisor.value))];
  return hypervisors.flatMap((hypervisor) => {
    const own = profiles.filter(({ make }) => make.hypervisor.value === hypervisor);
    if (own.length < 2) return [];
    return [{ hypervisor, profiles: own.map(({ id }) => id), differences: differencesOf(own) }];
  });
}

function differencesOf(profiles: readonly PlatformProfile[]): readonly ProcessorDifference[] {
  const values = profiles.map(
    (profile) => new Map(profileValues(profile).map(({ path, graded }) => [path, graded])),
  );
  const paths = [...new Set(values.flatMap((map) => [...map.keys()]))];
  return (
    paths
      // The head of the table, and its columns.
      .filter((path) => !/^make\.|\.(pageShifts|queryPageMask)$/.test(path))
      .map((path) => ({
        path,
        values: values.map((map) => {
          const graded = map.get(path);
          if (graded === undefined) return null;
          const { value, grade, source } = graded;
          return { value: value === undefined ? 'none' : valueText(value), grade, source };
        }),
      }))
      .filter(({ values: row }) => new Set(row.map((cell) => cell?.value)).size > 1)
  );
}
