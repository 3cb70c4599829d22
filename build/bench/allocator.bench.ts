// Linux' iommu_table allocator against a C program doing the same, in one run, rounds alternating; and what a whole map and unmap
// of the DMA API costs above the firmware. Goal: allocation and free of one page >= 0.2 of C.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { IommuTable } from '../../core/guest/linux/iommu-table.ts';
import { kernelById } from '../../core/guest/linux/kernels/index.ts';
import { PHYP_RULES, TestPlatform } from '../../core/guest/linux/test-platform.ts';

const ROUNDS = 5;
const SECONDS = 0.4;
const GOAL = 0.2;
/** One pool of 98,304 entries; 90 % of them held. */
const SIZE = 2 ** 17;
const HELD = Math.floor(98_304 * 0.9);

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const millions = (value: number): string => `${(value / 1e6).toFixed(1)} M/s`;

/** Runs `round` (of `operations`) for a while; operations per CPU second. */
function rate(operations: number, round: () => void): number {
  round();
  const start = process.cpuUsage();
  let done = 0;
  let spent = 0;
  while (spent < SECONDS) {
    round();
    done += operations;
    const used = process.cpuUsage(start);
    spent = (used.user + used.system) / 1e6;
  }
  return done / spent;
}

function ours(full: boolean): number {
  const table = new IommuTable({ liobn: 1, busno: 0, pageShift: 12, busHi: 0, busLo: 0, size: SIZE }, true);
  const limits = table.limits(64, 32);
  const held = Int32Array.from({ length: full ? HELD : 1 }, () => table.rangeAlloc(1, 0, limits, 0, 0));
  let random = 12_345;
  return rate(1_000_000, () => {
    for (let i = 0; i < 1_000_000; i++) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) | 0;
      const which = (random >>> 8) % held.length;
      table.clearBits(held[which] as number, 1);
      held[which] = table.rangeAlloc(1, 0, limits, 0, 0);
    }
  });
}

function theirs(full: boolean): number | undefined {
  const program = join(process.env['DDW_BENCH_C'] ?? '', 'allocator');
  if (!existsSync(program)) return undefined;
  return Number(execFileSync(program, [full ? 'full' : 'empty', String(SECONDS)], { encoding: 'utf8' }));
}

function compare(title: string, full: boolean): void {
  const c: number[] = [];
  const js: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const baseline = theirs(full);
    if (baseline !== undefined) c.push(baseline);
    js.push(ours(full));
  }
  const ratio = median(js) / median(c);
  const verdict =
    c.length === 0 ? '' : ` = ${ratio.toFixed(2)} of C (goal ${GOAL}: ${ratio >= GOAL ? 'met' : 'MISSED'})`;
  console.log(title);
  if (c.length > 0) console.log(`  C     ${millions(median(c))}`);
  console.log(`  ours  ${millions(median(js))}${verdict}`);
}

/** dma_map_page and dma_unmap_page through a dynamic window, each hcall answered at once. */
function mapAndUnmap(bytes: number): number {
  const kernel = kernelById('6.1.176');
  if (kernel === undefined) throw new Error('no kernel 6.1.176');
  const platform = new TestPlatform(PHYP_RULES, kernel, 65_536).boot();
  platform.masks('0000:00:01.0');
  Object.assign(platform.ports.hcall, { hcall: () => 0 });
  const dev = platform.guest.device('0000:00:01.0');
  if (dev === undefined) throw new Error('no device');
  const { dma } = platform.guest;
  return rate(200_000, () => {
    for (let i = 0; i < 200_000; i++) {
      dma.mapPage(dev, 0x123_0000 + (i & 0xfff) * 4096, bytes, 'from-device');
      dma.unmapPage(dev, dma.handleHi, dma.handleLo, bytes, 'from-device');
    }
  });
}

compare('allocate and free one page, table nearly empty', false);
compare('allocate and free one page, pool 90 % full', true);
console.log(`map and unmap of 4K (2 hcalls)                 ${millions(mapAndUnmap(4096))}`);
console.log(`map and unmap of 1M in 64K pages (2 hcalls)    ${millions(mapAndUnmap(2 ** 20))}`);
