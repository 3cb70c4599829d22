// The `ahci` driver with libata under it (drivers/ata/ahci.c, libahci.c): 64-bit masks where CAP.S64A says so, one piece of coherent
// memory per port, data by dma_map_sg. Without NCQ libata gives an ATA disk one command at a time.

import {
  AHCI_CAP,
  AHCI_GHC,
  AHCI_IS,
  AHCI_PI,
  AHCI_PORT_SPAN,
  AHCI_PORTS,
  ATA,
  CAP_S64A,
  CMD_FRE,
  CMD_ST,
  GHC_AE,
  GHC_HR,
  GHC_IE,
  PX_CI,
  PX_CLB,
  PX_CLBU,
  PX_CMD,
  PX_FB,
  PX_FBU,
  PX_IE,
  PX_IS,
  PX_IS_DHRS,
  PX_IS_HBFS,
  PX_IS_PSS,
  PX_IS_TFES,
  PX_SERR,
  PX_SSTS,
  PX_TFD,
  SSTS_UP,
} from '../../../abi/ahci.ts';
import { BLOCK_BYTES } from '../../../abi/disk.ts';
import type { Driver, DriverContext } from '../types.ts';
import { MAX_SEGMENTS, PORT_MEMORY_BYTES, RX_FIS, writeCommand, writePrd } from './ahci-command.ts';
import { identifyDisk } from './ahci-identify.ts';
import { allocCoherent, busHi, freeCoherent, type CoherentMemory } from './coherent-memory.ts';
import { mapCommand, unmapCommand, type Disk, type DiskCommand, type DiskPorts } from './disk.ts';
import { probeDisk } from './disk-driver.ts';

const ENOMEM = -12;
const ENODEV = -19;
const EIO = -5;
/** BLK_DEF_MAX_SECTORS: 1280 KiB. */
const MAX_TRANSFER_BYTES = 2560 * BLOCK_BYTES;
const INTERRUPTS = PX_IS_DHRS | PX_IS_PSS | PX_IS_TFES | PX_IS_HBFS;
const RESET_POLL_NS = 1e6;
/** ahci_reset_controller() waits a second. */
const RESET_POLLS = 1000;

export const ahciDriver: Driver = {
  name: 'ahci',
  devices: ['ahci'],
  dmaMaskBits: 64,
  coherentMaskBits: 64,
  *probe(context) {
    const bits = (context.mmio.read32(context.dev.fn, AHCI_CAP) & CAP_S64A) !== 0 ? 64 : 32;
    const error = yield* context.dma.setMasks(context.dev, bits, bits);
    if (error < 0) {
      context.log('err', 'DMA enable failed');
      return error;
    }
    return yield* probeDisk(context, (ports) => createAhciDisk(context, ports));
  },
};

