// The panel "What happens to the partition?": each thing that can happen, in one sentence of what Linux and the firmware do then.

export const life = {
  tab: 'Life',
  title: 'What happens to the partition?',
  off: 'It is off: boot it, and things can happen to it.',
  booting: 'It boots: things can happen once the kernel runs.',
  running: (kernel: string, memory: string) => `Linux ${kernel} runs in ${memory}. Choose what happens next.`,
  oops: 'Its kernel stopped in an Oops: reset it or shut it down.',
  sections: {
    memory: 'Memory (DLPAR)',
    kernel: 'The next kernel',
    partition: 'The partition',
    function: (id: string) => `The function ${id}`,
    faults: 'What goes wrong',
  },
  whichFunction: 'Function',
  noFunction: 'No function yet: add one first.',
  fields: {
    size: 'How much',
    call: 'Call',
    status: 'Answers',
    count: 'How often',
    skip: 'After letting through',
    onlyHere: (id: string) => `only calls about ${id}`,
    hcalls: 'Hypervisor calls',
    rtas: 'RTAS calls',
    ioba: 'Bus address',
    tce: 'New TCE (empty: cleared)',
    unavailable: 'Unavailable for (ms)',
  },
  notHex: (text: string) => `“${text}” is not a number in hex. Write for example 0x800000000010000.`,
  notWhole: (text: string) => `“${text}” is not a whole number.`,
  actions: {
    'memory-add': {
      title: 'Add memory',
      does: 'Linux takes the blocks one by one, and its memory notifier tells the DMA windows before a page is used.',
    },
    'memory-remove': {
      title: 'Remove memory',
      does: 'Linux empties blocks from the end of memory, then takes them out of its windows; a block in use stays.',
    },
    kexec: {
      title: 'kexec',
      does: 'The same kernel starts again without the firmware: no window is touched, the device tree tells of them.',
    },
    'kexec-without': {
      title: 'kexec without the windows’ properties',
      does: 'As an old kexec-tools did it: the next kernel does not hear of the windows that this one made.',
    },
    crash: {
      title: 'Crash',
      does: 'The kernel panics; its crash kernel starts in the memory set aside and saves the dump.',
    },
    reset: {
      title: 'Reset',
      does: 'The hypervisor resets the partition: made windows go, default windows come back, Linux boots again.',
    },
    shutdown: {
      title: 'Shut down',
      does: 'The partition is powered off: its windows and all in memory are gone.',
    },
    'driver-unbind': {
      title: 'Unbind the driver',
      does: 'I/O comes to its end and the driver lets go; the PE’s window stays for the next driver.',
    },
    'driver-bind': {
      title: 'Bind the driver',
      does: 'The driver sets its DMA mask again, and enable_ddw() finds the window that is there.',
    },
    'pci-remove': {
      title: 'Remove from the bus',
      does: 'Linux forgets the function (sysfs remove); its node, its PE and its window stay.',
    },
    'pci-rescan': {
      title: 'Rescan the bus',
      does: 'Linux finds functions that it forgot, and binds their drivers.',
    },
    inject: {
      title: 'Make a call fail',
      does: 'The firmware answers the next calls with this status instead of doing them.',
    },
    'pe-freeze': {
      title: 'Freeze the PE',
      does: 'The function reports an error: the platform stops its DMA and MMIO until Linux’ EEH recovery resets it.',
    },
    'tce-set': {
      title: 'Wrong TCE',
      does: 'One entry of the table changes behind Linux’ back: the device goes nowhere, or to the wrong page.',
    },
  },
  /** What Linux does when such a call fails. */
  onFailure: {
    'ibm,query-pe-dma-window': 'Linux gives the window up and stays with the default one.',
    'ibm,create-pe-dma-window':
      'Busy statuses: Linux waits and asks again. Others: no window; a removed default one is brought back by a reset.',
    'ibm,remove-pe-dma-window': 'Linux logs that it failed; the window stays in the firmware.',
    'ibm,reset-pe-dma-window': 'Linux logs that it failed: the PE may be left without any window.',
    H_PUT_TCE: 'The mapping fails: H_NOT_ENOUGH_RESOURCES is undone and becomes -ENOMEM, all else is logged.',
    H_PUT_TCE_INDIRECT:
      'The mapping fails: H_NOT_ENOUGH_RESOURCES is undone and becomes -ENOMEM, all else is logged.',
    H_STUFF_TCE: 'Linux logs it and goes on: entries that should be clear are not.',
    H_GET_TCE: 'Only a crash kernel reads TCEs: it takes the entry for unused.',
  } as Readonly<Partial<Record<string, string>>>,
  statusMeaning: (name: string, meaning: string) => `${name}: ${meaning}.`,
  confirm: {
    crash: 'The running kernel ends, with all that it was doing.',
    reset: 'The running kernel ends, with all that it was doing.',
    shutdown: 'The running kernel ends, and the windows go with it.',
    'memory-remove': 'The memory leaves the running partition.',
    'pci-remove': 'I/O on it ends.',
    'pe-freeze': 'Its I/O stops until it is recovered.',
    'tce-set': 'Its I/O may damage memory, or freeze its PE.',
  } as Readonly<Partial<Record<string, string>>>,
  goAhead: (title: string) => `Yes: ${title.toLowerCase()}`,
  line: 'The same as a line of the lab shell',
  copyLine: (line: string) => `Copy the line: ${line}`,
  cannot: 'Not now:',
  askedFor: (event: string) => `Asked for, event ${event}.`,
  showEvent: 'Show in the trace',
} as const;
