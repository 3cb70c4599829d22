// A USB mass storage function: bulk-only transport around a SCSI disk (USB Mass Storage Class Bulk-Only Transport 1.0, sections 5 and 6).
// A host controller hands it whole transfers, as pieces of host memory.

import { CBW_BYTES, CBW_SIGNATURE, CSW_BYTES, CSW_SIGNATURE, BOT_RESET } from '../abi/xhci.ts';
import { SCSI_GOOD } from '../abi/scsi.ts';
import type { DiskMedium } from './disk-medium.ts';
import type { HostRuns } from './host-runs.ts';
import { createScsiDisk, type ScsiTask } from './scsi-disk.ts';

const GET_DESCRIPTOR = 6;
const SET_ADDRESS = 5;
const SET_CONFIGURATION = 9;
const CLASS_REQUEST_OUT = 0x21;
/** CSW status: the command failed. */
const FAILED = 1;

/** Bytes moved, or why none were: the endpoint halts, or the function has nothing for it now. */
export type Moved = number | 'stall';

export interface UsbStorage {
  /** A request on the control endpoint (8 bytes of setup): its data, empty when there is none; undefined: it stalls. */
  control(setup: DataView): Uint8Array | undefined;
  /** Bytes of the transfer that the function is ready for in this direction; 0: it would stall. */
  expects(direction: 'in' | 'out'): number;
  /** A transfer to the function. `runs.failed` says afterwards whether memory was out of reach. */
  bulkOut(runs: HostRuns): Moved;
  bulkIn(runs: HostRuns): Moved;
  reset(): void;
}

/** Device descriptor: USB 3.0, identity as QEMU's usb-storage. */
const DEVICE_DESCRIPTOR = Uint8Array.of(18, 1, 0, 3, 0, 0, 0, 9, 0xf4, 0x46, 1, 0, 0, 0, 1, 2, 3, 1);

export function createUsbStorage(medium: DiskMedium): UsbStorage {
  const scsi = createScsiDisk(medium);
  const cbw = new DataView(new ArrayBuffer(CBW_BYTES));
  const cbwBytes = new Uint8Array(cbw.buffer);
  const csw = new DataView(new ArrayBuffer(CSW_BYTES));
  let phase: 'command' | 'data' | 'status' = 'command';
  let task: ScsiTask | undefined;
  let residue = 0;

  const takeCommand = (runs: HostRuns): Moved => {
    runs.fromHost(cbwBytes);
    if (runs.failed) return 0;
    if (runs.bytes !== CBW_BYTES || cbw.getUint32(0, true) !== CBW_SIGNATURE) return 'stall';
    task = scsi.execute(new DataView(cbw.buffer, 15, 16));
    residue = cbw.getUint32(8, true);
    phase = residue > 0 ? 'data' : 'status';
    return CBW_BYTES;
  };

  const data = (runs: HostRuns, direction: 'in' | 'out'): Moved => {
    phase = 'status';
    // The function has nothing to move, or the other way, or not as much.
    if (task === undefined || task.direction !== direction || task.bytes > runs.bytes) return 'stall';
    task.move(runs);
    residue -= task.bytes;
    return task.bytes;
  };

  const giveStatus = (runs: HostRuns): Moved => {
    csw.setUint32(0, CSW_SIGNATURE, true);
    csw.setUint32(4, cbw.getUint32(4, true), true);
    csw.setUint32(8, residue, true);
    csw.setUint8(12, task?.status === SCSI_GOOD ? 0 : FAILED);
    runs.toHost(new Uint8Array(csw.buffer));
    phase = 'command';
    return CSW_BYTES;
  };

  const reset = (): void => {
    phase = 'command';
    task = undefined;
    residue = 0;
  };

  return {
    control(setup) {
      const request = setup.getUint8(1);
      if (setup.getUint8(0) === CLASS_REQUEST_OUT && request === BOT_RESET) {
        reset();
        return new Uint8Array(0);
      }
      if (request === SET_ADDRESS || request === SET_CONFIGURATION) return new Uint8Array(0);
      const wantsDevice = request === GET_DESCRIPTOR && setup.getUint16(2, true) === 0x100;
      return wantsDevice ? DEVICE_DESCRIPTOR.subarray(0, setup.getUint16(6, true)) : undefined;
    },
    expects(direction) {
      if (phase === 'command') return direction === 'out' ? CBW_BYTES : 0;
      if (phase === 'data') return residue;
      return direction === 'in' ? CSW_BYTES : 0;
    },
    bulkOut(runs) {
      if (phase === 'command') return takeCommand(runs);
      return phase === 'data' ? data(runs, 'out') : 'stall';
    },
    bulkIn(runs) {
      if (phase === 'status') return giveStatus(runs);
      return phase === 'data' ? data(runs, 'in') : 'stall';
    },
    reset,
  };
}
