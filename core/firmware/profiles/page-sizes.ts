// "Any limitations based on processor or pHyp level?": the I/O page sizes of each kind of slot on each platform, with the memory that
// its block maps 1:1 in each. Worked out from the profiles; every cell carries the grade and the source of what it rests on.

import { IO_PAGE_SIZES } from '../../abi/papr/ddw.ts';
import { pageSizeName } from '../../base/bits.ts';
import { ungraded } from '../../base/graded.ts';
import type { Grade, Graded } from '../../base/graded.ts';
import { blockTcesOf } from './block.ts';
import { PROFILES } from './index.ts';
import type { PlatformProfile, SlotClass } from './profile.ts';

export interface PageSizeCell {
  readonly shift: number;
  /** `4K`, `2M`. */
  readonly name: string;
  /** ibm,query-pe-dma-window has its bit. */
  readonly offered: boolean;
  /** ibm,create-pe-dma-window takes it. */
  readonly accepted: boolean;
  /** Of what query offers. */
  readonly grade: Grade;
  readonly source: string;
  /** Bytes that one block maps 1:1 in pages of this size; null where they are not offered. */
  readonly directBytes: number | null;
}

export interface PageSizeRow {
  readonly profile: string;
  readonly hypervisor: string;
  readonly processor: string;
  readonly firmwareLevels: readonly string[];
  readonly slotClass: string;
  readonly slotTitle: string;
  readonly isVf: boolean;
  /** Windows of one PE, the default one included. */
  readonly windows: Graded<number>;
  readonly blockTces: Graded<number>;
  /** False: the block is a figure that query answers, no limit. */
  readonly blockEnforced: Graded<boolean>;
  /** Smallest page first. */
  readonly pages: readonly PageSizeCell[];
}

/** One row for each kind of slot of each platform, in the order of the profiles; a column for each size that the query can name. */
export function pageSizeTable(profiles: readonly PlatformProfile[] = PROFILES): readonly PageSizeRow[] {
  return profiles.flatMap((profile) => profile.slotClasses.map((slotClass) => rowOf(profile, slotClass)));
}

function rowOf(profile: PlatformProfile, slotClass: SlotClass): PageSizeRow {
  const { hypervisor, processor, firmwareLevels } = ungraded(profile.make);
  const blockTces = blockOf(profile, slotClass);
  const { pageShifts, queryPageMask } = slotClass.values;
  const sizes = [...IO_PAGE_SIZES].sort((a, b) => a.shift - b.shift);
  return {
    profile: profile.id,
    hypervisor,
    processor,
    firmwareLevels,
    slotClass: slotClass.id,
    slotTitle: slotClass.title,
    isVf: slotClass.isVf,
    windows: slotClass.values.maxWindows,
    blockTces,
    blockEnforced: slotClass.values.blockEnforced,
    pages: sizes.map(({ shift, queryBit }) => {
      const offered = (queryPageMask.value & queryBit) !== 0;
      return {
        shift,
        name: pageSizeName(shift),
        offered,
        accepted: pageShifts.value.includes(shift),
        grade: queryPageMask.grade,
        source: queryPageMask.source,
        directBytes: offered ? blockTces.value * 2 ** shift : null,
      };
    }),
  };
}

const STRENGTH: readonly Grade[] = ['assumed', 'observed', 'documented', 'verified'];

/** The block on the platform's usual system; as sure as the least sure value that it is made of. */
function blockOf({ system }: PlatformProfile, { values }: SlotClass): Graded<number> {
  const installed = system?.installedMemoryBytes;
  const value = blockTcesOf(ungraded(values), installed?.value);
  // What the largest block is, is known whatever the system; another one follows from its memory.
  const usual = value === values.blockTces.value;
  const parts = usual ? [values.blockTces] : [values.blockByMemory, values.enlarged, installed];
  const known = parts.filter((part) => part !== undefined);
  const least = known.reduce<Graded<unknown>>(
    (weakest, part) => (STRENGTH.indexOf(part.grade) < STRENGTH.indexOf(weakest.grade) ? part : weakest),
    known[0] ?? values.blockTces,
  );
  return { value, grade: least.grade, source: known.map(({ source }) => source).join('; ') };
}
