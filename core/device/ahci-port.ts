// One port of an AHCI adapter: command list, received FIS area, command tables with their PRDT (AHCI 1.3.1, sections 3.3, 4.2, 5.3, 6.2).
// Commands run one after another, in the order of their slots. After an error the port stands still until it is stopped and started.

import {
  ATA,
  ATA_ABRT,
  ATA_DRDY,
  ATA_ERR,
  ATA_IDNF,
  CMD_CR,
  CMD_FR,
  CMD_FRE,
  CMD_ST,
  FIS_D2H,
  FIS_H2D,
  FIS_IS_COMMAND,
  FIS_PIO_SETUP,
  HEADER_BYTES,
  HEADER_WRITE,
  PRD_BYTES,
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
  PX_SIG,
  PX_SSTS,
  PX_TFD,
  RX_D2H,
  RX_PIO_SETUP,
  SIG_ATA,
  SSTS_UP,
  TABLE_PRDT,
} from '../abi/ahci.ts';
import { BLOCK_BYTES } from '../abi/disk.ts';
import { identifyDevice } from './ata-identify.ts';
import type { DiskMedium } from './disk-medium.ts';
import { createHostRuns, hiAfter } from './host-runs.ts';
import type { DeviceHost } from './types.ts';

const ACCESS_NS = 60_000;
/** SATA generation 1: 1.5 Gbit/s with 8b/10b. */
const NS_PER_BYTE = 6.67;
const FIS_BYTES = 20;

export interface AhciPort {
  read(register: number): number;
  write(register: number, value: number): void;
  reset(): void;
}

export interface AhciPortParts {
  readonly host: DeviceHost;
  /** The disk that is plugged in; undefined: none. */
  readonly medium: DiskMedium | undefined;
  readonly interrupt: () => void;
}

type Verdict = 'done' | 'bus-error' | { readonly error: number };

