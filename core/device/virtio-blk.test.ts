import { beforeEach, describe, expect, it } from 'vitest';
import { payloadOffset, payloadTable } from '../abi/payload.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { BENCH_HI, createDeviceBench, type DeviceBench } from './test-bench.ts';
import { createVirtioDisk } from './virtio-blk.ts';

const DESC = 0x1000;
const AVAIL = 0x2000;
const USED = 0x3000;
const HEADER = 0x4000;
const STATUS = 0x5000;
const TABLE = 0x6000;
const DATA = 0x8000;
let b: DeviceBench;
let device: DeviceModel;
let available = 0;

const open = (usesPlatform: boolean): void => {
  b = createDeviceBench();
  available = 0;
  // Real memory is the same bench, reached where no bus address is.
  const { memory, host } = b;
  const realMemory = {
    read: (_hi: number, lo: number, into: Uint8Array) => {
      into.set(memory.subarray(lo, lo + into.length));
      return { bytesDone: into.length };
    },
    write: (_hi: number, lo: number, from: Uint8Array) => {
      memory.set(from, lo);
      return { bytesDone: from.length };
    },
  };
  device = createVirtioDisk({ ...host, realMemory }, usesPlatform, 4096);
};

const negotiate = (upper: number): number => {
  device.write32(0x14, 1 | 2);
  device.write32(0x08, 0);
  device.write32(0x0c, 1 << 28);
  device.write32(0x08, 1);
  device.write32(0x0c, upper);
  device.write32(0x14, 1 | 2 | 8);
  return device.read32(0x14);
};

const ready = (upper: number, hi: number): void => {
  negotiate(upper);
  device.write32(0x16, 0);
  device.write32(0x18, 8);
  for (const [register, address] of [
    [0x20, DESC],
    [0x28, AVAIL],
    [0x30, USED],
  ] as const) {
    device.write32(register, address);
    device.write32(register + 4, hi);
  }
  device.write32(0x1c, 1);
  device.write32(0x14, 15);
};

const descriptor = (
  at: number,
  address: number,
  bytes: number,
  flags: number,
  next = 0,
  hi = BENCH_HI,
): void => {
  b.view.setUint32(at, address, true);
  b.view.setUint32(at + 4, hi, true);
  b.view.setUint32(at + 8, bytes, true);
  b.view.setUint16(at + 12, flags, true);
  b.view.setUint16(at + 14, next, true);
};

/** A request through an indirect table in descriptor 2: `bytes` of data, which the device writes when `reads`. */
const request = (type: number, sector: number, bytes: number, hi = BENCH_HI): void => {
  b.view.setUint32(HEADER, type, true);
  b.view.setUint32(HEADER + 8, sector, true);
  b.memory[STATUS] = 0xff;
  descriptor(TABLE, HEADER, 16, 1, 1, hi);
  descriptor(TABLE + 16, DATA, bytes, type === 1 ? 1 : 3, 2, hi);
  descriptor(TABLE + 32, STATUS, 1, 2, 0, hi);
  descriptor(DESC + 32, TABLE, 48, 4, 0, hi);
  b.view.setUint16(AVAIL + 4 + 2 * (available % 8), 2, true);
  b.view.setUint16(AVAIL + 2, ++available, true);
  device.write32(0x3000, 0);
  b.settle();
};

describe('a virtio block device behind the IOMMU', () => {
  beforeEach(() => open(true));

  it('offers VERSION_1 and ACCESS_PLATFORM, and does without neither', () => {
    device.write32(0x00, 1);
    expect(device.read32(0x04)).toBe(3);
    expect(negotiate(1)).toBe(1 | 2);
    expect(negotiate(3)).toBe(1 | 2 | 8);
  });

  it('reads through an indirect table, says how much it wrote, and interrupts', () => {
    ready(3, BENCH_HI);
    request(0, 5, 1024);
    const from = payloadOffset(5 * 512, 9);
    expect(b.memory.subarray(DATA, DATA + 1024)).toEqual(payloadTable().bytes.subarray(from, from + 1024));
    expect([b.memory[STATUS], b.view.getUint16(USED + 2, true)]).toEqual([0, 1]);
    expect([b.view.getUint32(USED + 4, true), b.view.getUint32(USED + 8, true)]).toEqual([2, 1025]);
    expect([b.interrupts(), device.read32(0x1000), device.read32(0x1000)]).toEqual([1, 1, 0]);
  });

  it('keeps what was written', () => {
    ready(3, BENCH_HI);
    b.memory.fill(0x5a, DATA, DATA + 512);
    request(1, 7, 512);
    b.memory.fill(0, DATA, DATA + 512);
    request(0, 7, 512);
    expect([...b.memory.subarray(DATA, DATA + 512)]).toEqual(Array<number>(512).fill(0x5a));
  });

  it.each([
    ['beyond the end', 0, 4096, 512, 1],
    ['of half a block', 0, 0, 256, 1],
    ['of an unknown type', 9, 0, 512, 2],
  ])('answers a request %s with a status', (_what, type, sector, bytes, status) => {
    ready(3, BENCH_HI);
    request(type, sector, bytes);
    expect(b.memory[STATUS]).toBe(status);
  });

  it('answers data out of reach with an I/O error', () => {
    ready(3, BENCH_HI);
    b.refused.add(DATA >>> 12);
    request(0, 0, 512);
    expect(b.memory[STATUS]).toBe(1);
  });

  it.each([
    ['the available ring', AVAIL],
    ['the descriptor table', DESC],
    ['the indirect table', TABLE],
    ['the status byte', STATUS],
    ['the used ring', USED],
  ])('needs a reset after %s was out of reach', (_what, address) => {
    ready(3, BENCH_HI);
    b.refused.add(address >>> 12);
    request(0, 0, 512);
    expect(device.read32(0x14) & 64).toBe(64);
    b.refused.clear();
    request(0, 0, 512);
    expect(b.memory[STATUS]).toBe(0xff);
    device.write32(0x14, 0);
    expect(device.read32(0x14)).toBe(0);
  });

  it('gives up a chain that does not end', () => {
    ready(3, BENCH_HI);
    descriptor(DESC, HEADER, 16, 1, 0);
    b.view.setUint16(AVAIL + 4, 0, true);
    b.view.setUint16(AVAIL + 2, 1, true);
    device.write32(0x3000, 0);
    b.settle();
    expect(device.read32(0x14) & 64).toBe(64);
  });

  it('does not interrupt when it is asked not to', () => {
    ready(3, BENCH_HI);
    b.view.setUint16(AVAIL, 1, true);
    request(0, 0, 512);
    expect([b.memory[STATUS], b.interrupts()]).toEqual([0, 0]);
  });
});

describe('a virtio block device past the IOMMU', () => {
  it('offers no ACCESS_PLATFORM and uses guest real addresses, no TCE asked', () => {
    open(false);
    device.write32(0x00, 1);
    expect(device.read32(0x04)).toBe(1);
    for (let page = 0; page < 256; page++) b.refused.add(page);
    ready(1, 0);
    request(0, 5, 512, 0);
    expect(b.memory[STATUS]).toBe(0);
  });

  it('cannot be made without a way to real memory', () => {
    expect(() => createVirtioDisk(createDeviceBench().host, false, 8)).toThrow('needs real memory');
  });
});
