import { beforeEach, describe, expect, it } from 'vitest';
import { createNic } from './nic.ts';
import type { DmaBus } from '../abi/ports.ts';
import { createClock } from '../time/clock.ts';
import { createScheduler } from '../time/scheduler.ts';

const RX = 0x1000;
const TX = 0x2000;
const ENTRIES = 8;
const PEER = {
  frameBytes: 0xe000,
  intervalNs: 0xe004,
  count: 0xe008,
  go: 0xe00c,
  sent: 0xe010,
  good: 0xe014,
  bad: 0xe018,
};

/** Host memory of 256 KiB at bus address 0x8_0000_0000 whose pages can be taken away. */
const bench = () => {
  const memory = new Uint8Array(1 << 18);
  const view = new DataView(memory.buffer);
  const refused = new Set<number>();
  const reach = (hi: number, lo: number, act: () => void) => {
    if (hi !== 8 || refused.has(lo >> 12)) return { bytesDone: 0, fault: 'no-tce' as const };
    act();
    return { bytesDone: 1 };
  };
  const bus: DmaBus = {
    read: (hi, lo, into) => reach(hi, lo, () => into.set(memory.subarray(lo, lo + into.length))),
    write: (hi, lo, from) => reach(hi, lo, () => memory.set(from, lo)),
  };
  const scheduler = createScheduler(createClock());
  const interrupts: number[] = [];
  const raiseInterrupt = () => void interrupts.push(scheduler.clock.nowNs);
  const device = createNic({ bus, scheduler, raiseInterrupt, seed: 5 }, { kind: 'nic', nsPerByte: 1 });
  return { memory, view, refused, scheduler, device, interrupts };
};
let b: ReturnType<typeof bench>;

const settle = (): void => {
  while (b.scheduler.step());
};

const ring = (base: number, at: number): void => {
  b.device.write32(base, at);
  b.device.write32(base + 4, 8);
  b.device.write32(base + 8, ENTRIES * 16);
};

const descriptor = (at: number, index: number, address: number, bytes = 0, command = 0): void => {
  b.view.setUint32(at + index * 16, address, true);
  b.view.setUint32(at + index * 16 + 4, 8, true);
  b.view.setUint32(at + index * 16 + 8, bytes | (command << 24), true);
  b.view.setUint32(at + index * 16 + 12, 0, true);
};

const status = (at: number, index: number): number => b.view.getUint8(at + index * 16 + 12);
const errors = (at: number, index: number): number => b.view.getUint8(at + index * 16 + 13);
const length = (at: number, index: number): number => b.view.getUint16(at + index * 16 + 8, true);

/** Starts the peer: `count` frames of 100 bytes. */
const stream = (count: number, intervalNs = 0): void => {
  b.device.write32(PEER.frameBytes, 100);
  b.device.write32(PEER.intervalNs, intervalNs);
  b.device.write32(PEER.count, count);
  b.device.write32(PEER.go, 1);
};

beforeEach(() => {
  b = bench();
  ring(0x2800, RX);
  ring(0x3800, TX);
  b.device.write32(0x100, 2);
  b.device.write32(0x400, 2);
  b.device.write32(0xd0, 0x81);
  for (let i = 0; i < ENTRIES; i++) descriptor(RX, i, 0x10000 + i * 0x1000);
});

describe('receiving', () => {
  it('puts each frame in the next buffer, with its length, DD and EOP', () => {
    b.device.write32(0x2818, 5);
    stream(3);
    settle();
    expect([0, 1, 2, 3].map((i) => [status(RX, i), length(RX, i)])).toEqual([
      [3, 100],
      [3, 100],
      [3, 100],
      [0, 0],
    ]);
    expect(b.device.read32(0x2810)).toBe(3);
    expect([0, 1, 2].map((i) => b.view.getUint32(0x10010 + i * 0x1000, true))).toEqual([0, 1, 2]);
  });

  it('waits when the ring has no buffer, loses nothing, and goes on when the tail moves', () => {
    b.device.write32(0x2818, 2);
    stream(4);
    settle();
    expect(b.device.read32(PEER.sent)).toBe(2);
    b.device.write32(0x2818, 6);
    settle();
    expect(b.device.read32(PEER.sent)).toBe(4);
    expect(b.view.getUint32(0x13010, true)).toBe(3);
  });

  it('wraps at the end of the ring', () => {
    b.device.write32(0x2818, 7);
    stream(9);
    settle();
    for (let i = 0; i < 7; i++) descriptor(RX, i, 0x10000 + i * 0x1000);
    b.device.write32(0x2818, 3);
    settle();
    expect(b.device.read32(0x2810)).toBe(1);
    expect([status(RX, 7), status(RX, 0), status(RX, 1)]).toEqual([3, 3, 0]);
  });

  it('says so in the descriptor when a buffer is out of reach, and goes on with the next', () => {
    b.refused.add(0x11);
    b.device.write32(0x2818, 5);
    stream(3);
    settle();
    expect([0, 1, 2].map((i) => errors(RX, i))).toEqual([0, 0x80, 0]);
  });

  it('stands still when a descriptor is out of reach, until it is reset', () => {
    b.refused.add(RX >> 12);
    b.device.write32(0x2818, 5);
    stream(3);
    settle();
    b.refused.clear();
    b.device.write32(0x2818, 6);
    settle();
    expect(b.device.read32(PEER.sent)).toBe(0);
  });

  it('sends no faster than the wire and no denser than the interval', () => {
    b.device.write32(0x2818, 7);
    const start = b.scheduler.clock.nowNs;
    stream(4, 50_000);
    settle();
    // Three intervals after the first frame, then the moderated interrupt.
    expect(b.scheduler.clock.nowNs - start).toBe(500 + 3 * 50_000 + 10_000);
  });
});

