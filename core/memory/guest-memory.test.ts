import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { GuestMemory } from './guest-memory.ts';

const MIB = 2 ** 20;

describe('guest memory', () => {
  it('is zero and costs nothing until it is written', () => {
    const memory = new GuestMemory(4 * 2 ** 40);
    expect(memory.load64(3 * 2 ** 40)).toBe(0n);
    expect(memory.read(2 ** 41, new Uint8Array(100_000))).toBe(100_000);
    expect(memory.peekWords(0x1000)).toBeUndefined();
    expect(memory.blocks).toBe(0);
    memory.store64(3 * 2 ** 40 + 8, 0x0123_4567_89ab_cdefn);
    expect(memory.load64(3 * 2 ** 40 + 8)).toBe(0x0123_4567_89ab_cdefn);
    expect(memory.blocks).toBe(1);
  });

  it('holds words big-endian, as the machine does', () => {
    const memory = new GuestMemory(MIB);
    memory.store32(0x100, 0x1122_3344);
    expect([...memory.bytes(0x100, 4)]).toEqual([0x11, 0x22, 0x33, 0x44]);
    expect(memory.words(0x100)[0x40]).toBe(0x4433_2211);
  });

  it('reads and writes a word at any byte', () => {
    const memory = new GuestMemory(MIB);
    memory.store32(0x1_0000 - 2, -0x0123_4568);
    expect(memory.load32(0x1_0000 - 2)).toBe(-0x0123_4568);
    expect([...memory.bytes(0x1_0000, 2)]).toEqual([0xba, 0x98]);
  });

  it('ends where RAM ends: beyond, reads are zero and writes are dropped, and the caller is told', () => {
    const memory = new GuestMemory(MIB);
    expect(memory.write(MIB - 4, Uint8Array.of(1, 2, 3, 4, 5, 6))).toBe(4);
    const into = new Uint8Array(6).fill(0xff);
    expect(memory.read(MIB - 4, into)).toBe(4);
    expect([...into]).toEqual([1, 2, 3, 4, 0, 0]);
    memory.store64(2 * MIB, 7n);
    expect(memory.load64(2 * MIB)).toBe(0n);
    expect(memory.write(2 ** 60, Uint8Array.of(1))).toBe(0);
    expect([memory.isRam(MIB - 4, 4), memory.isRam(MIB - 4, 5), memory.isRam(MIB)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('forgets what leaves with a hot-removed DIMM, and only that', () => {
    const memory = new GuestMemory(MIB);
    memory.store64(0, 1n);
    memory.store64(MIB - 8, 2n);
    memory.resize(MIB / 2 + 4096);
    memory.resize(MIB);
    expect([memory.load64(0), memory.load64(MIB - 8)]).toEqual([1n, 0n]);
  });

  it('hashes 64-bit words one round each, FNV-like', () => {
    const memory = new GuestMemory(MIB);
    // (offset basis ^ 0) * prime, modulo 2^64
    expect(memory.hash(0, 1)).toBe(0xaf63_bd4c_8601_b7dfn);
    memory.store64(0, 0xcbf2_9ce4_8422_2325n);
    expect(memory.hash(0, 1)).toBe(0n);
  });

  it('forgets whole blocks of what is discarded, and what is next to them stays', () => {
    const memory = new GuestMemory(MIB);
    for (const at of [0x0_fffc, 0x1_0000, 0x2_0000, 0x3_0000]) memory.store32(at, 7);
    memory.discard(0x0_8000, 0x2_8000);
    expect([0x0_fffc, 0x1_0000, 0x2_0000, 0x3_0000].map((at) => memory.load32(at))).toEqual([7, 0, 0, 7]);
    expect(memory.blocks).toBe(2);
    memory.store32(0x2_0004, 9);
    expect([memory.load32(0x2_0000), memory.load32(0x2_0004)]).toEqual([0, 9]);
  });

  it('gives back any bytes written anywhere, across blocks', () => {
    const writes = fc.array(
      fc.record({ at: fc.nat(200_000), length: fc.integer({ min: 1, max: 140_000 }), seed: fc.nat(255) }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(writes, (all) => {
        const memory = new GuestMemory(262_144);
        const plain = new Uint8Array(262_144);
        for (const { at, length, seed } of all) {
          const bytes = Uint8Array.from({ length }, (_, i) => seed + 7 * i);
          memory.write(at, bytes);
          plain.set(bytes.subarray(0, Math.max(0, plain.length - at)), at);
        }
        const read = new Uint8Array(plain.length);
        memory.read(0, read);
        expect(read.findIndex((byte, i) => byte !== plain[i])).toBe(-1);
      }),
      { numRuns: 30 },
    );
  });
});
