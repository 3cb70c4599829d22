// Identify data structures and log pages (NVMe 1.4 sections 5.14, 5.15) of the lab's controller: one namespace, 512-byte blocks.

import { IDENTIFY_CTRL_WRITE_HASH, IDENTIFY_NS_SEED, LOG_PAGE, WRITE_HASH_MAGIC, CNS } from '../abi/nvme.ts';
import type { DiskMedium } from './disk-medium.ts';

/** Largest transfer: 2^MDTS pages of 4096 bytes. */
export const MDTS = 7;
export const MAX_TRANSFER_BYTES = 4096 << MDTS;
export const NVME_VERSION = 0x0001_0400;
export const ASYNC_EVENT_LIMIT = 4;
export const MAX_IO_QUEUES = 64;

const page = (): { bytes: Uint8Array; view: DataView } => {
  const bytes = new Uint8Array(4096);
  return { bytes, view: new DataView(bytes.buffer) };
};

function putText(bytes: Uint8Array, at: number, length: number, text: string): void {
  for (let i = 0; i < length; i++) bytes[at + i] = i < text.length ? text.charCodeAt(i) : 0x20;
}

function identifyController(medium: DiskMedium): Uint8Array {
  const { bytes, view } = page();
  view.setUint16(0, 0x1b36, true);
  view.setUint16(2, 0x1af4, true);
  putText(bytes, 4, 20, `lab${(medium.seed >>> 0).toString(16)}`);
  putText(bytes, 24, 40, 'DDW Lab NVMe controller');
  putText(bytes, 64, 8, '1.0');
  view.setUint8(77, MDTS);
  view.setUint32(80, NVME_VERSION, true);
  view.setUint8(111, 1); // CNTRLTYPE: I/O controller
  view.setUint16(256, 1 << 8, true); // OACS: Doorbell Buffer Config
  view.setUint8(258, 3); // ACL
  view.setUint8(259, ASYNC_EVENT_LIMIT - 1); // AERL
  view.setUint8(261, 1 << 1); // LPA: Commands Supported and Effects log
  view.setUint8(512, 0x66); // SQES: 64 bytes
  view.setUint8(513, 0x44); // CQES: 16 bytes
  view.setUint32(516, 1, true); // NN
  view.setUint16(520, 1 << 6, true); // ONCS: Timestamp
  view.setUint8(525, 1); // VWC: Flush has something to do
  view.setUint32(536, 1, true); // SGLS: supported, no alignment needed
  view.setUint32(IDENTIFY_CTRL_WRITE_HASH, WRITE_HASH_MAGIC, true);
  return bytes;
}

function identifyNamespace(medium: DiskMedium): Uint8Array {
  const { bytes, view } = page();
  for (const at of [0, 8, 16]) view.setBigUint64(at, BigInt(medium.blocks), true); // NSZE, NCAP, NUSE
  view.setUint32(128, 9 << 16, true); // LBAF0: LBADS 9
  view.setUint32(IDENTIFY_NS_SEED, medium.seed, true);
  return bytes;
}

/** The active namespaces above `after`: number 1 is the only one. */
function namespaceList(after: number): Uint8Array {
  const { bytes, view } = page();
  if (after === 0) view.setUint32(0, 1, true);
  return bytes;
}

/** One descriptor: an EUI-64 made of the seed. */
function namespaceDescriptors(medium: DiskMedium): Uint8Array {
  const { bytes, view } = page();
  bytes.set([1, 8]);
  view.setUint32(4, 0x02_00_00_01);
  view.setUint32(8, medium.seed);
  return bytes;
}

/** Answer to Identify; undefined: a CNS or NSID that this controller does not know. */
export function identifyData(
  cns: number,
  nsid: number,
  medium: DiskMedium,
): Uint8Array | 'no-namespace' | undefined {
  switch (cns) {
    case CNS.namespace:
      return nsid === 1 ? identifyNamespace(medium) : 'no-namespace';
    case CNS.controller:
      return identifyController(medium);
    case CNS.namespaceList:
      return namespaceList(nsid);
    case CNS.namespaceDescriptors:
      return nsid === 1 ? namespaceDescriptors(medium) : 'no-namespace';
    case CNS.nvmController:
      return page().bytes;
    default:
      return undefined;
  }
}

/** A log page from its start, or undefined: no such page. */
export function logPage(id: number): Uint8Array | undefined {
  const { bytes, view } = page();
  switch (id) {
    case LOG_PAGE.error:
    case LOG_PAGE.firmwareSlots:
      return bytes;
    case LOG_PAGE.health:
      view.setUint16(1, 273 + 35, true); // composite temperature in kelvin
      bytes[3] = 100; // available spare
      return bytes;
    case LOG_PAGE.commandEffects:
      for (const opcode of [0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0a, 0x0c, 0x7c])
        view.setUint32(opcode * 4, 1, true);
      for (const opcode of [0x00, 0x01, 0x02]) view.setUint32(1024 + opcode * 4, opcode === 2 ? 1 : 3, true);
      return bytes;
    default:
      return undefined;
  }
}
