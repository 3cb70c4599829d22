// An NVMe controller (NVM Express Base Specification 1.4, sections 3.1 and 7.6): registers, reset, enable, doorbells.
// One namespace of 1 TiB; interrupts are message-signalled, one vector, so the mask registers do nothing.

import {
  NVME_ACQ,
  NVME_ACQ_HI,
  NVME_AQA,
  NVME_ASQ,
  NVME_ASQ_HI,
  NVME_CAP,
  NVME_CAP_HI,
  NVME_CC,
  NVME_CC_EN,
  NVME_CC_IOCQES_SHIFT,
  NVME_CC_IOSQES_SHIFT,
  NVME_CC_MPS_SHIFT,
  NVME_CC_SHN_SHIFT,
  NVME_CSTS,
  NVME_CSTS_CFS,
  NVME_CSTS_RDY,
  NVME_CSTS_SHST_COMPLETE,
  NVME_CSTS_SHST_MASK,
  NVME_DOORBELLS,
  NVME_VS,
} from '../abi/nvme.ts';
import { createNvmeAdmin, MAX_QUEUE_ENTRIES } from './nvme-admin.ts';
import { createNvmeEngine } from './nvme-engine.ts';
import { NVME_VERSION } from './nvme-identify.ts';
import { createDiskMedium } from './disk-medium.ts';
import { completionQueue, submissionQueue } from './nvme-queue.ts';
import type { CreateDevice, DeviceHost } from './types.ts';
import type { DeviceModel } from '../abi/ports.ts';

const NAMESPACE_BLOCKS = 2 ** 31;
const READY_NS = 500_000;
const SHUTDOWN_NS = 1_000_000;
/** CAP: MQES, CQR, TO = 7.5 s; upper half: NVM command set, MPSMIN 4K, MPSMAX 64K. */
const CAP_LO = (MAX_QUEUE_ENTRIES - 1) | (1 << 16) | (15 << 24);
const CAP_HI = (1 << (37 - 32)) | (4 << (52 - 32));
const MPS_MAX = 4;

/** CC fields that this controller accepts at enable: page size, 64-byte commands, 16-byte completions, NVM command set. */
function acceptableCc(cc: number): boolean {
  const entrySizes = ((cc >> NVME_CC_IOSQES_SHIFT) & 0xf) === 6 && ((cc >> NVME_CC_IOCQES_SHIFT) & 0xf) === 4;
  return entrySizes && ((cc >> NVME_CC_MPS_SHIFT) & 0xf) <= MPS_MAX && ((cc >> 4) & 7) === 0;
}

export const createNvme: CreateDevice = (host) => createNvmeController(host, NAMESPACE_BLOCKS);

/** `blocks`: size of the namespace in blocks of 512 bytes. */
export function createNvmeController(host: DeviceHost, blocks: number): DeviceModel {
  const { scheduler } = host;
  const medium = createDiskMedium(blocks, host.seed >>> 0);
  const admin = createNvmeAdmin(medium);
  const registers = { cc: 0, csts: 0, aqa: 0, asq: 0, asqHi: 0, acq: 0, acqHi: 0 };
  let epoch = 0;

  const engine = createNvmeEngine({
    host,
    medium,
    admin: (command) => admin.execute(command, engine),
    fatal: () => {
      registers.csts |= NVME_CSTS_CFS;
      engine.stop();
    },
  });

  /** Runs `action` later unless the controller was reset in between. */
  const later = (delayNs: number, action: () => void): void => {
    const started = epoch;
    scheduler.after(delayNs, () => {
      if (started === epoch) action();
    });
  };

  const disable = (): void => {
    epoch++;
    engine.stop();
    admin.reset();
    registers.csts = 0;
  };

  const enable = (): void => {
    const { cc, aqa, asq, asqHi, acq, acqHi } = registers;
    const sqEntries = (aqa & 0xfff) + 1;
    const cqEntries = ((aqa >>> 16) & 0xfff) + 1;
    const aligned = ((asq | acq) & 0xfff) === 0;
    if (!acceptableCc(cc) || !aligned || sqEntries < 2 || cqEntries < 2) {
      registers.csts |= NVME_CSTS_CFS;
      return;
    }
    engine.pageBytes = 4096 << ((cc >> NVME_CC_MPS_SHIFT) & 0xf);
    engine.sqs.set(0, submissionQueue(0, 0, asqHi, asq, sqEntries));
    engine.cqs.set(0, completionQueue(0, acqHi, acq, cqEntries, true));
    later(READY_NS, () => (registers.csts |= NVME_CSTS_RDY));
  };

  const writeCc = (value: number): void => {
    const changed = registers.cc ^ value;
    registers.cc = value;
    if ((changed & NVME_CC_EN) !== 0) {
      if ((value & NVME_CC_EN) !== 0) enable();
      else disable();
    }
    if (((value >> NVME_CC_SHN_SHIFT) & 3) !== 0 && (registers.csts & NVME_CSTS_SHST_MASK) === 0) {
      registers.csts |= 1 << 2; // shutdown processing occurring
      later(
        SHUTDOWN_NS,
        () => (registers.csts = (registers.csts & ~NVME_CSTS_SHST_MASK) | NVME_CSTS_SHST_COMPLETE),
      );
    }
  };

  const ringDoorbell = (index: number, value: number): void => {
    if ((registers.csts & (NVME_CSTS_RDY | NVME_CSTS_CFS)) !== NVME_CSTS_RDY) return;
    const sq = engine.sqs.get(index >> 1);
    const cq = engine.cqs.get(index >> 1);
    if ((index & 1) === 0) {
      if (sq !== undefined) engine.ring(sq, value & 0xffff);
    } else if (cq !== undefined) engine.release(cq, value & 0xffff);
  };

  const read32 = (offset: number): number => {
    switch (offset) {
      case NVME_CAP:
        return CAP_LO;
      case NVME_CAP_HI:
        return CAP_HI;
      case NVME_VS:
        return NVME_VERSION;
      case NVME_CC:
        return registers.cc;
      case NVME_CSTS:
        return registers.csts;
      case NVME_AQA:
        return registers.aqa;
      case NVME_ASQ:
        return registers.asq;
      case NVME_ASQ_HI:
        return registers.asqHi;
      case NVME_ACQ:
        return registers.acq;
      case NVME_ACQ_HI:
        return registers.acqHi;
      default:
        return 0;
    }
  };

  const write32 = (offset: number, value: number): void => {
    if (offset >= NVME_DOORBELLS) return ringDoorbell((offset - NVME_DOORBELLS) >> 2, value);
    if (offset === NVME_CC) writeCc(value | 0);
    else if (offset === NVME_AQA) registers.aqa = value | 0;
    else if (offset === NVME_ASQ) registers.asq = value | 0;
    else if (offset === NVME_ASQ_HI) registers.asqHi = value | 0;
    else if (offset === NVME_ACQ) registers.acq = value | 0;
    else if (offset === NVME_ACQ_HI) registers.acqHi = value | 0;
  };

  return {
    kind: 'nvme',
    read32,
    write32,
    reset() {
      disable();
      Object.assign(registers, { cc: 0, csts: 0, aqa: 0, asq: 0, asqHi: 0, acq: 0, acqHi: 0 });
    },
  };
}
