// A range of H_GET_TCE and H_PUT_TCE pairs at once (HcallPort.exchange): the same effect, cost and count as one by one, one event.

import { TCE_PERM_MASK } from '../../abi/papr/tce.ts';
import { joinU64, numberFromHalves } from '../../base/u64.ts';
import type { DmaWindow } from '../../iommu/dma-window.ts';
import type { HcallContext } from './context.ts';
import { R4_LO, R5_HI, R5_LO, R6_HI, R6_LO, windowOf } from './context.ts';

/** True: done. False: nothing was done, because a call of the range would fail or be treated apart. */
export function exchangeRange(context: HcallContext, regs: Int32Array, count: number): boolean {
  const window = windowOf(context, regs);
  if (window === undefined || count < 1) return false;
  const iobaHi = regs[R5_HI] as number;
  const iobaLo = regs[R5_LO] as number;
  const index = window.indexOf(iobaHi, iobaLo);
  if (index < 0 || index + count > window.entries) return false;
  const hi = regs[R6_HI] as number;
  const lo = regs[R6_LO] as number;
  if (isChecked(context, window, hi, lo, count)) return false;
  const needsReading = context.trace !== undefined || context.rules.hideForeignAddresses;
  const before = needsReading ? window.table.runs(index, count) : [];
  if (
    context.rules.hideForeignAddresses &&
    before.some((run) => reachesOut(context, window, run.first, run.count))
  )
    return false;
  window.table.setRange(index, count, hi, lo);
  context.trace?.emit({
    kind: 'tce-exchange',
    liobn: (regs[R4_LO] as number) >>> 0,
    ioba: joinU64(iobaHi, iobaLo),
    count,
    before,
    after: [{ first: joinU64(hi, lo), count }],
  });
  context.clock.nowNs += 2 * count * context.hcallNs;
  return true;
}

/** Does the platform look at each mapping: injected failures, or an address outside the partition. */
function isChecked(context: HcallContext, window: DmaWindow, hi: number, lo: number, count: number): boolean {
  if ((lo & TCE_PERM_MASK) === 0) return hi !== 0 || lo !== 0;
  const { mappings } = context;
  if (mappings?.inject !== undefined && !window.isDefault) return true;
  return mappings?.partitionBounds === true && reachesOut(context, window, joinU64(hi, lo), count);
}

function reachesOut(context: HcallContext, window: DmaWindow, first: bigint, count: number): boolean {
  const low = Number(first & 0xffff_ffffn);
  if ((low & TCE_PERM_MASK) === 0) return false;
  const address = numberFromHalves(Number(first >> 32n), low & ~0xfff);
  return address + (count - 1) * 2 ** window.pageShift >= context.memory.ramBytes;
}
