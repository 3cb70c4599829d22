import { beforeEach, describe, expect, it } from 'vitest';
import { payloadOffset, payloadTable } from '../abi/payload.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { createAhciController } from './ahci.ts';
import { BENCH_HI, createDeviceBench, type DeviceBench } from './test-bench.ts';

const BLOCKS = 4096;
const LIST = 0x1000;
const FISES = 0x2000;
const TABLE = 0x3000;
const DATA = 0x8000;
const PORT0 = 0x100;
let b: DeviceBench;
let device: DeviceModel;

const reg = (register: number): number => device.read32(PORT0 + register) >>> 0;

beforeEach(() => {
  b = createDeviceBench();
  device = createAhciController(b.host, BLOCKS);
});

const enable = (): void => {
  const writes = { 0x00: LIST, 0x04: BENCH_HI, 0x08: FISES, 0x0c: BENCH_HI, 0x14: -1, 0x18: 0x11 };
  for (const [offset, value] of Object.entries(writes)) device.write32(PORT0 + Number(offset), value);
  device.write32(0x04, 0x8000_0002 | 0);
};

/** A command in `slot`: ATA opcode, first block, blocks, and one PRD at DATA. */
const issue = (slot: number, ata: number, lba: number, blocks: number, writes = false): void => {
  const table = TABLE + slot * 0x400;
  b.view.setUint32(LIST + slot * 32, 5 | (writes ? 0x40 : 0) | (1 << 16), true);
  b.view.setUint32(LIST + slot * 32 + 8, table, true);
  b.view.setUint32(LIST + slot * 32 + 12, BENCH_HI, true);
  b.view.setUint32(table, 0x8027 | (ata << 16), true);
  b.view.setUint32(table + 4, lba | (0x40 << 24), true);
  b.view.setUint16(table + 12, blocks, true);
  b.view.setUint32(table + 0x80, DATA, true);
  b.view.setUint32(table + 0x84, BENCH_HI, true);
  b.view.setUint32(table + 0x8c, blocks * 512 - 1, true);
  device.write32(PORT0 + 0x38, 1 << slot);
};

describe('an AHCI adapter', () => {
  it('has six ports, 32 slots and 64-bit addresses, and a disk on port 0 only', () => {
    expect(device.read32(0x00) >>> 0).toBe(0x8010_1f05);
    expect(device.read32(0x0c)).toBe(0x3f);
    expect([0, 1, 5].map((port) => device.read32(0x128 + port * 0x80))).toEqual([0x113, 0, 0]);
    expect(reg(0x24)).toBe(0x101);
  });

  it('does nothing before its port is started', () => {
    issue(0, 0xec, 0, 1);
    b.settle();
    expect([reg(0x38), b.interrupts()]).toEqual([0, 0]);
  });

  it('identifies its disk: 4096 blocks, 48-bit addresses, no NCQ', () => {
    enable();
    issue(0, 0xec, 0, 1);
    b.settle();
    expect(b.view.getUint32(DATA + 200, true)).toBe(BLOCKS);
    expect(b.view.getUint16(DATA + 83 * 2, true) & 0x400).toBe(0x400);
    expect(b.view.getUint16(DATA + 76 * 2, true)).toBe(0);
    expect(reg(0x10)).toBe(2);
  });

  it('reads blocks, counts them in the header, posts a D2H FIS and raises its interrupt', () => {
    enable();
    issue(3, 0x25, 17, 8);
    b.settle();
    const from = payloadOffset(17 * 512, 9);
    expect(b.memory.subarray(DATA, DATA + 4096)).toEqual(payloadTable().bytes.subarray(from, from + 4096));
    expect(b.view.getUint32(LIST + 3 * 32 + 4, true)).toBe(4096);
    expect(b.memory[FISES + 0x40]).toBe(0x34);
    expect([reg(0x10), reg(0x38), b.interrupts()]).toEqual([1, 0, 1]);
  });

  it('keeps what was written', () => {
    enable();
    b.memory.fill(0xa5, DATA, DATA + 512);
    issue(0, 0x35, 9, 1, true);
    b.settle();
    b.memory.fill(0, DATA, DATA + 1024);
    issue(1, 0x25, 8, 2);
    b.settle();
    expect([...b.memory.subarray(DATA + 512, DATA + 1024)]).toEqual(Array<number>(512).fill(0xa5));
  });

  it.each([
    ['an unknown command is aborted', 0xb0, 0, 0x04],
    ['an address beyond the end is not found', 0x25, BLOCKS, 0x10],
    ['a write without the W bit is aborted', 0x35, 0, 0x04],
  ])('%s, and the port stands still until it is started again', (_what, ata, lba, error) => {
    enable();
    issue(0, ata, lba, 1);
    b.settle();
    expect([reg(0x10), (reg(0x20) >> 8) & 0xff, reg(0x38)]).toEqual([1 << 30, error, 1]);
    issue(1, 0x25, 0, 1);
    b.settle();
    expect(reg(0x38)).toBe(3);
    device.write32(PORT0 + 0x18, 0x10);
    expect(reg(0x38)).toBe(0);
    device.write32(PORT0 + 0x18, 0x11);
    issue(1, 0x25, 0, 1);
    b.settle();
    expect(reg(0x38)).toBe(0);
  });

  it.each([
    ['the command list', LIST],
    ['the command table', TABLE],
    ['the data', DATA],
    ['the received FIS area', FISES],
  ])('reports a host bus error when %s cannot be reached', (_what, address) => {
    enable();
    b.refused.add(address >>> 12);
    issue(0, 0x25, 0, 1);
    b.settle();
    expect([reg(0x10) & (1 << 29), reg(0x38)]).toEqual([1 << 29, 1]);
  });

  it('holds its interrupt back until interrupts are on', () => {
    enable();
    device.write32(0x04, 0x8000_0000 | 0);
    issue(0, 0x25, 0, 1);
    b.settle();
    expect([device.read32(0x08), b.interrupts()]).toEqual([1, 0]);
    device.write32(0x04, 0x8000_0002 | 0);
    expect(b.interrupts()).toBe(1);
  });

  it('forgets a command under way when it is reset', () => {
    enable();
    issue(0, 0x25, 0, 1);
    device.write32(0x04, 0x8000_0001 | 0);
    b.settle();
    expect([b.memory[DATA], reg(0x38), b.interrupts()]).toEqual([0, 0, 0]);
  });
});
