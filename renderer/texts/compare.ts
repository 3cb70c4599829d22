// The panel "compare": the same partition and workload on two machines, side by side.

import type { CompareReport } from '../../core/index.ts';

export const compare = {
  tab: 'compare',
  form: 'What to compare',
  axis: 'Compare',
  axes: { kernel: 'two kernels', platform: 'two platforms' },
  first: 'A',
  second: 'B',
  machineA: 'Machine A',
  machineB: 'Machine B',
  run: 'Run',
  brief: 'only what differs',
  result: 'Comparison',
  reading: 'Reading what the session did…',
  progress: (time: string, events: string, one: boolean) => `${time}, ${events} ${one ? 'event' : 'events'}`,
  progressDone: (events: string, one: boolean) => `done, ${events} ${one ? 'event' : 'events'}`,
  differing: (differing: string, rows: string, one: boolean) =>
    `${differing} ${one ? 'row differs' : 'rows differ'} of ${rows}.`,
  chooseTwo: 'Choose two that differ.',
  lead: 'The same partition and workload, side by side.',
  about:
    'Both machines run what your session did so far (before the first boot: a boot and a little I/O). Your session stays as it is.',
  table: 'The same partition and workload, side by side',
  what: 'What',
  differs: 'Differs',
  differsMark: '≠ differs',
  didNotRun: (machine: string) => `${machine} (did not run)`,
  sections: {
    outcome: 'Outcome',
    windows: 'Windows',
    'dma-space': 'DMA space',
    calls: 'Calls',
    io: 'I/O',
    failures: 'Failures',
  } satisfies Record<CompareReport['rows'][number]['section'], string>,
  /** Some of many functions: the first ones, and the last. */
  functions: (first: string, last: string, count: number) => `${first}, … ${last} (${count})`,
  ofFunctions: (functions: string) => `of ${functions}`,
  notes: 'Notes',
  branch: 'The branch that differed',
  branchModes: (functions: string, modes: readonly [string, string], machines: readonly [string, string]) =>
    `enable_ddw() of ${functions}: ${modes[0]} under ${machines[0]}, ${modes[1]} under ${machines[1]}.`,
  branchNone: 'None: both take the same branches.',
  steps: (functions: string) => `Steps that differ for ${functions}`,
  step: (number: number, where: string) => `Step ${number}, ${where}()`,
  decides: 'decides',
  stepNone: 'nothing more',
  stepCompared: (step: string, compared: string, holds: boolean) =>
    `${step} (${compared}: ${holds ? 'yes' : 'no'})`,
  dmesg: (before: string, after: string) => `dmesg, ${before} (−) against ${after} (+)`,
  dmesgOfNone: 'Lines of no function',
  dmesgOf: (functions: string) => `${functions}, numbers apart`,
  dmesgLines: 'Lines of dmesg that differ',
  dmesgSame: 'The same under both.',
  onlyFirst: 'only in the first:',
  onlySecond: 'only in the second:',
  leftOut: 'lines left out',
} as const;
