// An AHCI host bus adapter as QEMU's ich9-ahci has it: six ports, 32 slots, 64-bit addresses, a disk on port 0
// (Serial ATA AHCI 1.3.1, sections 3 and 10). No NCQ: capabilities say so.

import {
  AHCI_CAP,
  AHCI_GHC,
  AHCI_IS,
  AHCI_PI,
  AHCI_PORT_SPAN,
  AHCI_PORTS,
  AHCI_SLOTS,
  AHCI_VS,
  CAP_S64A,
  GHC_AE,
  GHC_HR,
  GHC_IE,
} from '../abi/ahci.ts';
import { isDiskRegister } from '../abi/disk.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { createAhciPort } from './ahci-port.ts';
import { createDiskMedium } from './disk-medium.ts';
import { createDiskRegisters } from './disk-registers.ts';
import type { CreateDevice, DeviceHost } from './types.ts';

const PORTS = 6;
const VERSION = 0x0001_0000;
/** 6 ports, 32 slots, generation 1, 64-bit addresses. */
const CAPABILITIES = (PORTS - 1) | ((AHCI_SLOTS - 1) << 8) | (1 << 20) | CAP_S64A;
const DISK_SIZE_BLOCKS = 2 ** 31;

export const createAhci: CreateDevice = (host) => createAhciController(host, DISK_SIZE_BLOCKS);

/** `blocks`: size of the disk in blocks of 512 bytes. */
export function createAhciController(host: DeviceHost, blocks: number): DeviceModel {
  const medium = createDiskMedium(blocks, host.seed >>> 0);
  const lab = createDiskRegisters(medium);
  let ghc = GHC_AE;
  let pending = 0;

  const ports = Array.from({ length: PORTS }, (_, index) =>
    createAhciPort({
      host,
      medium: index === 0 ? medium : undefined,
      interrupt: () => {
        pending |= 1 << index;
        if ((ghc & GHC_IE) !== 0) host.raiseInterrupt();
      },
    }),
  );

  const reset = (): void => {
    ghc = GHC_AE;
    pending = 0;
    for (const port of ports) port.reset();
  };

  const writeGhc = (value: number): void => {
    if ((value & GHC_HR) !== 0) return reset();
    ghc = GHC_AE | (value & GHC_IE);
    // What was pending while interrupts were off is told now.
    if ((ghc & GHC_IE) !== 0 && pending !== 0) host.raiseInterrupt();
  };

  const portAt = (offset: number): number => Math.floor((offset - AHCI_PORTS) / AHCI_PORT_SPAN);

  return {
    kind: 'ahci',
    read32(offset) {
      if (isDiskRegister(offset)) return lab.read32(offset);
      if (offset >= AHCI_PORTS)
        return ports[portAt(offset)]?.read((offset - AHCI_PORTS) % AHCI_PORT_SPAN) ?? 0;
      if (offset === AHCI_CAP) return CAPABILITIES;
      if (offset === AHCI_GHC) return ghc;
      if (offset === AHCI_IS) return pending;
      if (offset === AHCI_PI) return (1 << PORTS) - 1;
      return offset === AHCI_VS ? VERSION : 0;
    },
    write32(offset, value) {
      if (isDiskRegister(offset)) lab.write32(offset, value);
      else if (offset >= AHCI_PORTS)
        ports[portAt(offset)]?.write((offset - AHCI_PORTS) % AHCI_PORT_SPAN, value | 0);
      else if (offset === AHCI_GHC) writeGhc(value);
      else if (offset === AHCI_IS) pending &= ~value;
    },
    reset,
  };
}
