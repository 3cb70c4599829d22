// The kernel log's lines about windows, TCEs and DMA masks: those whose formats the oracle lists (reference/linux-guest.md,
// section 6, numbers in the table below), without time stamps, pointers and real addresses.

import type { Comparison } from './scenario-compare.ts';
import { compareSequences } from './scenario-compare.ts';

/** Formats that count, with their numbers in the list. Sub-lines without a keyword (`index = …`) are in no recording. */
const formats: readonly (readonly [string, RegExp])[] = [
  ['1-2', /ibm,query-pe-dma-windows?\(/],
  ['3', /ibm,create-pe-dma-window\(/],
  ['4-5', /ibm,reset-pe-dma-windows?\(/],
  ['6', /Limited Address Space for DDW not Supported/],
  ['7', /lsa_required: /],
  ['8', /current IOMMU table in use, can't be replaced/],
  ['9', /no free dynamic windows/],
  ['10', /no supported (direct )?page size in mask/],
  ['11', /Skipping ibm,pmemory/],
  ['12', /can't map parti?ti?on max/],
  ['13', /created tce table LIOBN/],
  ['14-15', /couldn't allocate property/],
  ['16', /unable to add dma window property/i],
  ['17', /failed to map (direct|DMA) window/],
  ['18', /couldn't create new IOMMU table/],
  ['19', /Removed default DMA window/],
  ['20', /(failed to clear|successfully cleared) tces in window/],
  ['21-22', /(failed to remove|successfully removed) (direct|DMA) window/],
  ['23-25', /tce_\w+_?pSeriesLP: plpar_tce_\w+ failed/],
  ['23', /^\ttcenum {2}= /],
  ['23', /^\ttce val = /],
  ['24', /^\ttce\[0\] val = /],
  ['28-29', /iommu_alloc failed, tbl /],
  ['30', /iommu_alloc_consistent size too large/],
  ['31', /iommu_free: invalid entry/],
  ['32', /IOMMU table initialized, virtual merging/],
  ['33', /TCE table is full; freeing/],
  ['34', /: Unexpected TCEs$/],
  ['36', /iommu: 64-bit OK but direct DMA is limited by/],
  ['37', /iommu: (64-bit OK, using fixed ops|not 64-bit, using default ops)/],
  ['38', /Warning: IOMMU dma not supported: mask/],
  ['39', /Warning: IOMMU offset too big for device mask/],
  ['39', /: mask: 0x[0-9a-f]+, table offset: /],
  ['40', /Using 64-bit direct DMA at offset|Restoring 32-bit DMA via iommu/],
  ['41', /ppc iommu: disabling ddw|Disabling MULTITCE firmware feature/],
  ['42', /no DMA window found for pci dev=/],
  ['43', /iommu_tce: it_map is not empty/],
  ['45', /default dma window missing!|: query_ddw failed/],
  ['46', / in failed DDW device list/],
  ['47-48', /64-bit window already present|Attempt to create window#0 when 64-bit window is present/],
  ['49', /: Calling query \/|: Create ddw failed \//],
  ['50', /can't map window 0x|ibm,ddw-applicable not found/],
  ['51', /No dma-windows exist for the node|existing DDW removal failed|No table_group configured/],
  ['52', /iommu_tce: \w+ failed ioba=/],
];

const stamp = /^\[ *\d+\.\d+\] ?/;

/** The log of a dmesg.txt, or undefined when no kernel left one (the run ended in a crash: only its console is there). */
export function kernelLog(dmesg: string): readonly string[] | undefined {
  const end = dmesg.indexOf('\n--- ');
  const lines = (end < 0 ? dmesg : dmesg.slice(0, end)).split('\n');
  if (!lines.some((l) => /^\[ +0\.000000\] /.test(l))) return undefined;
  return lines.filter((l) => stamp.test(l)).map((l) => l.replace(stamp, ''));
}

/** Lines that count, in comparable form, by device: a function's address, a VIO unit address, or `kernel`. */
export function iommuLines(log: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const byDevice = new Map<string, string[]>();
  const lastQuery = new Map<string, string>();
  for (const line of log) {
    if (!formats.some(([, format]) => format.test(line))) continue;
    const device = deviceOf(line, lastQuery);
    const list = byDevice.get(device) ?? [];
    byDevice.set(device, list);
    list.push(comparable(line));
  }
  return byDevice;
}

/**
 * A line that begins with a node belongs to the device that queried this PHB last: clearing and removing windows follow a query,
 * under the same mutex.
 */
function deviceOf(line: string, lastQuery: Map<string, string>): string {
  const device = /^[\w.,-]+ ([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]|[0-9a-f]{8}): /.exec(line)?.[1];
  if (device !== undefined) {
    const buid = /ibm,query-pe-dma-windows?\([0-9a-f]+\) [0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) /.exec(line);
    if (buid !== null) lastQuery.set(`${buid[1]}${(buid[2] ?? '').padStart(8, '0')}`, device);
    return device;
  }
  const node = /(?:^|: Calling query |: Create ddw failed )(\/[^ :]*)/.exec(line)?.[1];
  const phb = node === undefined ? undefined : /^\/pci@([0-9a-f]+)/.exec(node)?.[1];
  return (phb === undefined ? undefined : lastQuery.get(phb)) ?? node ?? 'kernel';
}

/** Pointers and the real addresses inside TCEs are free; everything else counts. */
function comparable(line: string): string {
  return line
    .replace(/(tbl|vaddr) [0-9a-fA-Fx()_ptrval]+/g, '$1 <pointer>')
    .replace(/(tce val = |tce\[0\] val = )0x[0-9a-f]+/, '$1<address>')
    .trimEnd();
}

/** Device by device, in order. */
export function compareDmesg(recorded: readonly string[], ours: readonly string[]): readonly Comparison[] {
  const expected = iommuLines(recorded);
  const got = iommuLines(ours);
  const devices = [...new Set([...expected.keys(), ...got.keys()])].sort();
  return devices.map((device) =>
    compareSequences(
      { expected: expected.get(device) ?? [], got: got.get(device) ?? [] },
      { same: (a, b) => a === b, text: (l) => l, at: (i) => `line ${i + 1} of ${device}` },
    ),
  );
}
