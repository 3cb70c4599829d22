// Figures: what functions do over virtual time.

import { counted, grouped, timeWords } from '../widgets/numbers.ts';

export const figures = {
  title: 'Figures',
  charts: {
    hcalls: 'Hypervisor calls a second',
    mapped: 'TCEs mapped a second',
    unmapped: 'TCEs cleared a second',
    bytes: 'MiB a second of I/O',
    usedTces: 'TCEs in use',
  },
  lead: (hcalls: string, mib: string, tces: string) =>
    `${hcalls} hcalls/s, ${mib} MiB/s, ${tces} TCEs in use.`,
  nothing: 'Nothing has happened yet. Boot, start I/O in Adapters and VFs, and figures appear.',
  machine: 'whole machine',
  chosen: (count: number) => (count === 1 ? 'the chosen function' : `${grouped(count)} chosen together`),
  someOf: (shown: number, all: number) =>
    `drawn one by one: the ${grouped(shown)} busiest of ${grouped(all)} chosen`,
  behind: (events: number) => `${counted(events, 'event')} of the trace still to be counted.`,
  shape: 'Show as',
  shapes: { charts: 'Charts', table: 'Table' },
  range: 'Time',
  ranges: { all: 'since power on', second: 'the last second', tenth: 'the last 100 ms' },
  legend: 'Lines',
  caption: (time: string) => `At ${time} of virtual time, over the last stretch and in all`,
  columns: {
    who: 'Who',
    hcalls: 'hcalls/s',
    mapped: 'mapped/s',
    unmapped: 'cleared/s',
    bytes: 'MiB/s',
    usedTces: 'TCEs in use',
    allHcalls: 'hcalls in all',
    allBytes: 'I/O in all',
  },
  time: (ns: number) => timeWords(ns),
  chart: (title: string, last: string, most: string) => `${title}: now ${last}, at most ${most}`,
  most: (value: string) => `at most ${value}`,
} as const;
