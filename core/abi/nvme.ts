// Words of the NVM Express Base Specification 1.4 that a controller and its driver share. Offsets in bytes.

/** Controller registers (section 3.1); 64-bit ones are two 32-bit halves, low first. */
export const NVME_CAP = 0x00;
export const NVME_CAP_HI = 0x04;
export const NVME_VS = 0x08;
export const NVME_INTMS = 0x0c;
export const NVME_INTMC = 0x10;
export const NVME_CC = 0x14;
export const NVME_CSTS = 0x1c;
export const NVME_AQA = 0x24;
export const NVME_ASQ = 0x28;
export const NVME_ASQ_HI = 0x2c;
export const NVME_ACQ = 0x30;
export const NVME_ACQ_HI = 0x34;
/** Doorbells: submission queue y tail at + 8y, completion queue y head at + 8y + 4 (CAP.DSTRD = 0). */
export const NVME_DOORBELLS = 0x1000;

export const NVME_CC_EN = 1;
/** CC.MPS: the host memory page is 2^(12 + MPS) bytes. */
export const NVME_CC_MPS_SHIFT = 7;
export const NVME_CC_SHN_SHIFT = 14;
export const NVME_CC_IOSQES_SHIFT = 16;
export const NVME_CC_IOCQES_SHIFT = 20;

export const NVME_CSTS_RDY = 1;
/** Controller Fatal Status: a queue entry could not be fetched or posted. */
export const NVME_CSTS_CFS = 2;
export const NVME_CSTS_SHST_COMPLETE = 2 << 2;
export const NVME_CSTS_SHST_MASK = 3 << 2;

export const SQE_BYTES = 64;
export const CQE_BYTES = 16;
export const NVME_LBA_BYTES = 512;

/** Admin command set (section 5). */
export const ADMIN = {
  deleteSq: 0x00,
  createSq: 0x01,
  getLogPage: 0x02,
  deleteCq: 0x04,
  createCq: 0x05,
  identify: 0x06,
  abort: 0x08,
  setFeatures: 0x09,
  getFeatures: 0x0a,
  asyncEvent: 0x0c,
  doorbellBuffer: 0x7c,
} as const;

/** NVM command set (section 6). */
export const NVM = { flush: 0x00, write: 0x01, read: 0x02 } as const;

/** Identify CNS values (section 5.15). */
export const CNS = {
  namespace: 0x00,
  controller: 0x01,
  namespaceList: 0x02,
  namespaceDescriptors: 0x03,
  nvmController: 0x06,
} as const;

export const FEATURE = {
  numberOfQueues: 0x07,
  asyncEvents: 0x0b,
  timestamp: 0x0e,
  hostBehavior: 0x16,
} as const;
export const LOG_PAGE = { error: 0x01, health: 0x02, firmwareSlots: 0x03, commandEffects: 0x05 } as const;

/** Status: (SCT << 8) | SC as the field of completion dword 3 has it from bit 17; DNR is bit 14 of the same field. */
export const STATUS = {
  success: 0x000,
  invalidOpcode: 0x001,
  invalidField: 0x002,
  dataTransferError: 0x004,
  abortedSqDeletion: 0x008,
  invalidNamespace: 0x00b,
  invalidSglType: 0x011,
  invalidPrpOffset: 0x013,
  lbaOutOfRange: 0x080,
  cqInvalid: 0x100,
  invalidQueueId: 0x101,
  invalidQueueSize: 0x102,
  asyncEventLimit: 0x105,
  invalidLogPage: 0x109,
  invalidQueueDeletion: 0x10c,
} as const;
export const STATUS_DNR = 1 << 14;

const statusNames: Readonly<Record<number, string>> = {
  0x000: 'Success',
  0x001: 'Invalid Command Opcode',
  0x002: 'Invalid Field in Command',
  0x004: 'Data Transfer Error',
  0x008: 'Command Aborted due to SQ Deletion',
  0x00b: 'Invalid Namespace or Format',
  0x011: 'SGL Descriptor Type Invalid',
  0x013: 'PRP Offset Invalid',
  0x080: 'LBA Out of Range',
  0x100: 'Completion Queue Invalid',
  0x101: 'Invalid Queue Identifier',
  0x102: 'Invalid Queue Size',
  0x105: 'Asynchronous Event Request Limit Exceeded',
  0x109: 'Invalid Log Page',
  0x10c: 'Invalid Queue Deletion',
};

/** The specification's name of a status (SCT and SC), for log lines. */
export function nvmeStatusName(status: number): string {
  return statusNames[status & 0x7ff] ?? 'Unknown';
}

/** SGL descriptor types and the PSDT field of command dword 0 (section 4.4). */
export const SGL_DATA_BLOCK = 0x0;
export const SGL_SEGMENT = 0x2;
export const SGL_LAST_SEGMENT = 0x3;
export const PSDT_SHIFT = 14;

/**
 * The lab's own use of the vendor-specific bytes: the identify data say how the medium's pattern is seeded (namespace data, byte 384)
 * and that a write's completion dword 0 is the payload's hash as the controller received it (controller data, byte 3072).
 */
export const IDENTIFY_NS_SEED = 384;
export const IDENTIFY_CTRL_WRITE_HASH = 3072;
export const WRITE_HASH_MAGIC = 0x48534148;
