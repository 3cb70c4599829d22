// DLPAR of memory inside the kernel (pseries/hotplug-memory.c): LMB by LMB, and all back again when one fails. The words are those
// of a request by an indexed count, as QEMU makes it (recordings *_memhp).

import { hex } from '../../base/u64.ts';
import { memoryGoingOnline, memoryOffline } from './hotplug.ts';
import type { KernelState } from './kernel-state.ts';

/** Consecutive LMBs. */
export interface LmbRange {
  readonly address: number;
  readonly bytes: number;
  readonly lmbBytes: number;
  /** DRC index of the first LMB; the others follow. */
  readonly drcIndex: number;
}

const PREFIX = 'pseries-hotplug-mem: ';
const bare = (value: number): string => hex(value).slice(2);

/** dlpar_memory_add_by_ic(). False: a window refused a block, and none of the LMBs is there. */
export function* dlparAddMemory(k: KernelState, range: LmbRange): Generator<number, boolean, void> {
  const { address, bytes, lmbBytes, drcIndex } = range;
  const end = address + bytes;
  k.trace.open({ kind: 'guest-call', name: 'dlpar_memory_add_by_ic', detail: detailOf(range) });
  say(k, 'info', `Attempting to hot-add ${bytes / lmbBytes} LMB(s) at index ${bare(drcIndex)}`);
  let at = address;
  while (at < end && (yield* addLmb(k, at, lmbBytes))) at += lmbBytes;
  if (at < end) {
    say(k, 'err', 'Memory indexed-count-add failed, removing any added LMBs');
    for (let back = address; back < at; back += lmbBytes) yield* removeLmb(k, back, lmbBytes);
  } else tellEach(k, range, 'hot-added');
  k.trace.close();
  return at === end;
}

/** dlpar_memory_remove_by_ic(). False: a block was in use, and all LMBs are still there. */
export function* dlparRemoveMemory(k: KernelState, range: LmbRange): Generator<number, boolean, void> {
  const { address, bytes, lmbBytes, drcIndex } = range;
  const end = address + bytes;
  k.trace.open({ kind: 'guest-call', name: 'dlpar_memory_remove_by_ic', detail: detailOf(range) });
  say(k, 'info', `Attempting to hot-remove ${bytes / lmbBytes} LMB(s) at ${bare(drcIndex)}`);
  let at = address;
  while (at < end && (yield* removeLmb(k, at, lmbBytes))) at += lmbBytes;
  if (at < end) {
    say(k, 'err', 'Memory indexed-count-remove failed, adding any removed LMBs');
    for (let back = address; back < at; back += lmbBytes) {
      if (yield* addLmb(k, back, lmbBytes)) continue;
      say(k, 'err', `Failed to add LMB, drc index ${bare(drcIndex + (back - address) / lmbBytes)}`);
    }
  } else tellEach(k, range, 'hot-removed');
  k.trace.close();
  return at === end;
}

/** dlpar_add_lmb(): the notifier may refuse the block (MEM_GOING_ONLINE); then it is cancelled (MEM_CANCEL_ONLINE). */
function* addLmb(k: KernelState, at: number, lmbBytes: number): Generator<number, boolean, void> {
  const taken = yield* memoryGoingOnline(k, at, lmbBytes);
  if (taken) k.pages.addRange(at, at + lmbBytes);
  else yield* memoryOffline(k, at, lmbBytes);
  return taken;
}

/** dlpar_remove_lmb(): a block with pages in use stays. */
function* removeLmb(k: KernelState, at: number, lmbBytes: number): Generator<number, boolean, void> {
  if (!k.pages.takeRange(at, at + lmbBytes)) return false;
  yield* memoryOffline(k, at, lmbBytes);
  return true;
}

function tellEach(k: KernelState, { address, bytes, lmbBytes, drcIndex }: LmbRange, what: string): void {
  for (let n = 0; n < bytes / lmbBytes; n++) {
    const at = bare(address + n * lmbBytes);
    say(k, 'info', `Memory at ${at} (drc index ${bare(drcIndex + n)}) was ${what}`);
  }
}

function say(k: KernelState, level: 'info' | 'err', text: string): void {
  k.printk.line(level, PREFIX + text);
}

const detailOf = ({ address, bytes }: LmbRange): string => `${hex(address)} to ${hex(address + bytes - 1)}`;
