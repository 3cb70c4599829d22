// Which events other than TCE hcalls fit a row: those that come with every I/O (a device's DMA, guest functions).

import type { Fnv64 } from '../base/fnv64.ts';
import { hi32, joinU64, lo32 } from '../base/u64.ts';
import type { DmaFault } from '../abi/ports.ts';
import type { StringTable, WordArena } from './arena.ts';
import type { NewEvent, TraceEventKind } from './events.ts';
import { mixText } from './hash.ts';
import { codeOfKind, kindOfCode } from './kinds.ts';
import type { TraceRows } from './rows.ts';
import { WORD_IOBA_HI, WORD_IOBA_LO, WORD_LIOBN, WORD_VALUE_HI } from './row-layout.ts';
import { countOfTag, packTag } from './rows.ts';

/** Where a row's variable parts lie. */
export interface RowStores {
  readonly rows: TraceRows;
  readonly arena: WordArena;
  readonly strings: StringTable;
}

/** Tag and words 3..7 of a packed event. */
export type PackedRow = readonly [tag: number, w3: number, w4: number, w5: number, w6: number, w7: number];

const FAULTS: readonly DmaFault[] = ['no-window', 'no-tce', 'permission', 'beyond-ram', 'frozen'];
const CODE_DMA = codeOfKind('dma');
const CODE_DMA_FAULT = codeOfKind('dma-fault');
const CODE_GUEST_CALL = codeOfKind('guest-call');
/** Longer details stay strings in the side table. */
const MAX_DETAIL = 0x3ff;

type DmaEvents = Extract<NewEvent, { kind: 'dma' | 'dma-fault' }>;
type GuestCall = Extract<NewEvent, { kind: 'guest-call' }>;

/** The event with LIOBNs and opcodes as uint32: makers may hold them as int32, and the same event must have one form (and hash). */
export function unsigned(event: NewEvent): NewEvent {
  if ('window' in event && event.window.liobn < 0) {
    return { ...event, window: { ...event.window, liobn: event.window.liobn >>> 0 } };
  }
  if ('description' in event && event.description.defaultLiobn < 0) {
    const defaultLiobn = event.description.defaultLiobn >>> 0;
    return { ...event, description: { ...event.description, defaultLiobn } };
  }
  return event.kind === 'hcall' && event.opcode < 0 ? { ...event, opcode: event.opcode >>> 0 } : event;
}

/** The event as a row; undefined when it has to be kept as an object. */
export function packEvent(stores: RowStores, event: NewEvent): PackedRow | undefined {
  switch (event.kind) {
    case 'dma':
    case 'dma-fault':
      return packDma(stores, event);
    case 'guest-call':
      return packGuestCall(stores, event);
    default:
      return undefined;
  }
}

function packDma(stores: RowStores, event: DmaEvents): PackedRow | undefined {
  const fits = Number.isInteger(event.bytes) && event.bytes >= 0 && event.bytes <= 0xffff_ffff;
  if (!fits) return undefined;
  const fault = event.kind === 'dma-fault' ? FAULTS.indexOf(event.fault) : 0;
  const code = event.kind === 'dma-fault' ? CODE_DMA_FAULT : CODE_DMA;
  const direction = event.direction === 'write' ? 1 : 0;
  const tag = packTag(code, (fault << 1) | direction, 0);
  const fn = stores.strings.number(event.fn);
  return [tag, fn, hi32(event.busAddress), lo32(event.busAddress), event.bytes | 0, 0];
}

/** Word 3 name, word 4 function address + 1 (0: none), word 5 place of the detail (-1: none); the count is its length. */
function packGuestCall(stores: RowStores, event: GuestCall): PackedRow | undefined {
  const detail = event.detail;
  if (detail !== undefined && detail.length > MAX_DETAIL) return undefined;
  const name = stores.strings.number(event.name);
  const fn = event.fn === undefined ? 0 : stores.strings.number(event.fn) + 1;
  const place = detail === undefined ? -1 : stores.arena.pushText(detail);
  return [packTag(CODE_GUEST_CALL, detail?.length ?? 0, 0), name, fn, place, 0, 0];
}

/** The inverse of {@link packEvent}. */
export function unpackEvent(stores: RowStores, seq: number, code: number, small: number): NewEvent {
  return kindOfCode(code) === 'guest-call'
    ? unpackGuestCall(stores, seq, small)
    : unpackDma(stores, seq, code, small);
}

function unpackDma({ rows, strings }: RowStores, seq: number, code: number, small: number): NewEvent {
  const transfer = {
    fn: strings.text(rows.word(seq, WORD_LIOBN)),
    direction: (small & 1) === 1 ? ('write' as const) : ('read' as const),
    busAddress: joinU64(rows.word(seq, WORD_IOBA_HI), rows.word(seq, WORD_IOBA_LO)),
    bytes: rows.word(seq, WORD_VALUE_HI) >>> 0,
  };
  if (code === CODE_DMA) return { kind: 'dma', ...transfer };
  return { kind: 'dma-fault', ...transfer, fault: FAULTS[small >> 1] ?? 'no-window' };
}

function unpackGuestCall({ rows, strings, arena }: RowStores, seq: number, length: number): NewEvent {
  const fn = rows.word(seq, WORD_IOBA_HI);
  const detail = rows.word(seq, WORD_IOBA_LO);
  return {
    kind: 'guest-call',
    name: strings.text(rows.word(seq, WORD_LIOBN)),
    ...(fn === 0 ? {} : { fn: strings.text(fn - 1) }),
    ...(detail === -1 ? {} : { detail: arena.text(detail, length) }),
  };
}

/** Feeds a packed event into the hash by content: strings as text, not by number. */
export function mixPacked(state: Fnv64, stores: RowStores, seq: number, kind: TraceEventKind): void {
  const { rows, strings, arena } = stores;
  const small = countOfTag(rows.tag(seq));
  mixText(state, kind);
  mixText(state, strings.text(rows.word(seq, WORD_LIOBN)));
  if (kind !== 'guest-call') {
    state.add(small, rows.word(seq, WORD_VALUE_HI));
    return state.add(rows.word(seq, WORD_IOBA_HI), rows.word(seq, WORD_IOBA_LO));
  }
  const fn = rows.word(seq, WORD_IOBA_HI);
  const detail = rows.word(seq, WORD_IOBA_LO);
  mixText(state, fn === 0 ? '' : strings.text(fn - 1));
  state.add(detail === -1 ? 0 : 1, small);
  for (let i = 0; i < (small + 1) >> 1 && detail !== -1; i++) state.add(0, arena.word(detail + i));
}
