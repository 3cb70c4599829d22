import { beforeEach, describe, expect, it } from 'vitest';
import { payloadOffset, payloadTable } from '../abi/payload.ts';
import type { DeviceModel, DmaBus } from '../abi/ports.ts';
import { createOhciController } from './ohci.ts';
import { BENCH_HI, createDeviceBench, type DeviceBench } from './test-bench.ts';

const HCCA = 0x1000;
const CONTROL_ED = 0x2000;
const BULK_IN_ED = 0x2010;
const BULK_OUT_ED = 0x2020;
const TDS = 0x3000;
const CBW = 0x4000;
const CSW = 0x5000;
const DATA = 0x8000;
const BLF = 4;
const CLF = 2;
let b: DeviceBench;
let device: DeviceModel;
let td = TDS;

const set = (at: number, ...words: number[]): void =>
  words.forEach((word, i) => b.view.setInt32(at + 4 * i, word, true));

/** Puts transfer descriptors on an endpoint and rings: pieces of memory, and the direction of each (0 setup, 1 out, 2 in). */
const transfer = (
  ed: number,
  rings: number,
  ...pieces: (readonly [at: number, bytes: number, pid: number])[]
): readonly number[] => {
  const first = td;
  for (const [at, bytes, pid] of pieces) {
    set(td, (pid << 19) | (15 << 28), bytes === 0 ? 0 : at, td + 16, bytes === 0 ? 0 : at + bytes - 1);
    td += 16;
  }
  set(ed + 4, td, first);
  device.write32(0x08, rings);
  b.settle();
  return pieces.map((_piece, i) => b.view.getUint32(first + 16 * i, true) >>> 28);
};
const status = (): number => device.read32(0x0c);
const commandBlock = (lba: number, bytes: number): void => {
  b.memory.fill(0, CBW, CBW + 31);
  set(CBW, 0x43425355, 5, bytes);
  b.memory[CBW + 12] = 0x80;
  b.memory[CBW + 15] = 0x28;
  b.view.setUint32(CBW + 17, lba);
  b.view.setUint16(CBW + 22, bytes / 512);
};

beforeEach(() => {
  b = createDeviceBench();
  td = TDS;
  // The controller drives 32 address lines: the bench's memory is where it can reach it.
  const { host } = b;
  const bus: DmaBus = {
    read: (hi, lo, into) => host.bus.read(hi + BENCH_HI, lo, into),
    write: (hi, lo, from) => host.bus.write(hi + BENCH_HI, lo, from),
  };
  device = createOhciController({ ...host, bus }, 4096);
  set(BULK_IN_ED, (1 << 7) | (2 << 11), 0, 0, BULK_OUT_ED);
  set(BULK_OUT_ED, (2 << 7) | (1 << 11), 0, 0, 0);
  device.write32(0x18, HCCA);
  device.write32(0x20, CONTROL_ED);
  device.write32(0x28, BULK_IN_ED);
  device.write32(0x10, 0x8000_0012 | 0);
  device.write32(0x04, 0xb0);
});

describe('an OHCI controller', () => {
  it('is of revision 1.0 with a device on its port', () => {
    expect([device.read32(0), device.read32(0x54)]).toEqual([0x10, 3]);
  });

  it('answers a control request and hands over the done queue, last descriptor first', () => {
    set(DATA, 0x0100_0680, 18 << 16);
    expect(transfer(CONTROL_ED, CLF, [DATA, 8, 0], [DATA + 64, 18, 2], [0, 0, 1])).toEqual([0, 0, 0]);
    expect([...b.memory.subarray(DATA + 64, DATA + 68)]).toEqual([18, 1, 0, 3]);
    expect([b.view.getUint32(HCCA + 0x84, true), b.view.getUint32(TDS + 40, true)]).toEqual([
      TDS + 32,
      TDS + 16,
    ]);
    expect([status(), b.interrupts()]).toEqual([2, 1]);
  });

  it('stalls a request that the device does not know, and halts the endpoint', () => {
    set(DATA, 0x0000_ff80, 0);
    expect(transfer(CONTROL_ED, CLF, [DATA, 8, 0], [0, 0, 2])).toEqual([0, 4]);
    expect(b.view.getUint32(CONTROL_ED + 8, true) & 1).toBe(1);
  });

  it('moves a command block, data that crosses a page, and the status', () => {
    commandBlock(3, 1024);
    transfer(BULK_OUT_ED, BLF, [CBW, 31, 1]);
    device.write32(0x0c, 2);
    expect(transfer(BULK_IN_ED, BLF, [DATA + 0xf00, 1024, 2])).toEqual([0]);
    device.write32(0x0c, 2);
    transfer(BULK_IN_ED, BLF, [CSW, 13, 2]);
    const from = payloadOffset(3 * 512, 9);
    expect(b.memory.subarray(DATA + 0xf00, DATA + 0x1300)).toEqual(
      payloadTable().bytes.subarray(from, from + 1024),
    );
    expect([b.view.getUint32(CSW, true), b.view.getUint32(CSW + 4, true), b.memory[CSW + 12]]).toEqual([
      0x53425355, 5, 0,
    ]);
  });

  it('waits for the rest of a transfer', () => {
    commandBlock(0, 1024);
    transfer(BULK_OUT_ED, BLF, [CBW, 31, 1]);
    expect(transfer(BULK_IN_ED, BLF, [DATA, 512, 2])).toEqual([15]);
    set(td, (2 << 19) | (15 << 28), DATA + 512, td + 16, DATA + 1023);
    set(BULK_IN_ED + 4, td + 16);
    device.write32(0x08, BLF);
    b.settle();
    expect([b.view.getUint32(td - 16, true) >>> 28, b.view.getUint32(td, true) >>> 28]).toEqual([0, 0]);
  });

  it('keeps its done queue while the driver has not taken the last one', () => {
    commandBlock(0, 512);
    transfer(BULK_OUT_ED, BLF, [CBW, 31, 1]);
    set(HCCA + 0x84, 0);
    transfer(BULK_IN_ED, BLF, [DATA, 512, 2]);
    expect(b.view.getUint32(HCCA + 0x84, true)).toBe(0);
    device.write32(0x0c, 2);
    expect(b.view.getUint32(HCCA + 0x84, true)).toBe(TDS + 16);
  });

  it.each([
    ['the endpoint descriptor', BULK_IN_ED],
    ['a transfer descriptor', TDS],
    ['the data', CBW],
    ['the communications area', HCCA],
  ])('stops with an unrecoverable error when %s is out of reach', (_what, address) => {
    commandBlock(0, 512);
    b.refused.add(address >>> 12);
    transfer(BULK_OUT_ED, BLF, [CBW, 31, 1]);
    expect([status() & 16, device.read32(0x04) & 0xc0]).toEqual([16, 0]);
    device.write32(0x08, 1);
    expect(status()).toBe(0);
  });

  it('gives up a list of descriptors that closes on itself', () => {
    set(TDS, 15 << 28, CBW, TDS, CBW + 30);
    set(BULK_OUT_ED + 4, 0x7000, TDS);
    device.write32(0x08, BLF);
    b.settle();
    expect(status() & 16).toBe(16);
  });
});
