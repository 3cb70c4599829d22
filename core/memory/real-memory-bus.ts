// Guest real memory as a bus: an address is a real address, nothing is translated and no PE freezes. This is how the hypervisor itself
// reaches a partition's memory, and so how its virtio devices do without VIRTIO_F_ACCESS_PLATFORM.

import type { DmaBus, DmaOutcome } from '../abi/ports.ts';
import { numberFromHalves } from '../base/u64.ts';
import type { GuestMemory } from './guest-memory.ts';

export function realMemoryBus(memory: GuestMemory): DmaBus {
  const outcome = (bytesDone: number, wanted: number): DmaOutcome =>
    bytesDone === wanted ? { bytesDone } : { bytesDone, fault: 'beyond-ram' };
  return {
    read: (hi, lo, into) => outcome(memory.read(numberFromHalves(hi, lo), into), into.length),
    write: (hi, lo, from) => outcome(memory.write(numberFromHalves(hi, lo), from), from.length),
  };
}
