// An xHCI controller with one SuperSpeed mass storage device on its port (xHCI 1.1, sections 4 and 5): registers, reset, run, doorbells.
// One slot, one interrupter, one event ring segment. Rings or contexts out of reach are a host system error; data out of reach is a
// data buffer error of its transfer.

import { isDiskRegister } from '../abi/disk.ts';
import {
  CMD_HCRST,
  CMD_INTE,
  CMD_RUN,
  CONFIG,
  CRCR,
  DCBAAP,
  ERDP,
  ERSTBA,
  ERSTSZ,
  HCC_AC64,
  IMAN,
  IMAN_IE,
  IMAN_IP,
  PORT_CCS,
  PORT_PED,
  PORTSC,
  STS_EINT,
  STS_HCH,
  STS_HSE,
  USBCMD,
  USBSTS,
  XHCI_CAPLENGTH,
  XHCI_DBOFF,
  XHCI_DOORBELLS,
  XHCI_HCCPARAMS1,
  XHCI_HCSPARAMS1,
  XHCI_HCSPARAMS2,
  XHCI_OPERATIONAL,
  XHCI_RTSOFF,
  XHCI_RUNTIME,
} from '../abi/xhci.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { createDiskMedium } from './disk-medium.ts';
import { createDiskRegisters } from './disk-registers.ts';
import type { CreateDevice, DeviceHost } from './types.ts';
import { createUsbStorage } from './usb-storage.ts';
import { createXhciSlot } from './xhci-slot.ts';

/** READ(10) reaches 2^32 blocks; 1 TiB has 2^31. */
const DISK_SIZE_BLOCKS = 2 ** 31;
const DOORBELL_NS = 1_000;
const VERSION = 0x0100;

export const createXhci: CreateDevice = (host) => createXhciController(host, DISK_SIZE_BLOCKS);

/** `blocks`: size of the disk in blocks of 512 bytes; `scratchpads`: pages that the driver must lend (at most 31; QEMU asks for none). */
export function createXhciController(host: DeviceHost, blocks: number, scratchpads = 0): DeviceModel {
  const medium = createDiskMedium(blocks, host.seed >>> 0);
  const lab = createDiskRegisters(medium);
  const storage = createUsbStorage(medium);
  const initial = { cmd: 0, sts: STS_HCH, config: 0, iman: 0, erstsz: 0, portsc: PORT_CCS | PORT_PED };
  const registers = { ...initial };
  /** 64-bit registers: upper and lower half, by offset. */
  const wide = new Map<number, number>();
  const half = (offset: number): number => wide.get(offset) ?? 0;
  let epoch = 0;

  const later = (delayNs: number, action: () => void): void => {
    const started = epoch;
    host.scheduler.after(delayNs, () => {
      if (started === epoch && (registers.sts & STS_HCH) === 0) action();
    });
  };

  const systemError = (): void => {
    registers.sts |= STS_HSE | STS_HCH;
    registers.cmd &= ~CMD_RUN;
    epoch++;
  };

  const interrupt = (): void => {
    registers.sts |= STS_EINT;
    registers.iman |= IMAN_IP;
    if ((registers.iman & IMAN_IE) !== 0 && (registers.cmd & CMD_INTE) !== 0) host.raiseInterrupt();
  };

  const slot = createXhciSlot({
    bus: host.bus,
    storage,
    later,
    interrupt,
    systemError,
    dcbaa: () => ({ hi: half(DCBAAP + 4), lo: half(DCBAAP) }),
  });

  const reset = (): void => {
    epoch++;
    wide.clear();
    Object.assign(registers, initial);
    slot.reset();
    storage.reset();
  };

  const writeCommand = (value: number): void => {
    if ((value & CMD_HCRST) !== 0) return reset();
    const starts = (value & CMD_RUN) !== 0 && (registers.cmd & CMD_RUN) === 0;
    const stops = (value & CMD_RUN) === 0 && (registers.cmd & CMD_RUN) !== 0;
    registers.cmd = value & (CMD_RUN | CMD_INTE);
    if (starts) {
      registers.sts &= ~STS_HCH;
      slot.commands.set(half(CRCR + 4), half(CRCR));
    }
    if (stops) {
      registers.sts |= STS_HCH;
      epoch++;
    }
  };

  /** Writing the upper half of the table's address takes it (section 5.5.2.3.2). */
  const writeWide = (offset: number, value: number): void => {
    wide.set(offset, value);
    if (offset === ERSTBA + 4 && registers.erstsz > 0 && !slot.events.open(value, half(ERSTBA) & ~63))
      systemError();
  };

  const ring = (index: number, target: number): void => {
    if ((registers.sts & STS_HCH) !== 0) return;
    if (index === 0) later(DOORBELL_NS, slot.runCommands);
    else if (index === 1) later(DOORBELL_NS, () => slot.runEndpoint(target & 0xff));
  };

  const capability = (offset: number): number => {
    switch (offset) {
      case XHCI_CAPLENGTH:
        return XHCI_OPERATIONAL | (VERSION << 16);
      case XHCI_HCSPARAMS1:
        return 1 | (1 << 8) | (1 << 24);
      case XHCI_HCSPARAMS2:
        return scratchpads << 27;
      case XHCI_HCCPARAMS1:
        return HCC_AC64;
      case XHCI_DBOFF:
        return XHCI_DOORBELLS;
      default:
        return offset === XHCI_RTSOFF ? XHCI_RUNTIME : 0;
    }
  };

  return {
    kind: 'xhci',
    read32(offset) {
      if (isDiskRegister(offset)) return lab.read32(offset);
      if (offset < XHCI_OPERATIONAL) return capability(offset);
      if (offset === USBCMD) return registers.cmd;
      if (offset === USBSTS) return registers.sts;
      if (offset === XHCI_OPERATIONAL + 8) return 1; // PAGESIZE: 4K
      if (offset === CONFIG) return registers.config;
      if (offset === PORTSC) return registers.portsc;
      if (offset === IMAN) return registers.iman;
      return offset === ERSTSZ ? registers.erstsz : half(offset);
    },
    write32(offset, value) {
      const number = value | 0;
      if (isDiskRegister(offset)) lab.write32(offset, value);
      else if (offset >= XHCI_DOORBELLS) ring((offset - XHCI_DOORBELLS) >> 2, number);
      else if (offset === USBCMD) writeCommand(number);
      else if (offset === USBSTS) registers.sts &= ~(number & STS_EINT);
      else if (offset === CONFIG) registers.config = number & 0xff;
      else if (offset === IMAN) registers.iman = (number & IMAN_IE) | (registers.iman & ~number & IMAN_IP);
      else if (offset === ERSTSZ) registers.erstsz = number & 0xffff;
      else if ([CRCR, DCBAAP, ERSTBA, ERDP].some((base) => offset === base || offset === base + 4))
        writeWide(offset, number);
    },
    reset,
  };
}
