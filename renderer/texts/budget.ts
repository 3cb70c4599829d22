// Budget: the hypervisor memory that TCE tables take, and what would come of another configuration.

import { counted, grouped, percent, sizeWords } from '../widgets/numbers.ts';

const holders = {
  guest: 'this partition',
  lpar: 'other partitions',
  possible: 'what could come',
  slot: 'slots',
  virtual: 'virtual adapters',
} as const;

export const budget = {
  title: 'TCE budget',
  lead: (bytes: number, waste: number) =>
    `TCE tables take ${sizeWords(bytes)} of hypervisor memory; ${percent(waste, bytes)} of it holds no valid TCE.`,
  none: 'This platform has no hypervisor that sets TCE tables aside: QEMU makes each table when it is asked for.',
  holders,
  holds: 'Who holds how much',
  columns: {
    title: 'Holder',
    pes: 'PEs',
    block: 'TCEs of a block',
    bytes: 'Set aside',
    used: 'Used',
    waste: 'Waste',
  },
  total: 'All',
  unknown: 'not modelled',
  usedOf: (used: number, all: number) => `${grouped(used)} (${percent(used, all)})`,
  memory: (free: number, all: number) => `${sizeWords(free)} of ${sizeWords(all)} are free for partitions.`,
  parameters: 'How it was worked out',
  assumed: 'assumed',

  whatIf: 'What if',
  fields: {
    vfs: 'VFs in all',
    memory: 'Memory, GiB',
    maximum: 'Maximum memory, GiB',
    page: 'Largest I/O page',
    block: 'TCEs of a VF’s block',
  },
  asNow: 'as now',
  pages: { 12: '4K', 16: '64K', 21: '2M', 24: '16M' },
  group: (count: number, device: string, mode: string) => `${counted(count, `${device} function`)}: ${mode}`,
  stuck: 'left on 4K pages',
  window: (window: number, page: string, table: number) =>
    `window of ${counted(window, 'TCE')} of ${page}, table ${sizeWords(table)}`,
  would: (bytes: number, windows: number) =>
    `Set aside for these VFs: ${sizeWords(bytes)}; their windows take ${sizeWords(windows)} of it.`,
  needs: 'All of maximum memory, mapped 1:1 for one PE',
  needsColumns: {
    page: 'I/O page',
    tces: 'TCEs',
    table: 'Table',
    calls: 'H_PUT_TCE_INDIRECT calls',
    fits: 'Fits the block',
  },
  fits: { yes: 'yes', no: 'no' },
} as const;
