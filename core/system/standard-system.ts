// The managed system where a configuration does not say one: a guest, a Virtual I/O Server, two more partitions, and adapters that
// nobody has yet put into shared mode. Names and sizes are ours.

import type { SystemConfig } from './types.ts';

const GIB = 2 ** 30;

/** adapter_id of the lab's own adapter, which `vf add` takes its VFs from. */
export const DEFAULT_ADAPTER = 1;

export const STANDARD_SYSTEM: SystemConfig = {
  name: 'sys-1',
  unit: 'U78D2.001.DDWLAB1',
  guest: 1,
  lpars: [
    { id: 1, name: 'lab', env: 'aixlinux', state: 'Running', memoryBytes: 0 },
    { id: 2, name: 'vios1', env: 'vioserver', state: 'Running', memoryBytes: 8 * GIB },
    { id: 3, name: 'db', env: 'aixlinux', state: 'Running', memoryBytes: 32 * GIB },
    { id: 4, name: 'test', env: 'aixlinux', state: 'Not Activated', memoryBytes: 16 * GIB },
  ],
  slots: [
    { name: 'C1', bus: 31, model: 'lab-vf', shared: { id: DEFAULT_ADAPTER, logicalPorts: [] } },
    { name: 'C2', bus: 33, model: 'eth-4-port' },
    { name: 'C3', bus: 34, model: 'connectx-2-port' },
    { name: 'C4', bus: 32, model: 'connectx-2-port' },
  ],
  vnics: [],
};
