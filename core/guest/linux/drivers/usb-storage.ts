// The `usb-storage` driver with sd_mod over it (drivers/usb/storage/transport.c): command block, data, status, one command at a time.
// Only the data is mapped for a command, by dma_map_sg: command and status lie in coherent memory.

import { BLOCK_BYTES } from '../../../abi/disk.ts';
import { CAPACITY_BYTES, INQUIRY_BYTES, SCSI } from '../../../abi/scsi.ts';
import { BOT_RESET, CBW_BYTES, CBW_SIGNATURE, CSW_BYTES, CSW_SIGNATURE } from '../../../abi/xhci.ts';
import { mapCommand, unmapCommand, type Disk, type DiskCommand, type DiskPorts } from './disk.ts';
import type { BulkPiece, UsbHost, UsbLimits, UsbResult } from './usb-host.ts';

const EIO = -5;
const ENOMEM = -12;
const POLL_NS = 100_000;
/** usb-storage gives a command of the probe five seconds. */
const POLLS = 50_000;
/** Where the status goes in the buffer. */
const CSW_OFFSET = 32;

interface Transfer {
  readonly cdb: readonly number[];
  readonly direction: 'in' | 'out';
  readonly bytes: number;
  readonly pieces: readonly BulkPiece[];
  readonly done: (error: string | undefined) => void;
}

/** SCSI numbers are big-endian. */
const be = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) & 0xff);