export function createAhciPort({ host, medium, interrupt }: AhciPortParts): AhciPort {
  const { bus, scheduler } = host;
  const registers = { clb: 0, clbu: 0, fb: 0, fbu: 0, is: 0, ie: 0, cmd: 0, tfd: 0x7f, ci: 0, serr: 0 };
  const runs = createHostRuns(bus);
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  const fis = new DataView(new ArrayBuffer(TABLE_PRDT));
  const prd = new DataView(new ArrayBuffer(PRD_BYTES));
  const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer);
  const headerBytes = bytesOf(header);
  const fisBytes = bytesOf(fis);
  const prdBytes = bytesOf(prd);
  let epoch = 0;
  let busy = false;
  let stuck = false;

  const raise = (cause: number): void => {
    registers.is |= cause;
    if ((registers.is & registers.ie) !== 0) interrupt();
  };

  const readAt = (hi: number, lo: number, offset: number, into: Uint8Array): boolean =>
    bus.read(hiAfter(hi, lo, offset), (lo + offset) | 0, into).fault === undefined;

  /** Header, command FIS and PRDT of a slot; false: one of them could not be read. */
  const fetch = (slot: number): boolean => {
    if (!readAt(registers.clbu, registers.clb, slot * HEADER_BYTES, headerBytes)) return false;
    const lo = header.getInt32(8, true);
    const hi = header.getInt32(12, true);
    if (!readAt(hi, lo, 0, fisBytes)) return false;
    runs.clear();
    const entries = header.getUint16(2, true);
    for (let i = 0; i < entries; i++) {
      if (!readAt(hi, lo, TABLE_PRDT + i * PRD_BYTES, prdBytes)) return false;
      runs.add(prd.getInt32(4, true), prd.getInt32(0, true), (prd.getUint32(12, true) & 0x3f_ffff) + 1);
    }
    return true;
  };

  const moved = (bytes: number): Verdict => {
    header.setUint32(4, bytes, true);
    return runs.failed ? 'bus-error' : 'done';
  };

  const transfer = (disk: DiskMedium, writes: boolean): Verdict => {
    const lba = fis.getUint32(4, true) & 0xff_ffff;
    const address = (lba + (fis.getUint32(8, true) & 0xff_ffff) * 0x100_0000) * BLOCK_BYTES;
    const bytes = (fis.getUint16(12, true) || 0x1_0000) * BLOCK_BYTES;
    if (address + bytes > disk.blocks * BLOCK_BYTES) return { error: ATA_IDNF };
    if (writes !== ((header.getUint16(0, true) & HEADER_WRITE) !== 0)) return { error: ATA_ABRT };
    if (writes) disk.write(address, bytes, runs.fromHost);
    else disk.read(address, bytes, runs.toHost);
    return moved(bytes);
  };

  const execute = (): Verdict => {
    if (medium === undefined || fis.getUint8(0) !== FIS_H2D || (fis.getUint8(1) & FIS_IS_COMMAND) === 0)
      return { error: ATA_ABRT };
    switch (fis.getUint8(2)) {
      case ATA.identify:
        runs.toHost(identifyDevice(medium.blocks));
        return moved(BLOCK_BYTES);
      case ATA.readDmaExt:
        return transfer(medium, false);
      case ATA.writeDmaExt:
        return transfer(medium, true);
      case ATA.flushCacheExt:
      case ATA.setFeatures:
        return 'done';
      default:
        return { error: ATA_ABRT };
    }
  };

  /** Bytes done to the header, the FIS to the received FIS area: false when either is not reached. */
  const report = (slot: number, pio: boolean): boolean => {
    const answer = new Uint8Array(FIS_BYTES);
    answer[0] = pio ? FIS_PIO_SETUP : FIS_D2H;
    answer[1] = 0x40;
    answer[2] = registers.tfd & 0xff;
    answer[3] = registers.tfd >> 8;
    const { clb, clbu, fb, fbu } = registers;
    const at = slot * HEADER_BYTES + 4;
    if (bus.write(hiAfter(clbu, clb, at), (clb + at) | 0, headerBytes.subarray(4, 8)).fault !== undefined)
      return false;
    const area = pio ? RX_PIO_SETUP : RX_D2H;
    return bus.write(hiAfter(fbu, fb, area), (fb + area) | 0, answer).fault === undefined;
  };

  const finish = (slot: number): void => {
    busy = false;
    const verdict = execute();
    const pio = fis.getUint8(2) === ATA.identify;
    registers.tfd = typeof verdict === 'object' ? ATA_DRDY | ATA_ERR | (verdict.error << 8) : ATA_DRDY;
    if (verdict === 'bus-error' || !report(slot, pio && verdict === 'done')) return halt(PX_IS_HBFS);
    if (typeof verdict === 'object') return halt(PX_IS_TFES);
    registers.ci &= ~(1 << slot);
    raise(pio ? PX_IS_PSS : PX_IS_DHRS);
    next();
  };

  const halt = (cause: number): void => {
    stuck = true;
    raise(cause);
  };

  const next = (): void => {
    if (busy || stuck || registers.ci === 0 || (registers.cmd & CMD_ST) === 0) return;
    const slot = 31 - Math.clz32(registers.ci & -registers.ci);
    if (!fetch(slot)) return halt(PX_IS_HBFS);
    busy = true;
    const started = epoch;
    scheduler.after(ACCESS_NS + Math.ceil(runs.bytes * NS_PER_BYTE), () => {
      if (started === epoch) finish(slot);
    });
  };

  const writeCmd = (value: number): void => {
    const starts = (value & CMD_ST) !== 0;
    if (!starts && (registers.cmd & CMD_ST) !== 0) {
      epoch++;
      busy = stuck = false;
      registers.ci = 0;
      registers.tfd = ATA_DRDY;
    }
    registers.cmd =
      (value & (CMD_ST | CMD_FRE)) | (starts ? CMD_CR : 0) | ((value & CMD_FRE) !== 0 ? CMD_FR : 0);
  };

  const reset = (): void => {
    epoch++;
    busy = stuck = false;
    const tfd = medium === undefined ? 0x7f : ATA_DRDY;
    Object.assign(registers, { clb: 0, clbu: 0, fb: 0, fbu: 0, is: 0, ie: 0, cmd: 0, tfd, ci: 0, serr: 0 });
  };
  reset();

  const read = (register: number): number => {
    switch (register) {
      case PX_CLB:
        return registers.clb;
      case PX_FB:
        return registers.fb;
      case PX_IS:
        return registers.is;
      case PX_IE:
        return registers.ie;
      case PX_CMD:
        return registers.cmd;
      case PX_TFD:
        return registers.tfd;
      case PX_SIG:
        return medium === undefined ? -1 : SIG_ATA;
      case PX_SSTS:
        return medium === undefined ? 0 : SSTS_UP;
      case PX_CI:
        return registers.ci;
      default:
        return 0;
    }
  };

  const write = (register: number, value: number): void => {
    if (register === PX_CLB) registers.clb = value & ~0x3ff;
    else if (register === PX_CLBU) registers.clbu = value;
    else if (register === PX_FB) registers.fb = value & ~0xff;
    else if (register === PX_FBU) registers.fbu = value;
    else if (register === PX_IS) registers.is &= ~value;
    else if (register === PX_IE) registers.ie = value;
    else if (register === PX_CMD) writeCmd(value);
    else if (register === PX_SERR) registers.serr &= ~value;
    else if (register === PX_CI && (registers.cmd & CMD_ST) !== 0) {
      registers.ci |= value;
      next();
    }
  };

  return { read, write, reset };
}
