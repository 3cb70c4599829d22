// Random events for the property tests of trace and projections.
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_RTAS, H_STUFF_TCE } from '../abi/papr/hcall.ts';
import { u64 } from '../base/u64.ts';
import type { NewEvent, TraceEventKind } from './events.ts';
import { TRACE_KINDS } from './kinds.ts';
import { TraceLog } from './log.ts';
import type { FieldSchema } from './schema.ts';
import { schemaOf } from './schema.ts';

const anyU64 = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.integer({ min: 0, max: 0xffff }).map((page) => 0x0800_0000_0000_0000n + BigInt(page) * 65536n),
  fc.constantFrom(0n, 1n, 2n, 3n, 0x3f4e_0003n),
);
const aU64 = anyU64.map((v) => u64(v));
const anyLiobn = fc.constantFrom(0x8000_0000, 0x8000_0001, 0x7000_0016, 0x7100_0000);
const anyStatus = fc.oneof(
  fc.constantFrom(0, 0, 0, 1, -4, -44, -57, 9901),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);
const anyCount = fc.oneof(
  fc.integer({ min: 0, max: 600 }),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
);
const anyFn = fc.constantFrom('0000:00:01.0', '0103:01:00.0', '0104:01:00.0');
const anyText = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('nvme', 'ibm,query-pe-dma-window'));
const anyInt = fc.integer({ min: 0, max: 2 ** 40 });
const anyRuns = fc.array(fc.record({ first: aU64, count: fc.integer({ min: 1, max: 512 }) }), {
  maxLength: 5,
});

const call = { kind: fc.constant('tce-hcall' as const), liobn: anyLiobn, ioba: aU64, ret: anyStatus };
export const anyTceHcall: fc.Arbitrary<NewEvent> = fc.oneof(
  fc.record({ ...call, opcode: fc.constantFrom(H_PUT_TCE, H_GET_TCE), tce: aU64 }),
  fc.record({ ...call, opcode: fc.constant(H_STUFF_TCE), tce: aU64, count: anyCount }),
  fc.record({
    ...call,
    opcode: fc.constant(H_PUT_TCE_INDIRECT),
    list: aU64,
    count: anyCount,
    runs: anyRuns,
    ret: fc.constant(0),
  }),
  fc.record({ ...call, opcode: fc.constant(H_PUT_TCE_INDIRECT), list: aU64, count: anyCount }),
);

function anyField(field: FieldSchema): fc.Arbitrary<unknown> {
  if (field.values !== undefined) return fc.constantFrom(...field.values);
  switch (field.type) {
    case 'u64':
      return aU64;
    case 'u64s':
      return fc.array(aU64, { maxLength: 4 });
    case 'liobn':
      return anyLiobn;
    case 'opcode':
      return fc.constantFrom(H_RTAS, 0x1234);
    case 'status':
      return anyStatus;
    case 'int':
      return anyInt;
    case 'ints':
      return fc.array(fc.integer({ min: -3, max: 0xffff_ffff }), { minLength: 1, maxLength: 6 });
    case 'flag':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array({ maxLength: 24 });
    case 'window':
      return fc.record({
        liobn: anyLiobn,
        start: aU64,
        pageShift: fc.constantFrom(12, 16, 21, 24),
        entries: fc.integer({ min: 1, max: 2 ** 20 }),
        isDefault: fc.boolean(),
      });
    case 'function':
      return fc.record({
        id: fc.constantFrom('vf0', 'vf1', 'nvme0'),
        fn: anyFn,
        slotClass: fc.constantFrom('sriov-vf', 'dedicated'),
        device: fc.constantFrom('nic', 'nvme'),
        buid: fc.constantFrom(u64(0x800_0000_2000_0000n), u64(0x800_0000_2000_0001n)),
        defaultLiobn: anyLiobn,
      });
    case 'runs':
      return anyRuns;
    case 'steps':
      return fc.array(fc.record({ where: fc.constantFrom('enable_ddw', 'query_ddw'), text: anyText }), {
        maxLength: 3,
      });
    case 'text':
      return anyText;
  }
}

function anyEventOf(kind: TraceEventKind): fc.Arbitrary<NewEvent> {
  const fields = Object.entries(schemaOf(kind).fields).map(([name, field]) => {
    const value = name === 'fn' ? anyFn : anyField(field);
    return [name, value] as const;
  });
  const requiredKeys = Object.entries(schemaOf(kind).fields).flatMap(([name, field]) =>
    field.optional === true ? [] : [name],
  );
  return fc
    .record(Object.fromEntries(fields), { requiredKeys })
    .map((values) => ({ kind, ...values }) as unknown as NewEvent);
}

export const anyRareEvent: fc.Arbitrary<NewEvent> = fc.oneof(
  ...TRACE_KINDS.filter((kind) => kind !== 'tce-hcall').map(anyEventOf),
);

export const anyEvent: fc.Arbitrary<NewEvent> = fc.oneof(anyTceHcall, anyRareEvent);

/** What is done to a log: an event, and whether it opens, or something closes. */
export interface Act {
  readonly event: NewEvent;
  readonly opens: boolean;
  readonly closes: boolean;
  readonly afterNs: number;
}

export const anyAct: fc.Arbitrary<Act> = fc.record({
  event: anyEvent,
  opens: fc.boolean(),
  closes: fc.boolean(),
  afterNs: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 2 ** 34 })),
});

/** A log in which the acts were done, in order. */
export function logOf(acts: readonly Act[]): TraceLog {
  const clock = { nowNs: 0 };
  const log = new TraceLog(clock);
  let depth = 0;
  for (const { event, opens, closes, afterNs } of acts) {
    clock.nowNs += afterNs;
    if (closes && depth > 0) {
      log.close();
      depth--;
    }
    if (opens && event.kind !== 'tce-hcall') {
      log.open(event);
      depth++;
    } else log.emit(event);
  }
  return log;
}

describe('random events', () => {
  it('cover every kind', () => {
    const kinds = new Set(fc.sample(anyEvent, { numRuns: 2000, seed: 1 }).map((event) => event.kind));
    expect([...kinds].sort()).toEqual([...TRACE_KINDS].sort());
  });
});