export function createUsbDisk(ports: DiskPorts, host: UsbHost, limits: UsbLimits): Disk {
  const { context } = ports;
  const { dma, dev, pages, memory } = context;
  let blocks = 0;
  let botTag = 0;
  let current: Transfer | undefined;
  /** The next one, while the device recovers from the last. */
  let next: Transfer | undefined;
  let recovering = false;
  let mine: { readonly command: DiskCommand; readonly reading: boolean } | undefined;
  let ended: string | undefined | 'pending' = 'pending';

  const finish = (error: string | undefined): void => {
    const transfer = current;
    current = undefined;
    transfer?.done(error);
  };

  /** usb_stor_reset_common: the endpoint's halt is cleared, the function forgets what it was doing. */
  const recover = (direction: 'in' | 'out', why: string): void => {
    recovering = true;
    host.clearHalt(direction, () =>
      host.control([0x21 | (BOT_RESET << 8), 0], () => {
        recovering = false;
        const waiting = next;
        next = undefined;
        if (waiting !== undefined) begin(waiting);
      }),
    );
    finish(why);
  };

  const whenDone =
    (direction: 'in' | 'out', what: string, go: () => void) =>
    (result: UsbResult): void => {
      if (result === 'ok') go();
      else recover(direction, `${what}: ${result}`);
    };

  const inBuffer = (offset: number, bytes: number): readonly BulkPiece[] => {
    const { buffer } = host;
    return buffer === undefined ? [] : [{ hi: buffer.hi, lo: (buffer.lo + offset) | 0, bytes }];
  };

  const writeCbw = ({ cdb, direction, bytes }: Transfer): void => {
    const { buffer } = host;
    if (buffer === undefined) return;
    const { memory: iobuf, offset } = buffer;
    iobuf.set32(offset, CBW_SIGNATURE);
    iobuf.set32(offset + 4, (botTag = (botTag + 1) | 0));
    iobuf.set32(offset + 8, bytes);
    iobuf.set8(offset + 12, direction === 'in' ? 0x80 : 0);
    iobuf.set8(offset + 13, 0);
    iobuf.set8(offset + 14, cdb.length);
    for (let i = 0; i < 16; i++) iobuf.set8(offset + 15 + i, cdb[i] ?? 0);
    for (let i = 0; i < 16; i += 4) iobuf.set32(offset + CSW_OFFSET + i, 0);
  };

  const readCsw = (): string | undefined => {
    const { buffer } = host;
    if (buffer === undefined) return 'no buffer';
    const { memory: iobuf } = buffer;
    const at = buffer.offset + CSW_OFFSET;
    if (iobuf.get32(at) !== CSW_SIGNATURE || iobuf.get32(at + 4) !== botTag) return 'invalid status';
    if (iobuf.get32(at + 8) !== 0) return `residue ${iobuf.get32(at + 8)}`;
    return iobuf.get8(at + 12) === 0 ? undefined : 'command failed';
  };

  function begin(transfer: Transfer): void {
    current = transfer;
    const { direction, pieces } = transfer;
    const status = (): void =>
      host.bulk(
        'in',
        inBuffer(CSW_OFFSET, CSW_BYTES),
        whenDone('in', 'status', () => finish(readCsw())),
      );
    const data = (): void => {
      if (pieces.length === 0) status();
      else host.bulk(direction, pieces, whenDone(direction, 'data', status));
    };
    writeCbw(transfer);
    host.bulk('out', inBuffer(0, CBW_BYTES), whenDone('out', 'command', data));
  }

  const queue = (transfer: Transfer): void => {
    if (recovering) next = transfer;
    else begin(transfer);
  };

  /** A command of the probe with `bytes` of answer in `page`; false: it failed. */
  function* ask(page: number, cdb: readonly number[], bytes: number): Generator<number, boolean, void> {
    if (bytes > 0 && !dma.mapPage(dev, page, bytes, 'from-device')) return false;
    const { handleHi, handleLo } = dma;
    let answer: string | undefined = 'no answer';
    const pieces = bytes > 0 ? [{ hi: handleHi, lo: handleLo, bytes }] : [];
    queue({ cdb, direction: 'in', bytes, pieces, done: (error) => (answer = error) });
    for (let polls = 0; polls < POLLS && answer === 'no answer'; polls++) {
      yield POLL_NS;
      host.poll();
    }
    if (answer === 'no answer') host.halt();
    if (bytes > 0) dma.unmapPage(dev, handleHi, handleLo, bytes, 'from-device');
    return answer === undefined;
  }

  /** What sd asks a new disk: who it is, whether it is ready, how large. */
  function* inspect(page: number): Generator<number, number, void> {
    const inquiry = [SCSI.inquiry, 0, 0, 0, INQUIRY_BYTES, 0];
    if (!(yield* ask(page, inquiry, INQUIRY_BYTES))) return EIO;
    if (!(yield* ask(page, [SCSI.testUnitReady, 0, 0, 0, 0, 0], 0))) return EIO;
    if (!(yield* ask(page, [SCSI.readCapacity10, ...Array<number>(9).fill(0)], CAPACITY_BYTES))) return EIO;
    const bytes = memory.bytes(page, CAPACITY_BYTES);
    blocks = new DataView(bytes.buffer, bytes.byteOffset, CAPACITY_BYTES).getUint32(0) + 1;
    return 0;
  }

  function* bringUp(): Generator<number, number, void> {
    current = next = undefined;
    recovering = false;
    const error = yield* host.bringUp();
    if (error < 0) return error;
    const page = pages.alloc(0);
    if (page === undefined) return ENOMEM;
    const outcome = yield* inspect(page);
    pages.free(page, 0);
    return outcome;
  }

  return {
    name: 'sda',
    ...limits,
    // scsi_host_template of usb-storage leaves the bus's own limit.
    maxSegBytes: 65536,
    depth: 1,
    get blocks() {
      return blocks;
    },
    bringUp,
    start(command, reading) {
      const segments = mapCommand(ports, command, reading);
      if (segments === 0) return false;
      const { dmaHi, dmaLo, dmaBytes } = command.buffer.sg;
      const pieces: BulkPiece[] = [];
      for (let i = 0; i < segments; i++)
        pieces.push({ hi: dmaHi[i] ?? 0, lo: dmaLo[i] ?? 0, bytes: dmaBytes[i] ?? 0 });
      mine = { command, reading };
      ended = 'pending';
      const { bytes } = command.buffer;
      const [lba, count] = [command.address / BLOCK_BYTES, bytes / BLOCK_BYTES];
      const cdb = [reading ? SCSI.read10 : SCSI.write10, 0, ...be(lba, 4), 0, ...be(count, 2), 0];
      queue({ cdb, direction: reading ? 'in' : 'out', bytes, pieces, done: (error) => (ended = error) });
      return true;
    },
    reap(finished) {
      host.poll();
      if (mine === undefined || ended === 'pending') return;
      const { command, reading } = mine;
      mine = undefined;
      unmapCommand(ports, command, reading);
      finished(command.tag, ended);
    },
    halt() {
      host.halt();
      current = next = undefined;
    },
    drop(command) {
      if (mine?.command !== command) return;
      unmapCommand(ports, command, mine.reading);
      mine = undefined;
    },
    isDead: () => host.isDead(),
    isGone: () => host.isGone(),
    free: () => host.free(),
  };
}
