// Words of an AHCI host bus adapter that device and driver share (Serial ATA AHCI 1.3.1, sections 3, 4, 5; ATA8-ACS; SATA FIS types).

export const AHCI_CAP = 0x00;
export const AHCI_GHC = 0x04;
export const AHCI_IS = 0x08;
export const AHCI_PI = 0x0c;
export const AHCI_VS = 0x10;
/** Ports' registers: 0x80 bytes each. */
export const AHCI_PORTS = 0x100;
export const AHCI_PORT_SPAN = 0x80;
export const PX_CLB = 0x00;
export const PX_CLBU = 0x04;
export const PX_FB = 0x08;
export const PX_FBU = 0x0c;
export const PX_IS = 0x10;
export const PX_IE = 0x14;
export const PX_CMD = 0x18;
export const PX_TFD = 0x20;
export const PX_SIG = 0x24;
export const PX_SSTS = 0x28;
export const PX_SCTL = 0x2c;
export const PX_SERR = 0x30;
export const PX_CI = 0x38;

export const CAP_S64A = 1 << 31;
export const GHC_HR = 1 << 0;
export const GHC_IE = 1 << 1;
export const GHC_AE = 1 << 31;
export const CMD_ST = 1 << 0;
export const CMD_FRE = 1 << 4;
export const CMD_FR = 1 << 14;
export const CMD_CR = 1 << 15;
/** Interrupts: device to host register FIS, PIO setup FIS, host bus fatal error, task file error. */
export const PX_IS_DHRS = 1 << 0;
export const PX_IS_PSS = 1 << 1;
export const PX_IS_HBFS = 1 << 29;
export const PX_IS_TFES = 1 << 30;
/** Device detected and communication established, generation 1. */
export const SSTS_UP = 0x113;
export const SIG_ATA = 0x0000_0101;

export const AHCI_SLOTS = 32;
/** Command header: flags and PRDT length, bytes done, table address. */
export const HEADER_BYTES = 32;
export const HEADER_WRITE = 1 << 6;
/** Received FIS area: offsets of PIO setup and D2H register FIS. */
export const RX_FIS_BYTES = 256;
export const RX_PIO_SETUP = 0x20;
export const RX_D2H = 0x40;
/** Command table: command FIS at 0, PRDT at 0x80, entries of 16 bytes with at most 4 MiB each. */
export const TABLE_PRDT = 0x80;
export const PRD_BYTES = 16;
export const PRD_MAX_BYTES = 1 << 22;

export const FIS_H2D = 0x27;
export const FIS_D2H = 0x34;
export const FIS_PIO_SETUP = 0x5f;
export const FIS_IS_COMMAND = 0x80;

export const ATA = {
  readDmaExt: 0x25,
  writeDmaExt: 0x35,
  flushCacheExt: 0xea,
  identify: 0xec,
  setFeatures: 0xef,
} as const;
/** Status: ready, data request, error; error register: command aborted, address out of range. */
export const ATA_DRDY = 0x40;
export const ATA_ERR = 0x01;
export const ATA_ABRT = 0x04;
export const ATA_IDNF = 0x10;
