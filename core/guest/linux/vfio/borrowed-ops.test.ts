import { expect, it } from 'vitest';
import { IommuTable } from '../iommu-table.ts';
import type { KernelState } from '../kernel-state.ts';
import { emptyGroup } from '../table-group.ts';
import { takeTables } from './borrowed-ops.ts';

const table = (liobn: number): IommuTable =>
  new IommuTable({ liobn, busno: 0, pageShift: 12, busHi: 0, busLo: 0, size: 1024 }, true);

it('a table with an entry in use cannot be taken: -EBUSY, the kernel says so, and the others are given back', () => {
  const free = table(1);
  const used = table(2);
  const group = { ...emptyGroup(0), tables: [free, used] };
  const said: string[] = [];
  const k = { printk: { line: (_: string, text: string) => void said.push(text) } } as unknown as KernelState;
  const limits = used.limits(32, 32);
  const index = used.rangeAlloc(1, 0, limits, 0, 0);
  expect(takeTables(k, group)).toBe(-16);
  expect(said).toEqual(['iommu_tce: it_map is not empty']);
  expect(free.rangeAlloc(1, 0, limits, 0, 0)).toBe(1);
  free.clearBits(1, 1);
  used.clearBits(index, 1);
  expect(takeTables(k, group)).toBe(0);
  expect(free.rangeAlloc(1, 0, limits, 0, 0)).toBe(-1);
  expect(used.isSet(1023)).toBe(true);
  for (const each of group.tables) each.releaseOwnership();
  expect(free.isSet(0)).toBe(true);
  expect(free.isSet(1)).toBe(false);
});
