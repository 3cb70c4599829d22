// The lines of QEMU's `-trace 'spapr_iommu*'` (hw/ppc/trace-events, QEMU 7.2): one pattern for each trace point, read and written.

import { u64 } from '../../base/u64.ts';
import type { U64 } from '../../base/u64.ts';

/** What one line says. Addresses and TCEs are 64 bits; LIOBNs and statuses numbers. */
export type QemuTrace =
  | {
      readonly point: 'put';
      readonly liobn: number;
      readonly ioba: U64;
      readonly tce: U64;
      readonly ret: number;
    }
  | {
      readonly point: 'get';
      readonly liobn: number;
      readonly ioba: U64;
      readonly tce: U64;
      readonly ret: number;
    }
  /** `iobaN`: number of the entry stored last; `tceN`: the value read last. */
  | {
      readonly point: 'indirect';
      readonly liobn: number;
      readonly ioba: U64;
      readonly list: U64;
      readonly iobaN: U64;
      readonly tceN: U64;
      readonly ret: number;
    }
  /** `ioba` is the position behind the last entry filled. */
  | {
      readonly point: 'stuff';
      readonly liobn: number;
      readonly ioba: U64;
      readonly tce: U64;
      readonly npages: number;
      readonly ret: number;
    }
  | { readonly point: 'xlate'; readonly liobn: number; readonly ioba: U64; readonly perm: number }
  | {
      readonly point: 'query';
      readonly buid: U64;
      readonly addr: number;
      readonly windows: number;
      readonly largest: number;
      readonly mask: number;
    }
  | {
      readonly point: 'create';
      readonly buid: U64;
      readonly addr: number;
      readonly pageBytes: U64;
      readonly windowBytes: U64;
      readonly start: U64;
      readonly liobn: number;
    }
  | { readonly point: 'remove'; readonly liobn: number }
  | { readonly point: 'reset'; readonly buid: U64; readonly addr: number };

export type QemuPoint = QemuTrace['point'];

/** Host time in µs; absent where the log carries no time stamps. */
export interface QemuLine {
  readonly us?: number;
  readonly trace: QemuTrace;
}

const HEX = '(?:0x)?([0-9a-f]{1,16})';
const NUMBER = '(-?\\d+)';

/** `12345@1690000000.123456:` in front of a line, as the log backend writes it. */
const STAMP = /^(?:\d+@)?(\d+)\.(\d{6}):/;

interface Shape {
  readonly pattern: RegExp;
  readonly read: (parts: readonly string[]) => QemuTrace;
}

const wide = (text: string | undefined): U64 => u64(BigInt(`0x${text ?? '0'}`));
const narrow = (text: string | undefined): number => Number(wide(text) & 0xffff_ffffn);
const number = (text: string | undefined): number => Number(text ?? 0);

const shape = (text: string, read: Shape['read']): Shape => ({
  pattern: new RegExp(`^${text.replaceAll('%x', HEX).replaceAll('%d', NUMBER)}\\s*$`, 'i'),
  read,
});

const SHAPES: readonly Shape[] = [
  shape('spapr_iommu(?:_pci)?_put liobn=%x ioba=%x tce=%x ret=%d', ([l, i, t, r]) => ({
    point: 'put',
    liobn: narrow(l),
    ioba: wide(i),
    tce: wide(t),
    ret: number(r),
  })),
  shape('spapr_iommu(?:_pci)?_get liobn=%x ioba=%x ret=%d tce=%x', ([l, i, r, t]) => ({
    point: 'get',
    liobn: narrow(l),
    ioba: wide(i),
    tce: wide(t),
    ret: number(r),
  })),
  shape(
    'spapr_iommu(?:_pci)?_indirect liobn=%x ioba=%x tcelist=%x iobaN=%x tceN=%x ret=%d',
    ([l, i, list, n, t, r]) => ({
      point: 'indirect',
      liobn: narrow(l),
      ioba: wide(i),
      list: wide(list),
      iobaN: wide(n),
      tceN: wide(t),
      ret: number(r),
    }),
  ),
  shape('spapr_iommu(?:_pci)?_stuff liobn=%x ioba=%x tcevalue=%x npages=%d ret=%d', ([l, i, t, n, r]) => ({
    point: 'stuff',
    liobn: narrow(l),
    ioba: wide(i),
    tce: wide(t),
    npages: number(n),
    ret: number(r),
  })),
  shape('spapr_iommu_xlate liobn=%x %x -> %x perm=%d mask=%x', ([l, i, , p]) => ({
    point: 'xlate',
    liobn: narrow(l),
    ioba: wide(i),
    perm: number(p),
  })),
  shape(
    'spapr_iommu_ddw_query buid=%x addr=%x, %d windows available, max window size=%x, mask=%x',
    ([b, a, w, l, m]) => ({
      point: 'query',
      buid: wide(b),
      addr: narrow(a),
      windows: number(w),
      largest: narrow(l),
      mask: narrow(m),
    }),
  ),
  shape(
    'spapr_iommu_ddw_create buid=%x addr=%x, page size=%x, requested=%x, start addr=%x, liobn=%x',
    ([b, a, p, w, s, l]) => ({
      point: 'create',
      buid: wide(b),
      addr: narrow(a),
      pageBytes: wide(p),
      windowBytes: wide(w),
      start: wide(s),
      liobn: narrow(l),
    }),
  ),
  shape('spapr_iommu_ddw_remove liobn=%x', ([l]) => ({ point: 'remove', liobn: narrow(l) })),
  shape('spapr_iommu_ddw_reset buid=%x addr=%x', ([b, a]) => ({
    point: 'reset',
    buid: wide(b),
    addr: narrow(a),
  })),
];

