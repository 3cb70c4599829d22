// libahci's piece of memory for a port: command list, received FISes, a command table for each slot; and a command in slot 0 of it.

import {
  AHCI_SLOTS,
  FIS_H2D,
  FIS_IS_COMMAND,
  HEADER_BYTES,
  HEADER_WRITE,
  PRD_BYTES,
  RX_FIS_BYTES,
  TABLE_PRDT,
} from '../../../abi/ahci.ts';
import { busHi, type CoherentMemory } from './coherent-memory.ts';

/** AHCI_MAX_SG. */
export const MAX_SEGMENTS = 168;
const TABLE_BYTES = TABLE_PRDT + MAX_SEGMENTS * PRD_BYTES;
/** Where the received FISes and the first table lie. */
export const RX_FIS = AHCI_SLOTS * HEADER_BYTES;
const TABLES = RX_FIS + RX_FIS_BYTES;
/** AHCI_PORT_PRIV_DMA_SZ. */
export const PORT_MEMORY_BYTES = TABLES + AHCI_SLOTS * TABLE_BYTES;

export interface AtaCommand {
  readonly ata: number;
  readonly lba: number;
  readonly blocks: number;
  readonly writes: boolean;
}

/** Fills command FIS and header of slot 0; its PRDT has `segments` entries. */
export function writeCommand(memory: CoherentMemory, command: AtaCommand, segments: number): void {
  memory.set32(TABLES, FIS_H2D | (FIS_IS_COMMAND << 8) | (command.ata << 16));
  // Device register: LBA.
  memory.set32(TABLES + 4, (command.lba % 0x100_0000) | (0x40 << 24));
  memory.set32(TABLES + 8, Math.floor(command.lba / 0x100_0000));
  memory.set32(TABLES + 12, command.blocks & 0xffff);
  memory.set32(TABLES + 16, 0);
  memory.set32(0, 5 | (command.writes ? HEADER_WRITE : 0) | (segments << 16));
  memory.set32(4, 0);
  memory.set32(8, (memory.lo + TABLES) | 0);
  memory.set32(12, busHi(memory.hi, memory.lo, TABLES));
}

export function writePrd(memory: CoherentMemory, index: number, hi: number, lo: number, bytes: number): void {
  const at = TABLES + TABLE_PRDT + index * PRD_BYTES;
  memory.set32(at, lo);
  memory.set32(at + 4, hi);
  memory.set32(at + 8, 0);
  memory.set32(at + 12, bytes - 1);
}
