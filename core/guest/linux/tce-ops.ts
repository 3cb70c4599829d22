// iommu_table_lpar_multi_ops (platforms/pseries/iommu.c): set and clear of table entries by hcalls, with their error rule:
// only H_NOT_ENOUGH_RESOURCES (-44) fails a mapping; any other status is logged and the mapping "succeeds".

import { H_NOT_ENOUGH_RESOURCES, TCES_PER_CALL } from '../../abi/papr/hcall.ts';
import { TCE_READ, TCE_WRITE } from '../../abi/papr/tce.ts';
import { hex, joinU64 } from '../../base/u64.ts';
import type { Printk } from './printk.ts';
import type { IommuTable } from './iommu-table.ts';
import type { TceHcalls } from './tce-hcalls.ts';
import type { DmaDirection } from './types.ts';

/** FW_FEATURE_PUT_TCE_IND and FW_FEATURE_STUFF_TCE: from `hcall-multi-tce`, taken away by multitce=off. */
export interface TceFeatures {
  putIndirect: boolean;
  stuff: boolean;
}

export interface TceOpsParts {
  readonly hcalls: TceHcalls;
  readonly printk: Printk;
  readonly features: TceFeatures;
  /** Entries per H_STUFF_TCE when a table range is freed; null: all in one call. */
  readonly stuffLimit: number | null;
  /** The per-CPU list page (tce_page), taken at first use; undefined when memory is out. */
  readonly listPage: (cpu: number) => number | undefined;
}

export class TceOps {
  private readonly parts: TceOpsParts;
  private readonly hcalls: TceHcalls;

  constructor(parts: TceOpsParts) {
    this.parts = parts;
    this.hcalls = parts.hcalls;
  }

  /**
   * tce_buildmulti_pSeriesLP: maps `npages` entries from `index` to real memory from `address` (rounded down to the I/O page).
   * Returns 0, or -44 with nothing left mapped.
   */
  set(
    tbl: IommuTable,
    index: number,
    npages: number,
    address: number,
    direction: DmaDirection,
    cpu: number,
  ): number {
    const perm = direction === 'to-device' ? TCE_READ : TCE_READ | TCE_WRITE;
    const list = npages === 1 || !this.parts.features.putIndirect ? undefined : this.parts.listPage(cpu);
    const inPage = tbl.pageMask >= 0 ? (address | 0) & tbl.pageMask : address % tbl.pageBytes;
    const real = address - inPage;
    if (list === undefined) return this.build(tbl, index, npages, real, perm);
    return this.buildMulti(tbl, index, npages, real, perm, list);
  }

  /** tce_build_pSeriesLP: one H_PUT_TCE per entry. */
  private build(tbl: IommuTable, index: number, npages: number, real: number, perm: number): number {
    const pageBytes = tbl.pageBytes;
    let at = real;
    for (let i = 0; i < npages; i++) {
      const n = index + i;
      const hi = (at / 0x1_0000_0000) | 0;
      const lo = at | 0 | perm;
      const rc = this.hcalls.put(tbl.liobn, tbl.busHiOf(n), tbl.busLoOf(n), hi, lo);
      if (rc !== 0) {
        if (rc === H_NOT_ENOUGH_RESOURCES) {
          this.freeSingly(tbl, index, i);
          return rc;
        }
        this.logBuild(tbl, n, rc, hi, lo);
      }
      at += pageBytes;
    }
    return 0;
  }

  private buildMulti(
    tbl: IommuTable,
    index: number,
    npages: number,
    real: number,
    perm: number,
    list: number,
  ): number {
    const pageBytes = tbl.pageBytes;
    let left = npages;
    let n = index;
    let at = real;
    let limit: number;
    let rc: number;
    do {
      limit = left < TCES_PER_CALL ? left : TCES_PER_CALL;
      this.hcalls.fillList(list, limit, (at / 0x1_0000_0000) | 0, at | 0 | perm, tbl.pageShift);
      rc = this.hcalls.putIndirect(tbl.liobn, tbl.busHiOf(n), tbl.busLoOf(n), list, limit);
      left -= limit;
      n += limit;
      at += limit * pageBytes;
    } while (left > 0 && rc === 0);
    if (rc === 0) return 0;
    if (rc === H_NOT_ENOUGH_RESOURCES) {
      // The chunk that failed is not cleared, those before it are; a first chunk leaves a call for 0 entries.
      this.clear(tbl, index, npages - (left + limit));
      return rc;
    }
    this.logBuildMulti(tbl, rc, left, at - limit * pageBytes, perm);
    return 0;
  }

