// A device model sees its bus, virtual time and its interrupt line: nothing else of the machine.

import type { DeviceModel, DmaBus } from '../abi/ports.ts';
import type { Scheduler } from '../time/scheduler.ts';

export interface DeviceHost {
  readonly bus: DmaBus;
  readonly scheduler: Scheduler;
  raiseInterrupt(): void;
  /** Seed for what the medium holds. */
  readonly seed: number;
}

export type CreateDevice = (host: DeviceHost) => DeviceModel;
