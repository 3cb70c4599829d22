// The VFIO matrix: can a program have huge pages for DMA, by kernel, platform, page size and program.

export const vfio = {
  tab: 'VFIO',
  title: 'VFIO with huge pages: can it be done?',
  tools: 'Which part of the matrix',
  program: 'Program',
  programs: {
    v1: 'any, v1 container (default window)',
    v2: 'any, v2 container (own window)',
    dpdk: 'as DPDK does',
  },
  platform: 'Firmware and slot',
  driverFirst: 'after a driver of the kernel',
  driverFirstHint: 'A driver of the kernel has had the function and opened a window before vfio-pci gets it',
  eachKernel: 'each kernel alone',
  again: 'Work it out',
  notWorked: 'Not worked out: each cell is a machine that is booted and tried, a few seconds for all.',
  working: (done: string, of: string) => `Trying it: ${done} of ${of} machines.`,
  beginning: 'Trying it…',
  progress: 'Machines tried',
  yes: (pages: string) => `Yes, here: ${pages}.`,
  yesAtCost: (pages: string) => `At a cost, here: ${pages}.`,
  no: (why: string) => `No, not here, with any of these kernels. The newest: ${why}`,
  page: (name: string, kernels: string, outcome: 'works' | 'costs') =>
    outcome === 'works'
      ? `${name} pages with Linux ${kernels}`
      : `${name} pages, as many smaller TCEs, with Linux ${kernels}`,
  span: (first: string, last: string) => (first === last ? first : `${first} to ${last}`),
  list: (items: readonly string[]) => items.join(', '),
  pages: (items: readonly string[]) => items.join('; '),
  tally: (of: string, works: string, costs: string, fails: string) =>
    `Of all ${of} machines tried: ${works} work, ${costs} at a cost, ${fails} fail.`,
  outright:
    'Power has no huge page of 2G, and neither 1G nor 2G is an I/O page size: memory in such pages is mapped as many smaller TCEs.',
  outrightSource:
    'LoPAR’s list of I/O page sizes; the firmware’s answer to every bit of the mask in recordings',
  grid: (program: string, platform: string) => `${program}; ${platform}: kernels by page sizes`,
  kernel: 'Linux',
  base: 'base page',
  huge: 'huge page',
  signs: { works: '✓', costs: '≈', fails: '✕' },
  outcomes: { works: 'works', costs: 'at a cost', fails: 'fails' },
  oneTce: (page: string) => `1 TCE of ${page}`,
  manyTces: (count: string, page: string) => `${count} TCEs of ${page}`,
  unusable: 'unusable',
  keys: 'Arrows go from cell to cell; Enter or a click opens that machine in a session of its own.',
  chosen: (kernels: string, pages: string) => `Linux ${kernels}, pages of ${pages}`,
  told: {
    works: (page: string, tces: string) => `It works: each page is one TCE of ${page}, ${tces} in all.`,
    costs: (each: string, page: string, tces: string) =>
      `It works at a cost: each page takes ${each} TCEs of ${page}, ${tces} in all.`,
    fails: (call: string, result: string) => `It fails at ${call} with ${result}.`,
    unusable: (call: string) => `It gives up after ${call}, which itself goes well.`,
    dies: 'The kernel dies (Oops).',
  },
  result: (errno: string, ret: string) => `${errno} (${ret})`,
  price: (bytes: string, hcalls: string, time: string) =>
    `For ${bytes} of memory: ${hcalls} TCE hcalls and ${time} of virtual time.`,
  before: (hcalls: string, time: string) => `Until then ${hcalls} TCE hcalls and ${time} of virtual time.`,
  place: (windows: string, start: string) =>
    `The partition then has ${windows}; the memory begins at bus address ${start}.`,
  window: ['window', 'windows'],
  says: 'The program says:',
  evidence: 'What this rests on',
  sure: (fact: string) => `As sure as the least sure fact beneath it, “${fact}”:`,
  open: (kernel: string) => `Open this machine (Linux ${kernel})`,
  opened: 'The machine of that cell is open in a session of its own, at that moment.',
  openedRefused: (refusal: string) => `The machine of that cell is open in a session of its own. ${refusal}`,
  facts: {
    vfioOps: 'Tables that this kernel gives VFIO',
    vfioBind: 'vfio-pci binds',
    pageShifts: 'I/O pages offered, as shifts',
    maxWindows: 'Windows of a PE',
    mmu: 'Page tables of the processor',
  } as Readonly<Partial<Record<string, string>>>,
} as const;
