// A SCSI disk as a target (SPC-3, SBC-2): what a command moves and how it ends. The transport moves the bytes.

import { BLOCK_BYTES } from '../abi/disk.ts';
import {
  CAPACITY_BYTES,
  INQUIRY_BYTES,
  SCSI,
  SCSI_CHECK_CONDITION,
  SCSI_GOOD,
  SENSE_ILLEGAL_REQUEST,
} from '../abi/scsi.ts';
import type { DiskMedium } from './disk-medium.ts';
import type { HostRuns } from './host-runs.ts';

/** Fixed format sense data. */
const SENSE_BYTES = 18;

export interface ScsiTask {
  readonly direction: 'none' | 'in' | 'out';
  readonly bytes: number;
  readonly status: number;
  /** Moves the data between medium and host memory. */
  readonly move: (runs: HostRuns) => void;
}

export interface ScsiDisk {
  execute(cdb: DataView): ScsiTask;
}

const nothing = (status: number): ScsiTask => ({
  direction: 'none',
  bytes: 0,
  status,
  move: () => undefined,
});

export function createScsiDisk(medium: DiskMedium): ScsiDisk {
  let senseKey = 0;

  const refuse = (key: number): ScsiTask => {
    senseKey = key;
    return nothing(SCSI_CHECK_CONDITION);
  };

  const answer = (data: Uint8Array, allocated: number): ScsiTask => {
    const part = data.subarray(0, Math.min(data.length, allocated));
    return {
      direction: 'in',
      bytes: part.length,
      status: SCSI_GOOD,
      move: (runs) => runs.toHost(part),
    };
  };

  const inquiry = (allocated: number): ScsiTask => {
    const data = new Uint8Array(INQUIRY_BYTES);
    data.set([0, 0, 5, 2, INQUIRY_BYTES - 5]);
    const text = 'DDW LAB DISK            1.0 ';
    for (let i = 0; i < text.length; i++) data[8 + i] = text.charCodeAt(i);
    return answer(data, allocated);
  };

  const capacity = (): ScsiTask => {
    const data = new DataView(new ArrayBuffer(CAPACITY_BYTES));
    data.setUint32(0, medium.blocks - 1);
    data.setUint32(4, BLOCK_BYTES);
    return answer(new Uint8Array(data.buffer), CAPACITY_BYTES);
  };

  const sense = (allocated: number): ScsiTask => {
    const data = new Uint8Array(SENSE_BYTES);
    data[0] = 0x70;
    data[2] = senseKey;
    data[7] = SENSE_BYTES - 8;
    senseKey = 0;
    return answer(data, allocated);
  };

  const transfer = (cdb: DataView, writes: boolean): ScsiTask => {
    const lba = cdb.getUint32(2);
    const blocks = cdb.getUint16(7);
    if (lba + blocks > medium.blocks) return refuse(SENSE_ILLEGAL_REQUEST);
    const [address, bytes] = [lba * BLOCK_BYTES, blocks * BLOCK_BYTES];
    return {
      direction: writes ? 'out' : 'in',
      bytes,
      status: SCSI_GOOD,
      move: (runs) => {
        if (writes) medium.write(address, bytes, runs.fromHost);
        else medium.read(address, bytes, runs.toHost);
      },
    };
  };

  return {
    execute(cdb) {
      switch (cdb.getUint8(0)) {
        case SCSI.testUnitReady:
          return nothing(SCSI_GOOD);
        case SCSI.requestSense:
          return sense(cdb.getUint8(4));
        case SCSI.inquiry:
          return inquiry(cdb.getUint16(3));
        case SCSI.readCapacity10:
          return capacity();
        case SCSI.read10:
          return transfer(cdb, false);
        case SCSI.write10:
          return transfer(cdb, true);
        default:
          return refuse(SENSE_ILLEGAL_REQUEST);
      }
    },
  };
}
