// The four RTAS calls of dynamic DMA windows as platforms/pseries/iommu.c makes them, with their lines in the log.

import {
  RTAS_BUSY,
  RTAS_EXTENDED_DELAY_MAX,
  RTAS_EXTENDED_DELAY_MIN,
  type DdwQueryAnswer,
} from '../../abi/papr/ddw.ts';
import { joinU64 } from '../../base/u64.ts';
import type { U64 } from '../../base/u64.ts';
import { cell, type LiveNode } from './live-tree.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';

/** Tokens of `ibm,ddw-applicable`, in its order. */
export interface DdwTokens {
  readonly query: number;
  readonly create: number;
  readonly remove: number;
}

export interface CreateAnswer {
  readonly status: number;
  readonly liobn: number;
  readonly base: U64;
}

const EXT_RESET = 1;
const EXT_QUERY_OUT_SIZE = 2;
const EXT_LIMITED = 3;
const EINVAL = -22;
const EOVERFLOW = -75;
const ENODATA = -61;
const EPROTO = -71;

const x = (n: number): string => (n >>> 0).toString(16);

export function ddwTokens(node: LiveNode): DdwTokens | undefined {
  const query = cell(node, 'ibm,ddw-applicable', 0);
  const create = cell(node, 'ibm,ddw-applicable', 1);
  const remove = cell(node, 'ibm,ddw-applicable', 2);
  if (query === undefined || create === undefined || remove === undefined) return undefined;
  return { query, create, remove };
}

/** ddw_read_ext(): cell `index` of `ibm,ddw-extensions`, or a negative errno. */
export function readExtension(
  node: LiveNode,
  index: number,
): { readonly value: number } | { readonly errno: number } {
  const count = cell(node, 'ibm,ddw-extensions', 0);
  if (count === undefined) return { errno: node.dt.properties.has('ibm,ddw-extensions') ? ENODATA : EINVAL };
  if (count < index) return { errno: EOVERFLOW };
  const value = cell(node, 'ibm,ddw-extensions', index);
  return value === undefined ? { errno: EOVERFLOW } : { value };
}

export function canReset(node: LiveNode): boolean {
  return 'value' in readExtension(node, EXT_RESET);
}

/** Config address (bus and devfn of the device itself) and BUID of its PHB: how RTAS names a PE. */
function peArguments(dev: GuestDevice): readonly [number, number, number] {
  const { busno, devfn, phb } = dev.pdn;
  return [(busno << 16) | (devfn << 8), phb.buidHi | 0, phb.buidLo | 0];
}

/** query_ddw(): single shot. Status and answer; the line in the log shows both (older builds only the status). */
export function queryDdw(
  k: KernelState,
  dev: GuestDevice,
  node: LiveNode,
  token: number,
): { readonly status: number; readonly answer: DdwQueryAnswer } {
  const size = readExtension(node, EXT_QUERY_OUT_SIZE);
  const asksLong = k.build.queryForm.value === 'by-extension' && 'value' in size && size.value === 1;
  const nret = asksLong ? 6 : 5;
  const args = peArguments(dev);
  const rets = k.ports.rtas.call(token, args, nret);
  const out = (i: number): number => (rets[i] ?? 0) >>> 0;
  const answer: DdwQueryAnswer =
    nret === 6
      ? {
          windowsAvailable: out(1),
          largestBlockTces: out(2) * 0x1_0000_0000 + out(3),
          pageSizeMask: out(4),
          migrationMask: out(5),
        }
      : { windowsAvailable: out(1), largestBlockTces: out(2), pageSizeMask: out(3), migrationMask: out(4) };
  const status = rets[0] ?? 0;
  const told = k.build.messages.value.queryShowsAnswer
    ? `, lb=${answer.largestBlockTces.toString(16)} ps=${x(answer.pageSizeMask)} wn=${answer.windowsAvailable | 0}`
    : '';
  k.printk.dev(
    'info',
    dev,
    `ibm,query-pe-dma-windows(${x(token)}) ${args.map(x).join(' ')} returned ${status}${told}`,
  );
  return { status, answer };
}

/** create_ddw(): repeated while the firmware is busy, waiting as long as it says. */
export function* createDdw(
  k: KernelState,
  dev: GuestDevice,
  token: number,
  pageShift: number,
  windowShift: number,
): Generator<number, CreateAnswer, void> {
  const args = [...peArguments(dev), pageShift, windowShift];
  let rets = k.ports.rtas.call(token, args, 4);
  for (let delay = busyDelayMs(rets[0] ?? 0); delay > 0; delay = busyDelayMs(rets[0] ?? 0)) {
    yield delay * 1_000_000;
    rets = k.ports.rtas.call(token, args, 4);
  }
  const [status = 0, liobn = 0, hi = 0, lo = 0] = rets;
  k.printk.dev(
    'info',
    dev,
    `ibm,create-pe-dma-window(${x(token)}) ${args.map(x).join(' ')} returned ${status} (liobn = 0x${x(liobn)} starting addr = ${x(hi)} ${x(lo)})`,
  );
  return { status, liobn: liobn | 0, base: joinU64(hi, lo) };
}

/** rtas_busy_delay(): ms to wait before the same call again; 0 = not busy. */
function busyDelayMs(status: number): number {
  if (status === RTAS_BUSY) return 1;
  if (status < RTAS_EXTENDED_DELAY_MIN || status > RTAS_EXTENDED_DELAY_MAX) return 0;
  return 10 ** (status - RTAS_EXTENDED_DELAY_MIN);
}

/** reset_dma_window(): the firmware's default window comes back; told only when it fails. */
export function resetDmaWindow(k: KernelState, dev: GuestDevice, node: LiveNode): void {
  const token = readExtension(node, EXT_RESET);
  if (!('value' in token)) return;
  const args = peArguments(dev);
  const status = k.ports.rtas.call(token.value, args, 1)[0] ?? 0;
  if (status !== 0)
    k.printk.dev(
      'info',
      dev,
      `ibm,reset-pe-dma-windows(${x(token.value)}) ${args.map(x).join(' ')} returned ${status} `,
    );
}

/** Does the platform offer limited addressing? 0 or the errno that the kernel tells. */
export function limitedSupport(node: LiveNode): number {
  const reset = readExtension(node, EXT_RESET);
  if ('errno' in reset) return reset.errno;
  const offer = readExtension(node, EXT_LIMITED);
  if ('errno' in offer) return offer.errno;
  return offer.value === 0 ? EPROTO : 0;
}

/** limited_dma_window(): puts the PHB into limited addressing mode. 0, an errno, or the RTAS status. */
export function limitedDmaWindow(k: KernelState, dev: GuestDevice, node: LiveNode): number {
  const token = readExtension(node, EXT_RESET);
  if ('errno' in token) return token.errno;
  const errno = limitedSupport(node);
  if (errno !== 0) {
    k.printk.dev('info', dev, `Limited Address Space for DDW not Supported, err: ${errno}`);
    return errno;
  }
  const args = peArguments(dev);
  const status = k.ports.rtas.call(token.value, [...args, 1], 1)[0] ?? 0;
  if (status !== 0) {
    k.printk.dev(
      'info',
      dev,
      `ibm,reset-pe-dma-windows(${x(token.value)}) for Limited Addr Support: ${args.map(x).join(' ')} returned ${status} `,
    );
  }
  return status;
}
