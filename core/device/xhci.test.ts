import { beforeEach, describe, expect, it } from 'vitest';
import { payloadOffset, payloadTable } from '../abi/payload.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { BENCH_HI, createDeviceBench, type DeviceBench } from './test-bench.ts';
import { createXhciController } from './xhci.ts';

const DCBAA = 0x1000;
const COMMANDS = 0x2000;
const EVENTS = 0x3000;
const ERST = 0x4000;
const OUTPUT = 0x5000;
const INPUT = 0x6000;
const RINGS = [0, 0x7000, 0, 0x8000, 0x9000] as const;
const CBW = 0xa000;
const CSW = 0xb000;
const DATA = 0x20000;
let b: DeviceBench;
let device: DeviceModel;
let commands = 0;
const filled = [0, 0, 0, 0, 0];

const trb = (at: number, lo: number, hi: number, status: number, control: number): void => {
  [lo, hi, status, control | 1].forEach((word, i) => b.view.setInt32(at + 4 * i, word, true));
};
const command = (type: number, lo = 0, hi = 0, extra = 0): void => {
  trb(COMMANDS + 16 * commands++, lo, hi, 0, (type << 10) | (1 << 24) | extra);
  device.write32(0x2000, 0);
  b.settle();
};
/** Appends to an endpoint's ring: pieces of bench memory, the last without chain. */
const transfer = (dci: number, ...pieces: (readonly [at: number, bytes: number])[]): void => {
  pieces.forEach(([at, bytes], i) => {
    const flags = i === pieces.length - 1 ? 1 << 5 : 1 << 4;
    trb((RINGS[dci] ?? 0) + 16 * (filled[dci] ?? 0), at, BENCH_HI, bytes, (1 << 10) | flags);
    filled[dci] = (filled[dci] ?? 0) + 1;
  });
  device.write32(0x2004, dci);
  b.settle();
};
const event = (n: number): readonly number[] => {
  const at = EVENTS + 16 * n;
  const [status, control] = [b.view.getUint32(at + 8, true), b.view.getUint32(at + 12, true)];
  return [(control >>> 10) & 0x3f, status >>> 24, status & 0xff_ffff, (control >>> 16) & 0x1f];
};
const setAddress = (offset: number, lo: number): void => {
  device.write32(offset, lo);
  device.write32(offset + 4, BENCH_HI);
};

const run = (): void => {
  b.view.setUint32(DCBAA + 8, OUTPUT, true);
  b.view.setUint32(DCBAA + 12, BENCH_HI, true);
  b.view.setUint32(ERST, EVENTS, true);
  b.view.setUint32(ERST + 4, BENCH_HI, true);
  b.view.setUint32(ERST + 8, 64, true);
  setAddress(0x40 + 0x30, DCBAA);
  setAddress(0x40 + 0x18, COMMANDS | 1);
  device.write32(0x1028, 1);
  setAddress(0x1030, ERST);
  device.write32(0x1020, 2);
  device.write32(0x40, 5);
};
const configure = (): void => {
  run();
  command(9);
  b.view.setUint32(INPUT + 4, 0b11010, true);
  for (const dci of [1, 3, 4]) {
    b.view.setUint32(INPUT + (dci + 1) * 32 + 8, (RINGS[dci] ?? 0) | 1, true);
    b.view.setUint32(INPUT + (dci + 1) * 32 + 12, BENCH_HI, true);
  }
  command(12, INPUT, BENCH_HI);
};
/** A command block for READ(10) or WRITE(10) of one block. */
const commandBlock = (opcode: number, lba: number, bytes: number): void => {
  b.memory.fill(0, CBW, CBW + 31);
  b.view.setUint32(CBW, 0x43425355, true);
  b.view.setUint32(CBW + 4, 77, true);
  b.view.setUint32(CBW + 8, bytes, true);
  b.memory[CBW + 12] = opcode === 0x28 ? 0x80 : 0;
  b.memory[CBW + 14] = 10;
  b.memory[CBW + 15] = opcode;
  b.view.setUint32(CBW + 17, lba);
  b.view.setUint16(CBW + 22, bytes / 512);
};

