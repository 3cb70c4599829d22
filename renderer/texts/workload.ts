// Workloads: I/O on what was chosen.

import { counted, grouped, sizeWords } from '../widgets/numbers.ts';

export interface WorkFigures {
  readonly requests: number;
  readonly bytes: number;
  readonly failures: number;
  readonly corrupted: number;
}

export const workload = {
  form: (what: string) => `I/O on ${what}`,
  all: 'all',
  start: 'Start I/O',
  stop: 'Stop',
  kind: 'What kind of I/O',
  preset: 'Preset',
  presets: {
    round: 'A thousand 64K reads',
    stream: 'Stream: 1M reads, endless',
    packets: 'Packets: 4K writes, endless',
    trickle: 'Trickle: one 4K read each 100 µs',
    deep: 'Deep queue: 256 reads of 64K',
    custom: 'As set below',
  },
  size: 'Size',
  depth: 'At a time',
  requests: 'Requests',
  endless: '0: until stopped',
  direction: 'Direction',
  directions: { read: 'read', write: 'write' },
  interval: 'Every',
  intervals: { 0: 'at once', 10_000: '10 µs', 100_000: '100 µs', 1_000_000: '1 ms' },
  everyone: 'on all functions at once',
  plan: (count: number, direction: string, sizeBytes: number, depth: number) =>
    `${count === 0 ? 'Endless' : grouped(count)} ${direction}s of ${sizeWords(sizeBytes)}, ${grouped(depth)} at a time.`,
  figures: ({ requests, bytes, failures, corrupted }: WorkFigures, running: number) =>
    `${running === 0 ? 'Done' : `${grouped(running)} running`}: ${counted(requests, 'request')}, ${sizeWords(bytes)}${
      failures > 0 ? `, ${grouped(failures)} failed` : ''
    }${corrupted > 0 ? `, ${grouped(corrupted)} corrupted` : ''}`,
  bootFirst: 'Boot first: a driver does the I/O.',
  frozen: 'Its PE is frozen: no I/O reaches memory.',
  failed: 'Its driver gave up; the guest log says why.',
  noDriver: (what: string) => `${what}: no driver, so nothing to start.`,
} as const;