describe('sending', () => {
  const frame = (address: number, sequence: number): void => {
    b.memory.copyWithin(address, 0x10000, 0x10064);
    b.view.setUint32(address + 16, sequence, true);
  };

  beforeEach(() => {
    // A right frame to copy from: one that the peer sent; its payload is that of frame 0, its hash fits.
    b.device.write32(0x2818, 1);
    stream(1);
    settle();
    b.device.read32(0xc0);
    b.interrupts.length = 0;
  });

  it('reads the data, marks the descriptor done and lets the peer judge', () => {
    frame(0x20000, 0);
    frame(0x21000, 1);
    descriptor(TX, 0, 0x20000, 100, 9);
    descriptor(TX, 1, 0x21000, 100, 9);
    b.device.write32(0x3818, 2);
    settle();
    expect([status(TX, 0), status(TX, 1), status(TX, 2)]).toEqual([1, 1, 0]);
    expect([b.device.read32(PEER.good), b.device.read32(PEER.bad)]).toEqual([2, 0]);
  });

  it('gathers a frame from several descriptors', () => {
    frame(0x20000, 0);
    descriptor(TX, 0, 0x20000, 40, 8);
    descriptor(TX, 1, 0x20028, 60, 9);
    b.device.write32(0x3818, 2);
    settle();
    expect([b.device.read32(PEER.good), b.device.read32(PEER.bad)]).toEqual([1, 0]);
  });

  it.each([
    ['a changed payload', () => (b.memory[0x20040 - 0x28] = 1)],
    ['no test frame', () => b.memory.fill(0, 0x20000, 0x20064)],
  ])('%s is a wrong frame', (_what, spoil) => {
    frame(0x20000, 0);
    spoil();
    descriptor(TX, 0, 0x20000, 100, 9);
    b.device.write32(0x3818, 1);
    settle();
    expect([b.device.read32(PEER.good), b.device.read32(PEER.bad)]).toEqual([0, 1]);
  });

  it('a frame that comes twice is wrong the second time', () => {
    frame(0x20000, 0);
    descriptor(TX, 0, 0x20000, 100, 9);
    descriptor(TX, 1, 0x20000, 100, 9);
    b.device.write32(0x3818, 2);
    settle();
    expect([b.device.read32(PEER.good), b.device.read32(PEER.bad)]).toEqual([1, 1]);
  });

  it('a frame out of reach is not sent: transmit underrun', () => {
    b.refused.add(0x20);
    descriptor(TX, 0, 0x20000, 100, 9);
    b.device.write32(0x3818, 1);
    settle();
    expect(status(TX, 0)).toBe(0x9);
    expect([b.device.read32(PEER.good), b.device.read32(PEER.bad)]).toEqual([0, 0]);
  });
});

describe('interrupts', () => {
  it('come together: one for all frames of 10 microseconds', () => {
    b.device.write32(0x2818, 7);
    stream(7);
    settle();
    expect(b.interrupts).toHaveLength(1);
    expect(b.device.read32(0xc0)).toBe(0x80);
    expect(b.device.read32(0xc0)).toBe(0);
  });

  it('wait for their mask', () => {
    b.device.write32(0xd8, 0x80);
    b.device.write32(0x2818, 7);
    stream(1);
    settle();
    expect(b.interrupts).toHaveLength(0);
    b.device.write32(0xd0, 0x80);
    settle();
    expect(b.interrupts).toHaveLength(1);
  });
});

it('a reset forgets rings, stream and work under way', () => {
  b.device.write32(0x2818, 7);
  stream(0);
  for (let i = 0; i < 3; i++) b.scheduler.step();
  b.device.write32(0, 1 << 26);
  settle();
  expect([
    b.device.read32(0x2800),
    b.device.read32(0x2818),
    b.device.read32(PEER.sent),
    b.device.read32(0x100),
  ]).toEqual([0, 0, 0, 0]);
});
