// The first thing a learner sees: an LPAR whose maximum memory is too large for a 1:1 window on a VF, so that Linux maps indirectly.
// Under a kernel without indirect mapping the same machine falls back to its default windows.

import type { Command, IoParameters } from '../machine/commands.ts';
import type { MachineConfig } from '../machine/config.ts';

const GIB = 2 ** 30;

/** The LPAR of the default scenario without any function. */
export const DEFAULT_LPAR: MachineConfig = {
  profile: 'powervm-p9',
  kernel: '5.15',
  pageBytes: 65_536,
  cpus: 4,
  minMemoryBytes: 16 * GIB,
  memoryBytes: 64 * GIB,
  maxMemoryBytes: 512 * GIB,
  lmbBytes: GIB / 4,
  bootArgs: [],
  iommuDebugMessages: false,
  functions: [],
  seed: 1,
};

/** A kernel before indirect mapping came: the other half of the story. */
export const KERNEL_WITHOUT_INDIRECT = '5.13';

const VFS = 8;

/** powervm-p9, 64 GiB now and 512 GiB maximum, 8 VFs. `kernel`: 5.15 unless said otherwise. */
export function defaultScenario(kernel = DEFAULT_LPAR.kernel): MachineConfig {
  const functions = Array.from({ length: VFS }, (_, n) => ({
    id: `vf${n}`,
    device: 'nic',
    slotClass: 'sriov-vf',
  }));
  return { ...DEFAULT_LPAR, kernel, functions };
}

const io: IoParameters = { sizeBytes: 65_536, depth: 16, count: 64, direction: 'read', intervalNs: 0 };

/** What the default scenario does, in the order of its lines. */
export const DEFAULT_COMMANDS: readonly Command[] = [
  { do: 'boot' },
  { do: 'io-start', id: 'vf0', io },
  { do: 'io-start', id: 'vf3', io: { ...io, sizeBytes: 4096, direction: 'write' } },
];