  /** tce_freemulti_pSeriesLP: unmaps `npages` entries. */
  clear(tbl: IommuTable, index: number, npages: number): void {
    if (!this.parts.features.stuff) return this.freeSingly(tbl, index, npages);
    let left = npages;
    let n = index;
    let rc: number;
    do {
      const limit = this.chunk(left);
      rc = this.hcalls.stuff(tbl.liobn, tbl.busHiOf(n), tbl.busLoOf(n), 0, 0, limit);
      left -= limit;
      n += limit;
    } while (left > 0 && rc === 0);
    if (rc !== 0) this.logFreeMulti(tbl, rc, npages);
  }

  /** The same over a whole table, with a preemption point every 64 calls: a table of 2 GiB is 1024 of them. */
  *clearTable(tbl: IommuTable): Generator<number, void, void> {
    const bySingles = !this.parts.features.stuff;
    let calls = 0;
    let rc = 0;
    let at = 0;
    while (at < tbl.size && rc === 0) {
      const limit = bySingles ? 1 : this.chunk(tbl.size - at);
      if (bySingles) this.freeSingly(tbl, at, 1);
      else rc = this.hcalls.stuff(tbl.liobn, tbl.busHiOf(at), tbl.busLoOf(at), 0, 0, limit);
      at += limit;
      if (++calls % 64 === 0) yield 0;
    }
    if (rc !== 0) this.logFreeMulti(tbl, rc, tbl.size);
  }

  private chunk(left: number): number {
    const most = this.parts.stuffLimit;
    return most === null || left < most ? left : most;
  }

  /** tce_free_pSeriesLP: one H_PUT_TCE of 0 per entry. */
  private freeSingly(tbl: IommuTable, index: number, npages: number): void {
    for (let n = index; n < index + npages; n++) {
      const rc = this.hcalls.put(tbl.liobn, tbl.busHiOf(n), tbl.busLoOf(n), 0, 0);
      if (rc !== 0) this.logFree(tbl, n, rc);
    }
  }

  private logBuild(tbl: IommuTable, n: number, rc: number, hi: number, lo: number): void {
    if (!this.parts.printk.ratelimit('tce_build_pSeriesLP')) return;
    this.lines(`tce_build_pSeriesLP: plpar_tce_put failed. rc=${rc}`, [
      ['index  ', hex(tbl.liobn >>> 0)],
      ['tcenum ', hex(tbl.offset + n)],
      ['tce val', hex(joinU64(hi, lo))],
    ]);
  }

  private logBuildMulti(tbl: IommuTable, rc: number, left: number, real: number, perm: number): void {
    if (!this.parts.printk.ratelimit('tce_buildmulti_pSeriesLP')) return;
    this.lines(`tce_buildmulti_pSeriesLP: plpar_tce_put failed. rc=${rc}`, [
      ['index  ', hex(tbl.liobn >>> 0)],
      ['npages ', hex(left)],
      ['tce[0] val', hex(littleEndianReading(BigInt(real) | BigInt(perm)))],
    ]);
  }

  private logFree(tbl: IommuTable, n: number, rc: number): void {
    if (!this.parts.printk.ratelimit('tce_free_pSeriesLP')) return;
    this.lines(`tce_free_pSeriesLP: plpar_tce_put failed. rc=${rc}`, [
      ['index  ', hex(tbl.liobn >>> 0)],
      ['tcenum ', hex(tbl.offset + n)],
    ]);
  }

  private logFreeMulti(tbl: IommuTable, rc: number, npages: number): void {
    if (!this.parts.printk.ratelimit('tce_freemulti_pSeriesLP')) return;
    this.lines('tce_freemulti_pSeriesLP: plpar_tce_stuff failed', [
      ['rc     ', String(rc)],
      ['index  ', hex(tbl.liobn >>> 0)],
      ['npages ', hex(npages)],
    ]);
  }

  private lines(first: string, values: readonly (readonly [string, string])[]): void {
    this.parts.printk.line('warn', first);
    for (const [name, value] of values) this.parts.printk.line('warn', `\t${name} = ${value}`);
  }
}

/** The kernel prints the big-endian list entry as a native number: on ppc64le its bytes are reversed. */
function littleEndianReading(tce: bigint): bigint {
  let reversed = 0n;
  for (let i = 0n; i < 8n; i++) reversed = (reversed << 8n) | ((tce >> (8n * i)) & 0xffn);
  return reversed;
}
