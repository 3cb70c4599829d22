import { describe, expect, it } from 'vitest';
import {
  H_ADD_LOGICAL_LAN_BUFFER,
  H_FREE_LOGICAL_LAN,
  H_MULTICAST_CTRL,
  H_REGISTER_LOGICAL_LAN,
  H_SEND_LOGICAL_LAN,
  H_VIO_SIGNAL,
} from '../abi/papr/vio.ts';
import type { DmaBus, DmaOutcome } from '../abi/ports.ts';
import { createClock } from '../time/clock.ts';
import { createScheduler } from '../time/scheduler.ts';
import { createLogicalLan } from './logical-lan.ts';

/** Bus addresses from here on are not mapped. */
const END = 0x10_0000;
const QUEUE = 0x8000_0040_0000_2000n;
const VALID = 1n << 63n;

const outcome = (lo: number, bytes: number): DmaOutcome =>
  lo + bytes <= END ? { bytesDone: bytes } : { bytesDone: 0, fault: 'no-tce' };

/** Answers of an adapter to calls, each an opcode and r5, r6, … */
const answers = (...calls: readonly (readonly [opcode: number, ...args: readonly bigint[]])[]): number[] => {
  const bus: DmaBus = {
    read: (_hi, lo, into) => outcome(lo, into.length),
    write: (_hi, lo, from) => outcome(lo, from.length),
  };
  const scheduler = createScheduler(createClock());
  const lan = createLogicalLan({ bus, scheduler, seed: 1, raiseInterrupt: () => undefined });
  return calls.map(([opcode, ...args]) => {
    const regs = new Int32Array(20);
    args.forEach((arg, n) =>
      regs.set([Number(BigInt.asIntN(32, arg >> 32n)), Number(BigInt.asIntN(32, arg))], 4 + 2 * n),
    );
    return lan.hcall?.(opcode, regs) ?? NaN;
  });
};

const OPEN = [H_REGISTER_LOGICAL_LAN, 0x1000n, QUEUE, 0x3000n, 0n] as const;
const buffer = (bytes: number, at: number): bigint => VALID | (BigInt(bytes) << 32n) | BigInt(at);

describe('H_REGISTER_LOGICAL_LAN', () => {
  it.each([
    ['a buffer list that is not on a page', 0x1008n, QUEUE, 0x3000n],
    ['a filter list that is not on a page', 0x1000n, QUEUE, 0x3010n],
    ['a receive queue that is not valid', 0x1000n, QUEUE & ~VALID, 0x3000n],
    ['a receive queue that is not on 16 bytes', 0x1000n, QUEUE + 8n, 0x3000n],
    ['a receive queue without TCEs', 0x1000n, QUEUE + 0x10_0000n, 0x3000n],
    ['a buffer list without a TCE', 0x10_0000n, QUEUE, 0x3000n],
  ])('refuses %s', (_what, list, queue, filter) => {
    expect(answers([H_REGISTER_LOGICAL_LAN, list, queue, filter, 0n])).toEqual([-4]);
  });

  it('opens once; H_FREE_LOGICAL_LAN closes, once', () => {
    const close = [H_FREE_LOGICAL_LAN] as const;
    expect(answers(close, OPEN, OPEN, close, close, OPEN)).toEqual([-16, 0, -16, 0, -16, 0]);
  });
});

describe('H_ADD_LOGICAL_LAN_BUFFER', () => {
  it('takes buffers of at least 16 bytes, when open', () => {
    const add = (descriptor: bigint): readonly [number, bigint] => [H_ADD_LOGICAL_LAN_BUFFER, descriptor];
    const good = add(buffer(2048, 0x4000));
    const wrong = [buffer(15, 0x4000), buffer(2048, 0x4002), 0x800_0000_4000n].map(add);
    expect(answers(good, OPEN, good, ...wrong)).toEqual([-16, 0, 0, -4, -4, -4]);
  });

  it('takes buffers of five sizes', () => {
    const sizes = [512, 1024, 2048, 4096, 8192, 16_384];
    const adds = sizes.map((bytes) => [H_ADD_LOGICAL_LAN_BUFFER, buffer(bytes, 0x4000)] as const);
    expect(answers(OPEN, ...adds)).toEqual([0, 0, 0, 0, 0, 0, -16]);
  });
});

describe('H_SEND_LOGICAL_LAN', () => {
  const send = (...descriptors: readonly bigint[]): readonly [number, ...bigint[]] => [
    H_SEND_LOGICAL_LAN,
    ...descriptors,
  ];
  it.each([
    ['a frame in two fragments', [buffer(64, 0x4000), buffer(64, 0x5000)], 0],
    ['less than an Ethernet header', [buffer(13, 0x4000)], -4],
    ['no fragment', [], -4],
    ['a fragment without a TCE', [buffer(64, END)], -14],
    ['more than any frame has', [buffer(0xff_0000, 0)], -16],
    ['a continue token', [buffer(64, 0x4000), 0n, 0n, 0n, 0n, 0n, 1n], -1],
  ])('answers %s', (_what, descriptors, status) => {
    expect(answers(OPEN, send(...descriptors))).toEqual([0, status]);
  });

  it('drops frames while the adapter is closed', () => {
    expect(answers(send(buffer(64, 0x4000)))).toEqual([-12]);
  });
});

describe('calls of any virtual device', () => {
  it('knows two signal modes, takes multicast settings, and no other call', () => {
    const all = [
      [H_VIO_SIGNAL, 0n],
      [H_VIO_SIGNAL, 1n],
      [H_VIO_SIGNAL, 2n],
      [H_MULTICAST_CTRL],
      [0x134],
    ] as const;
    expect(answers(...all)).toEqual([0, 0, -4, 0, -2]);
  });
});
