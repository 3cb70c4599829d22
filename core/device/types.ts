// A device model sees its bus, virtual time and its interrupt line: nothing else of the machine.

import type { DeviceModel, DmaBus } from '../abi/ports.ts';
import type { Scheduler } from '../time/scheduler.ts';

export interface DeviceHost {
  readonly bus: DmaBus;
  /**
   * Guest real memory by its own addresses, past every IOMMU: the hypervisor's own access, which a virtio device without
   * VIRTIO_F_ACCESS_PLATFORM uses. Given only to devices whose catalogue entry says `bypassesIommu`.
   */
  readonly realMemory?: DmaBus;
  readonly scheduler: Scheduler;
  raiseInterrupt(): void;
  /** Seed for what the medium holds. */
  readonly seed: number;
}

export type CreateDevice = (host: DeviceHost) => DeviceModel;