beforeEach(() => {
  b = createDeviceBench();
  device = createXhciController(b.host, 4096);
  commands = 0;
  filled.fill(0);
});

describe('an xHCI controller', () => {
  it('has 64-bit addresses, one slot, one port with a device, no scratchpads', () => {
    expect([device.read32(0) & 0xff, device.read32(4), device.read32(8), device.read32(0x10)]).toEqual([
      0x40, 0x0100_0101, 0, 1,
    ]);
    expect([device.read32(0x440), device.read32(0x44)]).toEqual([3, 1]);
  });

  it('does nothing while it is halted', () => {
    command(9);
    expect([b.interrupts(), event(0)]).toEqual([0, [0, 0, 0, 0]]);
  });

  it('answers commands on the event ring, in order', () => {
    run();
    command(9);
    command(9);
    command(23);
    expect([event(0), event(1), event(2)]).toEqual([
      [33, 1, 0, 0],
      [33, 9, 0, 0], // no second slot
      [33, 5, 0, 0], // no such command
    ]);
    expect(b.interrupts()).toBe(3);
  });

  it('moves a command block, data in two pieces, and the status', () => {
    configure();
    commandBlock(0x28, 6, 1024);
    transfer(4, [CBW, 31]);
    transfer(3, [DATA, 600], [DATA + 600, 424]);
    transfer(3, [CSW, 13]);
    const from = payloadOffset(6 * 512, 9);
    expect(b.memory.subarray(DATA, DATA + 1024)).toEqual(payloadTable().bytes.subarray(from, from + 1024));
    expect([b.view.getUint32(CSW, true), b.view.getUint32(CSW + 4, true)]).toEqual([0x53425355, 77]);
    expect([b.view.getUint32(CSW + 8, true), b.memory[CSW + 12]]).toEqual([0, 0]);
    expect([event(2), event(3), event(4)]).toEqual([
      [32, 1, 0, 4],
      [32, 1, 0, 3],
      [32, 1, 0, 3],
    ]);
  });

  it('keeps what was written', () => {
    configure();
    b.memory.fill(0x77, DATA, DATA + 512);
    commandBlock(0x2a, 8, 512);
    transfer(4, [CBW, 31]);
    transfer(4, [DATA, 512]);
    transfer(3, [CSW, 13]);
    b.memory.fill(0, DATA, DATA + 512);
    commandBlock(0x28, 8, 512);
    transfer(4, [CBW, 31]);
    transfer(3, [DATA, 512]);
    expect([...b.memory.subarray(DATA, DATA + 512)]).toEqual(Array<number>(512).fill(0x77));
  });

  it('halts an endpoint whose data is out of reach, until it is reset', () => {
    configure();
    b.refused.add(DATA >>> 12);
    commandBlock(0x28, 0, 512);
    transfer(4, [CBW, 31]);
    transfer(3, [DATA, 512]);
    expect(event(3)).toEqual([32, 2, 0, 3]);
    transfer(3, [CSW, 13]);
    expect(event(4)).toEqual([0, 0, 0, 0]);
    command(14, 0, 0, 3 << 16);
    device.write32(0x2004, 3);
    b.settle();
    expect([event(4), event(5)]).toEqual([
      [33, 1, 0, 0],
      [32, 1, 0, 3],
    ]);
  });

  it('stalls what is no command block', () => {
    configure();
    transfer(4, [CBW, 31]);
    expect(event(2)).toEqual([32, 6, 31, 4]);
  });

  it.each([
    ['the command ring', COMMANDS],
    ['the event ring', EVENTS],
    ['the device context', OUTPUT],
    ['the input context', INPUT],
    ['a transfer ring', RINGS[4]],
  ])('stops with a host system error when %s is out of reach', (_what, address) => {
    if (address === RINGS[4]) configure();
    b.refused.add(address >>> 12);
    if (address === RINGS[4]) transfer(4, [CBW, 31]);
    else configure();
    expect(device.read32(0x44) & 5).toBe(5);
    device.write32(0x40, 2);
    expect(device.read32(0x44)).toBe(1);
  });
});
