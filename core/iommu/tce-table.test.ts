import { describe, expect, it } from 'vitest';
import { GuestMemory } from '../memory/guest-memory.ts';
import { TceTable } from './tce-table.ts';

/** Writes a list of 512 TCEs from `first`, one 64K page apart, and hands it over. */
function putList(table: TceTable, memory: GuestMemory, index: number, first: bigint, count = 512): void {
  for (let i = 0; i < count; i++) memory.store64(8 * i, first + (BigInt(i) << 16n));
  table.copy(index, count, memory.peekWords(0), 0);
}

describe('a TCE table', () => {
  it('of 2^31 entries costs nothing while it is empty, and one array once written to', () => {
    const table = new TceTable(2 ** 31, 12);
    table.fill(0, 2 ** 31, 0, 0);
    expect(table.denseChunks).toBe(0);
    table.put(2 ** 31 - 1, 0x1234, 0x5003);
    expect(table.get(2 ** 31 - 1)).toBe(0x1234_0000_5003n);
    expect([table.denseChunks, table.used]).toEqual([1, 1]);
  });

  it('keeps a 1:1 map as numbers, not entries', () => {
    const table = new TceTable(2 ** 14, 16);
    const memory = new GuestMemory(2 ** 20);
    for (let list = 0; list < 32; list++) putList(table, memory, 512 * list, (BigInt(list) << 25n) | 3n);
    expect([table.linearChunks, table.denseChunks, table.used]).toEqual([32, 0, 16_384]);
    expect(table.get(16_383)).toBe(0x3fff_0003n);
  });

  it('writes a linear chunk out when one entry of it changes', () => {
    const table = new TceTable(1024, 16);
    putList(table, new GuestMemory(2 ** 20), 0, 3n);
    table.put(5, 0, 0);
    expect([table.linearChunks, table.denseChunks, table.used]).toEqual([0, 1, 511]);
    expect([table.get(4), table.get(5), table.get(511)]).toEqual([0x4_0003n, 0n, 0x1ff_0003n]);
  });

  it.each([
    ['does not start on a multiple of 512 pages, so that counting carries', 0x1_0003n, 512],
    ['is shorter than a chunk', 3n, 511],
  ])('keeps a list that %s as words', (_why, first, count) => {
    const table = new TceTable(1024, 16);
    putList(table, new GuestMemory(2 ** 20), 0, first, count);
    expect([table.linearChunks, table.denseChunks, table.used]).toEqual([0, 1, count]);
    expect(table.get(count - 1)).toBe(first + (BigInt(count - 1) << 16n));
  });

  it('counts only TCEs with permission bits, but keeps the others as they were stored', () => {
    const table = new TceTable(1024, 12);
    table.fill(0, 512, 0, 0x5000);
    table.put(1, 0, 0x6001);
    expect([table.used, table.get(0), table.get(1)]).toEqual([1, 0x5000n, 0x6001n]);
    table.put(1, 0, 0x6000);
    table.trim();
    expect([table.used, table.get(1), table.denseChunks]).toEqual([0, 0x6000n, 1]);
  });

  it('releases arrays in which nothing is left, and uses them again', () => {
    const table = new TceTable(2 ** 20, 12);
    for (let round = 0; round < 50; round++) {
      for (let chunk = 0; chunk < 100; chunk++) table.put(512 * (100 * (round % 20) + chunk), 0, 3);
      for (let chunk = 0; chunk < 100; chunk++) table.put(512 * (100 * (round % 20) + chunk), 0, 0);
    }
    expect([table.used, table.denseChunks <= 512]).toEqual([0, true]);
    table.trim();
    expect(table.denseChunks).toBe(0);
  });

  it('that is cleared whole holds no arrays', () => {
    const table = new TceTable(4096, 12);
    for (let i = 0; i < 4096; i++) table.put(i, i, 0x1003);
    table.fill(0, 4096, 0, 0);
    expect([table.denseChunks, table.linearChunks, table.used]).toEqual([0, 0, 0]);
  });
});
