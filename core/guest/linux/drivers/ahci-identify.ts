// ata_dev_read_id: IDENTIFY DEVICE of the disk on port 0, its 512 bytes mapped as a scatter list of one element; polled.

import { AHCI_PORTS, ATA, PX_CI, PX_CMD, PX_IS, PX_IS_HBFS, PX_IS_TFES } from '../../../abi/ahci.ts';
import { BLOCK_BYTES } from '../../../abi/disk.ts';
import type { DriverContext } from '../types.ts';
import { writeCommand, writePrd } from './ahci-command.ts';
import type { CoherentMemory } from './coherent-memory.ts';
import { emptyScatterList } from './data-buffer.ts';

const ENOMEM = -12;
const EIO = -5;
const POLL_NS = 100_000;
/** ATA_TMOUT_INTERNAL_QUICK: five seconds. */
const POLLS = 50_000;

export interface IdentifyParts {
  readonly context: DriverContext;
  readonly memory: CoherentMemory;
  readonly read: (offset: number) => number;
  readonly write: (offset: number, value: number) => void;
}

/** Blocks of the disk, or a negative errno. */
export function* identifyDisk(parts: IdentifyParts): Generator<number, number, void> {
  const { dma, dev, pages, memory } = parts.context;
  const page = pages.alloc(0);
  if (page === undefined) return ENOMEM;
  const sg = emptyScatterList();
  sg.addresses.push(page);
  sg.lengths.push(BLOCK_BYTES);
  let answer = EIO;
  if (dma.mapSg(dev, sg, 'from-device') === 1) {
    writePrd(parts.memory, 0, sg.dmaHi[0] ?? 0, sg.dmaLo[0] ?? 0, BLOCK_BYTES);
    const done = yield* execute(parts);
    dma.unmapSg(dev, sg, 'from-device');
    if (done) answer = capacityOf(memory.bytes(page, BLOCK_BYTES));
  }
  pages.free(page, 0);
  return answer;
}

/** Words 100 to 103. Zero blocks: no disk of ours. */
function capacityOf(bytes: Uint8Array): number {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blocks = words.getUint32(200, true) + words.getUint32(204, true) * 0x1_0000_0000;
  return blocks > 0 ? blocks : EIO;
}

function* execute({ memory, read, write }: IdentifyParts): Generator<number, boolean, void> {
  writeCommand(memory, { ata: ATA.identify, lba: 0, blocks: 0, writes: false }, 1);
  write(AHCI_PORTS + PX_IS, -1);
  write(AHCI_PORTS + PX_CI, 1);
  for (let polls = 0; polls < POLLS; polls++) {
    yield POLL_NS;
    const status = read(AHCI_PORTS + PX_IS);
    if (status === -1 || (status & (PX_IS_HBFS | PX_IS_TFES)) !== 0) break;
    if ((read(AHCI_PORTS + PX_CI) & 1) !== 0) continue;
    write(AHCI_PORTS + PX_IS, status);
    return true;
  }
  // The engine must not touch the buffer any more: stopped, it is started again by the next bring-up.
  write(AHCI_PORTS + PX_CMD, 0);
  return false;
}
