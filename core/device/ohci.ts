// An OHCI controller with one full-speed mass storage device on its port (OpenHCI 1.0a, sections 4, 6 and 7): 32-bit addresses only.
// Memory out of reach is an unrecoverable error: the controller stops until it is reset, as in QEMU.

import { isDiskRegister } from '../abi/disk.ts';
import {
  COMMAND_BLF,
  COMMAND_CLF,
  COMMAND_HCR,
  CONTROL_BLE,
  CONTROL_CLE,
  CONTROL_OPERATIONAL,
  CONTROL_STATE_MASK,
  HC_BULK_HEAD,
  HC_COMMAND_STATUS,
  HC_CONTROL,
  HC_CONTROL_HEAD,
  HC_HCCA,
  HC_INTERRUPT_DISABLE,
  HC_INTERRUPT_ENABLE,
  HC_INTERRUPT_STATUS,
  HC_PORT_STATUS,
  HC_REVISION,
  INTERRUPT_MIE,
  INTERRUPT_UE,
  INTERRUPT_WDH,
  PORT_CONNECTED,
  PORT_ENABLED,
} from '../abi/ohci.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { createDiskMedium } from './disk-medium.ts';
import { createDiskRegisters } from './disk-registers.ts';
import { createOhciLists } from './ohci-lists.ts';
import type { CreateDevice, DeviceHost } from './types.ts';
import { createUsbStorage } from './usb-storage.ts';

const DISK_SIZE_BLOCKS = 2 ** 31;
/** The controller looks at its lists once a frame. */
const FRAME_NS = 1_000_000;

export const createOhci: CreateDevice = (host) => createOhciController(host, DISK_SIZE_BLOCKS);

/** `blocks`: size of the disk in blocks of 512 bytes. */
export function createOhciController(host: DeviceHost, blocks: number): DeviceModel {
  const medium = createDiskMedium(blocks, host.seed >>> 0);
  const lab = createDiskRegisters(medium);
  const storage = createUsbStorage(medium);
  const initial = { control: 0, status: 0, enable: 0, hcca: 0, controlHead: 0, bulkHead: 0 };
  const registers = { ...initial };
  let epoch = 0;

  const later = (delayNs: number, action: () => void): void => {
    const started = epoch;
    host.scheduler.after(delayNs, () => {
      if (started === epoch) action();
    });
  };

  const interrupt = (cause: number): void => {
    registers.status |= cause;
    if ((registers.enable & INTERRUPT_MIE) !== 0 && (registers.enable & registers.status) !== 0)
      host.raiseInterrupt();
  };

  const isRunning = (): boolean => (registers.control & CONTROL_STATE_MASK) === CONTROL_OPERATIONAL;

  /** Transfers under way are forgotten; lists are looked at anew when the driver says so. */
  const stop = (): void => {
    epoch++;
    lists.reset();
  };

  const lists = createOhciLists({
    bus: host.bus,
    storage,
    later,
    hcca: () => registers.hcca,
    mayWriteDone: () => (registers.status & INTERRUPT_WDH) === 0,
    doneWritten: () => interrupt(INTERRUPT_WDH),
    unrecoverable: () => {
      registers.control &= ~CONTROL_STATE_MASK;
      stop();
      interrupt(INTERRUPT_UE);
    },
  });

  const reset = (): void => {
    Object.assign(registers, initial);
    storage.reset();
    stop();
  };

  const run = (filled: number): void => {
    if (!isRunning()) return;
    if ((filled & COMMAND_CLF) !== 0 && (registers.control & CONTROL_CLE) !== 0)
      later(FRAME_NS, () => lists.run(registers.controlHead));
    if ((filled & COMMAND_BLF) !== 0 && (registers.control & CONTROL_BLE) !== 0)
      later(FRAME_NS, () => lists.run(registers.bulkHead));
  };

  const command = (value: number): void => {
    if ((value & COMMAND_HCR) !== 0) reset();
    else run(value);
  };

  const writeControl = (value: number): void => {
    const wasRunning = isRunning();
    registers.control = value;
    if (wasRunning && !isRunning()) stop();
  };

  const writeStatus = (value: number): void => {
    registers.status &= ~value;
    if ((value & INTERRUPT_WDH) !== 0) lists.flushDone();
  };

  return {
    kind: 'ohci',
    read32(offset) {
      if (isDiskRegister(offset)) return lab.read32(offset);
      switch (offset) {
        case HC_REVISION:
          return 0x10;
        case HC_CONTROL:
          return registers.control;
        case HC_INTERRUPT_STATUS:
          return registers.status;
        case HC_INTERRUPT_ENABLE:
          return registers.enable;
        case HC_HCCA:
          return registers.hcca;
        case HC_PORT_STATUS:
          return PORT_CONNECTED | PORT_ENABLED;
        default:
          return 0;
      }
    },
    write32(offset, value) {
      const number = value | 0;
      if (isDiskRegister(offset)) lab.write32(offset, value);
      else if (offset === HC_CONTROL) writeControl(number);
      else if (offset === HC_COMMAND_STATUS) command(number);
      else if (offset === HC_INTERRUPT_STATUS) writeStatus(number);
      else if (offset === HC_INTERRUPT_ENABLE) registers.enable |= number;
      else if (offset === HC_INTERRUPT_DISABLE) registers.enable &= ~number;
      else if (offset === HC_HCCA) registers.hcca = number & ~0xff;
      else if (offset === HC_CONTROL_HEAD) registers.controlHead = number & ~15;
      else if (offset === HC_BULK_HEAD) registers.bulkHead = number & ~15;
    },
    reset,
  };
}