/** Trace points of the IOMMU that say nothing about tables or windows. */
const SILENT = /^spapr_iommu_(?:new_table|pre_save|post_load)\b/;

/** A line of a QEMU log; `silent` for a known one that says nothing of use; undefined for any other line. */
export function parseQemuLine(line: string): QemuLine | 'silent' | undefined {
  const stamp = STAMP.exec(line);
  const text = stamp === null ? line : line.slice(stamp[0].length);
  if (SILENT.test(text)) return 'silent';
  for (const { pattern, read } of SHAPES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const trace = read(match.slice(1));
    return stamp === null ? { trace } : { trace, us: Number(stamp[1]) * 1e6 + Number(stamp[2]) };
  }
  return undefined;
}

const hex = (value: bigint | number): string => `0x${u64(value).toString(16)}`;

/** The text of a trace point, as QEMU prints it (without a time stamp). `_pci_` is chosen by bit 31 of the LIOBN. */
export function qemuLine(trace: QemuTrace): string {
  switch (trace.point) {
    case 'put':
      return `${pointName('put', trace.liobn)} ${place(trace)} tce=${hex(trace.tce)} ret=${trace.ret}`;
    case 'get':
      return `${pointName('get', trace.liobn)} ${place(trace)} ret=${trace.ret} tce=${hex(trace.tce)}`;
    case 'indirect': {
      const { list, iobaN, tceN, ret } = trace;
      const rest = `tcelist=${hex(list)} iobaN=${hex(iobaN)} tceN=${hex(tceN)} ret=${ret}`;
      return `${pointName('indirect', trace.liobn)} ${place(trace)} ${rest}`;
    }
    case 'stuff': {
      const { tce, npages, ret } = trace;
      return `${pointName('stuff', trace.liobn)} ${place(trace)} tcevalue=${hex(tce)} npages=${npages} ret=${ret}`;
    }
    case 'xlate':
      return `spapr_iommu_xlate liobn=${hex(trace.liobn)} ${hex(trace.ioba)} -> 0x0 perm=${trace.perm} mask=0xfff`;
    case 'query': {
      const { buid, addr, windows, largest, mask } = trace;
      const rest = `${windows} windows available, max window size=${hex(largest)}, mask=${hex(mask)}`;
      return `spapr_iommu_ddw_query buid=${hex(buid)} addr=${hex(addr)}, ${rest}`;
    }
    case 'create': {
      const { buid, addr, pageBytes, windowBytes, start, liobn } = trace;
      const sizes = `page size=${hex(pageBytes)}, requested=${hex(windowBytes)}`;
      return `spapr_iommu_ddw_create buid=${hex(buid)} addr=${hex(addr)}, ${sizes}, start addr=${hex(start)}, liobn=${hex(liobn)}`;
    }
    case 'remove':
      return `spapr_iommu_ddw_remove liobn=${hex(trace.liobn)}`;
    case 'reset':
      return `spapr_iommu_ddw_reset buid=${hex(trace.buid)} addr=${hex(trace.addr)}`;
  }
}

const pointName = (call: string, liobn: number): string =>
  `spapr_iommu${liobn >>> 31 === 1 ? '_pci' : ''}_${call}`;
const place = ({ liobn, ioba }: { readonly liobn: number; readonly ioba: U64 }): string =>
  `liobn=${hex(liobn >>> 0)} ioba=${hex(ioba)}`;
