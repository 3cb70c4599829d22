// Whole ranges of a dynamic window: filling with RAM 1:1 (tce_setrange_multi_pSeriesLP), clearing (tce_clearrange_multi_pSeriesLP,
// clean_dma_window) and taking it down by RTAS. Lists and clears of 512 in every generation; a preemption point every 64 calls.

import { H_NOT_ENOUGH_RESOURCES, TCES_PER_CALL } from '../../abi/papr/hcall.ts';
import { TCE_READ, TCE_WRITE } from '../../abi/papr/tce.ts';
import { hi32, hiOfNumber, hex, lo32, loOfNumber, u64 } from '../../base/u64.ts';
import type { LiveNode } from './live-tree.ts';
import type { WindowProperty } from './window-property.ts';
import type { KernelState } from './kernel-state.ts';

const RW = TCE_READ | TCE_WRITE;
const CALLS_PER_PIECE = 64;

/** Maps real memory [start, start + bytes) 1:1. Returns the hcall status that stopped it, or 0. */
export function* fillRange(
  k: KernelState,
  win: WindowProperty,
  start: number,
  bytes: number,
): Generator<number, number, void> {
  const list = k.features.putIndirect ? k.listPage(0) : undefined;
  if (list === undefined) return yield* fillSingly(k, win, start, bytes);
  const tceBytes = 2 ** win.tceShift;
  let next = Math.floor(start / tceBytes) * tceBytes;
  // Rounded down: a tail shorter than one TCE's page stays unmapped.
  let left = Math.floor((bytes + (start - next)) / tceBytes);
  let calls = 0;
  let rc: number;
  do {
    const limit = Math.min(left, TCES_PER_CALL);
    const ioba = u64(win.base + BigInt(next));
    k.hcalls.fillList(list, limit, hiOfNumber(next), loOfNumber(next) | RW, win.tceShift);
    rc = k.hcalls.putIndirect(win.liobn, hi32(ioba), lo32(ioba), list, limit);
    next += limit * tceBytes;
    left -= limit;
    if (++calls % CALLS_PER_PIECE === 0) yield 0;
  } while (left > 0 && rc === 0);
  return rc;
}

/** Without the list call: tce_build_pSeriesLP, whose errors but -44 are logged and passed over. */
function* fillSingly(
  k: KernelState,
  win: WindowProperty,
  start: number,
  bytes: number,
): Generator<number, number, void> {
  const tceBytes = 2 ** win.tceShift;
  const count = Math.floor(bytes / tceBytes);
  const first = Math.floor(start / tceBytes) * tceBytes;
  for (let i = 0; i < count; i++) {
    const real = first + i * tceBytes;
    const ioba = u64(win.base + BigInt(real));
    const rc = k.hcalls.put(win.liobn, hi32(ioba), lo32(ioba), hiOfNumber(real), loOfNumber(real) | RW);
    if (rc === H_NOT_ENOUGH_RESOURCES) {
      for (let j = 0; j < i; j++) {
        const at = u64(win.base + BigInt(first + j * tceBytes));
        k.hcalls.put(win.liobn, hi32(at), lo32(at), 0, 0);
      }
      return rc;
    }
    if (rc !== 0) logSingle(k, win, ioba, rc, real);
    if ((i + 1) % CALLS_PER_PIECE === 0) yield 0;
  }
  return 0;
}

function logSingle(k: KernelState, win: WindowProperty, ioba: bigint, rc: number, real: number): void {
  if (!k.printk.ratelimit('tce_build_pSeriesLP')) return;
  k.printk.line('warn', `tce_build_pSeriesLP: plpar_tce_put failed. rc=${rc}`);
  k.printk.line('warn', `\tindex   = ${hex(win.liobn >>> 0)}`);
  k.printk.line('warn', `\ttcenum  = ${hex(ioba >> BigInt(win.tceShift))}`);
  k.printk.line('warn', `\ttce val = ${hex(BigInt(real) | BigInt(RW))}`);
}

/** Clears [start, start + bytes) of a window; always by H_STUFF_TCE, even without the feature. A range of 0 still makes one call. */
export function* clearRange(
  k: KernelState,
  win: WindowProperty,
  start: number,
  bytes: number,
): Generator<number, number, void> {
  // Shift counts as the processor takes them: the 20-byte ibm,dma-window read as this structure puts a size cell here.
  const shift = win.tceShift & 127;
  const tceBytes = shift > 63 ? 0 : 2 ** shift;
  const first = tceBytes === 0 ? 0 : Math.floor(start / tceBytes) * tceBytes;
  let next = u64(win.base + BigInt(first));
  // num_tce |= tce_size - 1, then shifted: rounded down, like the fill.
  let left = tceBytes === 0 ? 0 : Math.floor((bytes + (start - first)) / tceBytes);
  let calls = 0;
  let rc: number;
  do {
    const limit = Math.min(left, TCES_PER_CALL);
    rc = k.hcalls.stuff(win.liobn, hi32(next), lo32(next), 0, 0, limit);
    next = u64(next + BigInt(limit * tceBytes));
    left -= limit;
    if (++calls % CALLS_PER_PIECE === 0) yield 0;
  } while (left > 0 && rc === 0);
  return rc;
}

/** clean_dma_window(): the whole window, and a line about it. */
export function* cleanWindow(
  k: KernelState,
  node: LiveNode,
  win: WindowProperty,
): Generator<number, void, void> {
  const pages = win.windowShift - Math.log2(k.pageBytes);
  const rc = yield* clearRange(k, win, 0, pages < 0 ? 0 : 2 ** win.windowShift);
  if (rc !== 0) k.printk.line('warn', `${node.path} failed to clear tces in window.`);
  else k.printk.line('debug', `${node.path} successfully cleared tces in window.`);
}

/** __remove_dma_window(): by LIOBN; a failure is only told. */
export function removeWindowByLiobn(
  k: KernelState,
  node: LiveNode,
  removeToken: number,
  liobn: number,
): void {
  const status = k.ports.rtas.call(removeToken, [liobn | 0], 1)[0] ?? 0;
  const noun = k.build.messages.value.windowNoun;
  const how = status !== 0 ? `failed to remove ${noun}` : `successfully removed ${noun}`;
  const rest = `rtas returned ${status} to ibm,remove-pe-dma-window(${(removeToken >>> 0).toString(16)}) ${(liobn >>> 0).toString(16)}`;
  k.printk.line(status !== 0 ? 'warn' : 'debug', `${node.path}: ${how}: ${rest}`);
}