function createAhciDisk(context: DriverContext, ports: DiskPorts): Disk {
  const { mmio, dev } = context;
  const read = (offset: number): number => mmio.read32(dev.fn, offset) | 0;
  const write = (offset: number, value: number): void => mmio.write32(dev.fn, offset, value);
  const port = (index: number, register: number): number => AHCI_PORTS + index * AHCI_PORT_SPAN + register;
  /** port_start() of every implemented port: its memory, whether a disk is there or not. */
  const memories: CoherentMemory[] = [];
  let blocks = 0;
  let mine: { readonly command: DiskCommand; readonly reading: boolean } | undefined;

  const stopPort = (index: number): void => {
    write(port(index, PX_CMD), read(port(index, PX_CMD)) & ~(CMD_ST | CMD_FRE));
    write(port(index, PX_IE), 0);
  };

  const startPort = (index: number, memory: CoherentMemory): void => {
    write(port(index, PX_CLB), memory.lo);
    write(port(index, PX_CLBU), memory.hi);
    write(port(index, PX_FB), (memory.lo + RX_FIS) | 0);
    write(port(index, PX_FBU), busHi(memory.hi, memory.lo, RX_FIS));
    write(port(index, PX_CMD), CMD_FRE);
    write(port(index, PX_SERR), -1);
    write(port(index, PX_IS), -1);
    write(port(index, PX_IE), INTERRUPTS);
    write(port(index, PX_CMD), CMD_FRE | CMD_ST);
  };

  /** ahci_error_intr and the error handler's restart of the engine. */
  const restartPort = (): void => {
    write(port(0, PX_CMD), CMD_FRE);
    write(port(0, PX_SERR), -1);
    write(port(0, PX_CMD), CMD_FRE | CMD_ST);
  };

  const allocAll = (implemented: number): boolean => {
    for (let index = memories.length; implemented >>> index !== 0; index++) {
      const memory = allocCoherent(context, PORT_MEMORY_BYTES);
      if (memory === undefined) return false;
      memories.push(memory);
    }
    return true;
  };

  function* resetController(): Generator<number, number, void> {
    write(AHCI_GHC, GHC_AE | GHC_HR);
    for (let polls = 0; (read(AHCI_GHC) & GHC_HR) !== 0; polls++) {
      if (polls === RESET_POLLS || read(AHCI_GHC) === -1) return ENODEV;
      yield RESET_POLL_NS;
    }
    return 0;
  }

  function* bringUp(): Generator<number, number, void> {
    const error = yield* resetController();
    if (error < 0) return error;
    if (!allocAll(read(AHCI_PI))) return ENOMEM;
    memories.forEach((memory, index) => startPort(index, memory));
    const memory = memories[0];
    if (memory === undefined || read(port(0, PX_SSTS)) !== SSTS_UP) return ENODEV;
    const found = yield* identifyDisk({ context, memory, read, write });
    if (found < 0) return EIO;
    blocks = found;
    write(AHCI_IS, -1);
    write(AHCI_GHC, GHC_AE | GHC_IE);
    return 0;
  }

  const start = (command: DiskCommand, reading: boolean): boolean => {
    const memory = memories[0];
    const segments = memory === undefined ? 0 : mapCommand(ports, command, reading);
    if (memory === undefined || segments === 0) return false;
    const { dmaHi, dmaLo, dmaBytes } = command.buffer.sg;
    for (let i = 0; i < segments; i++) writePrd(memory, i, dmaHi[i] ?? 0, dmaLo[i] ?? 0, dmaBytes[i] ?? 0);
    const ata = reading ? ATA.readDmaExt : ATA.writeDmaExt;
    const lba = command.address / BLOCK_BYTES;
    writeCommand(
      memory,
      { ata, lba, blocks: command.buffer.bytes / BLOCK_BYTES, writes: !reading },
      segments,
    );
    mine = { command, reading };
    write(port(0, PX_CI), 1);
    return true;
  };

  /** How the command in slot 0 ended: undefined while it has not. */
  const outcome = (status: number): { readonly error: string | undefined } | undefined => {
    if ((status & PX_IS_HBFS) !== 0) return { error: 'host bus error' };
    if ((status & PX_IS_TFES) !== 0)
      return { error: `task file error 0x${((read(port(0, PX_TFD)) >> 8) & 0xff).toString(16)}` };
    const answered = (status & PX_IS_DHRS) !== 0 && (read(port(0, PX_CI)) & 1) === 0;
    return answered ? { error: undefined } : undefined;
  };

  return {
    name: 'sda',
    maxTransferBytes: MAX_TRANSFER_BYTES,
    maxSegments: MAX_SEGMENTS,
    // PCI's default of dma_set_max_seg_size.
    maxSegBytes: 65536,
    depth: 1,
    get blocks() {
      return blocks;
    },
    bringUp,
    start,
    reap(finished) {
      const status = read(port(0, PX_IS));
      if (status === -1) return;
      write(port(0, PX_IS), status);
      write(AHCI_IS, -1);
      const ended = mine === undefined ? undefined : outcome(status);
      if (mine === undefined || ended === undefined) return;
      const { command, reading } = mine;
      mine = undefined;
      if (ended.error !== undefined) restartPort();
      unmapCommand(ports, command, reading);
      finished(command.tag, ended.error);
    },
    halt() {
      memories.forEach((_memory, index) => stopPort(index));
      write(AHCI_GHC, GHC_AE);
    },
    drop(command) {
      if (mine?.command !== command) return;
      unmapCommand(ports, command, mine.reading);
      mine = undefined;
    },
    isGone: () => read(AHCI_CAP) === -1,
    free() {
      for (const memory of memories) freeCoherent(context, memory);
      memories.length = 0;
    },
  };
}
