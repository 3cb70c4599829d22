// The table of I/O page sizes: platforms, processors, kernels.

export const pageSizes = {
  tab: 'Page sizes',
  title: 'Which I/O pages does a machine have?',
  asking: 'Asking for the table…',
  answer: (processor: string, sizes: string) => `Here, on ${processor}: ${sizes}.`,
  explain:
    'A cell tells how much memory one block of TCEs maps 1:1 in pages of that size. “any”: the block is no limit there. A dash: not offered.',
  firmware: 'Firmware and processor',
  columns: {
    processor: 'Processor',
    slot: 'Slot',
    windows: 'Windows',
    block: 'TCEs of a block',
    sizes: 'Sizes known',
  },
  any: 'any',
  notOffered: '—',
  spokenNotOffered: 'not offered',
  cellTitle: (grade: string, source: string, butAccepted: boolean) =>
    `${grade}: ${source}${butAccepted ? ' (accepted though not offered)' : ''}`,
  here: 'this machine',
  never: (sizes: string) => `Offered by none of them: ${sizes}.`,
  sources: (processor: string, slot: string) => `How this is known: ${processor}, ${slot}`,
  showSources: (processor: string, slot: string) => `${processor} ${slot}: how this is known`,
  sourceRows: {
    windows: 'Windows of a PE',
    block: 'TCEs of a block',
    enforced: 'The block is a limit',
    pages: 'Page sizes offered',
  },
  kernels: 'What each Linux knows',
  kernel: 'Kernel',
  takes: 'Takes',
  takesWords: {
    'highest-bit': 'the highest bit of the mask',
    'largest-shift': 'the largest page',
  },
  known: 'known',
  unknown: 'not known',
  processors: (hypervisor: string) => `What else differs between processors of ${hypervisor}`,
  what: 'Value',
  footnotes: 'Footnotes',
  footnote: {
    power7DdwStart: 'POWER7: the bus address where the 64-bit window begins (2^52)',
  } as Readonly<Partial<Record<string, string>>>,
  scrolls: (what: string) => `${what}: table, scrolls sideways`,
} as const;
