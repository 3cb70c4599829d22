// From a profile's slot class to the PHB that a machine adds: numbers, windows, limits. Options of a QEMU machine and limits of an
// instrumented firmware lie over the profile's values.

import { IO_PAGE_SIZES } from '../abi/papr/ddw.ts';
import type { FunctionAddress } from '../abi/ports.ts';
import { ungraded } from '../base/graded.ts';
import { hex, joinU64, u64 } from '../base/u64.ts';
import type { FirmwareLimits } from './limits.ts';
import { blockTcesOf } from './profiles/block.ts';
import type { NumberRule, SlotClass } from './profiles/profile.ts';
import type { PciFunctionSpec, PeRules, PhbSpec } from './types.ts';

/** Upper half of every logical PHB's BUID. */
const BUID_HI = 0x0800_0000;
const DEFAULT_PAGE_SHIFT = 12;

/** Properties of QEMU's spapr-pci-host-bridge, as a machine's configuration holds them. */
export interface QemuPhbOptions {
  /** Bit n set = I/O pages of 2^n bytes, hex string. */
  readonly pgsz: string;
  readonly ddw: boolean;
  readonly dmaWinAddr: string;
  readonly dmaWinSize: string;
  readonly dma64WinAddr: string;
}

/** Where the function sits: index of the PHB, or number of the slot or VF; SR-IOV adapter from 1 (absent: the first). */
export interface PhbPlace {
  readonly index: number;
  readonly adapter?: number;
  /** The bus of its functions; absent: the slot class's. */
  readonly bus?: number | undefined;
}

export interface PhbRequest extends PhbPlace {
  readonly slotClass: SlotClass;
  readonly functions: readonly PciFunctionSpec[];
  readonly qemu?: QemuPhbOptions;
  readonly limits?: FirmwareLimits;
  /** Memory of the managed system, bytes; absent: as much as there can be. */
  readonly installedMemoryBytes?: number | undefined;
}

function numberOf(rule: NumberRule, place: PhbPlace): number {
  const { columns, beyond, perIndex } = rule;
  const { index, adapter = 1 } = place;
  if (beyond !== undefined && index >= beyond.index)
    return beyond.base + index * perIndex + adapter * beyond.perAdapter;
  const column = columns === undefined ? adapter : ((adapter - 1) % columns.count) + 1;
  const row = columns === undefined ? 0 : Math.floor((adapter - 1) / columns.count);
  return rule.base + index * perIndex + column * rule.perAdapter + row * (columns?.perRow ?? 0);
}

/** Log2 of the page sizes in a bit mask, smallest first. */
export function pageShiftsOf(pgsz: bigint): readonly number[] {
  return Array.from({ length: 64 }, (_, shift) => shift).filter(
    (shift) => ((pgsz >> BigInt(shift)) & 1n) === 1n,
  );
}

/** What QEMU gives a PHB when nothing is said about it: the slot class's own values. */
export function plainQemuOptions(slotClass: SlotClass): QemuPhbOptions {
  const values = ungraded(slotClass.values);
  return {
    pgsz: hex(values.pageShifts.reduce((mask, shift) => mask + 2 ** shift, 0)),
    ddw: values.ddw,
    dmaWinAddr: hex(values.defaultStart),
    dmaWinSize: hex(values.defaultSizeBytes),
    dma64WinAddr: hex(values.ddwStart),
  };
}

/** The query bits of page sizes; sizes without a bit are accepted by create all the same. */
export function queryMaskOf(pageShifts: readonly number[]): number {
  return IO_PAGE_SIZES.filter((size) => pageShifts.includes(size.shift)).reduce(
    (mask, s) => mask | s.queryBit,
    0,
  );
}

/** Windows of a PE in this slot class. */
export function peRules(request: Omit<PhbRequest, 'functions'>): PeRules {
  const values = ungraded(request.slotClass.values);
  const { qemu, limits } = request;
  const pageShifts = qemu === undefined ? values.pageShifts : pageShiftsOf(BigInt(qemu.pgsz));
  const queryPageMask = qemu === undefined ? values.queryPageMask : queryMaskOf(pageShifts);
  return {
    ddw: qemu?.ddw ?? values.ddw,
    maxWindows: limits?.maxWindows ?? values.maxWindows,
    defaultWindow: {
      liobn: numberOf(values.defaultLiobn, request) >>> 0,
      start: qemu === undefined ? values.defaultStart : u64(BigInt(qemu.dmaWinAddr)),
      sizeBytes: qemu === undefined ? values.defaultSizeBytes : Number(qemu.dmaWinSize),
      pageShift: DEFAULT_PAGE_SHIFT,
    },
    ddwLiobn: numberOf(values.ddwLiobn, request) >>> 0,
    ddwStart: u64(BigInt(limits?.ddwStart ?? qemu?.dma64WinAddr ?? values.ddwStart)),
    pageShifts,
    queryPageMask: limits?.pageMask ?? queryPageMask,
    blockTces: limits?.blockTces ?? blockTcesOf(values, request.installedMemoryBytes),
    blockEnforced: limits !== undefined || values.blockEnforced,
    minTces: limits?.minTces ?? values.minTces,
    migrationMask: values.migrationMask,
  };
}

export function phbSpec(request: PhbRequest): PhbSpec {
  const values = ungraded(request.slotClass.values);
  return {
    buid: joinU64(BUID_HI, numberOf(values.buidLow, request)),
    domain: numberOf(values.domain, request),
    index: request.index,
    ...(request.adapter === undefined ? {} : { adapter: request.adapter }),
    slotClass: request.slotClass.id,
    pe: peRules(request),
    functions: request.functions,
    vf: request.slotClass.isVf,
  };
}

/**
 * The slot or VF whose PHB has this domain; undefined when the slot class numbers none so. Slots that are not on an adapter may have a
 * PHB below the one that numbering begins with (a published log has 0007:): their number is negative then.
 */
export function placeOfDomain(
  slotClass: SlotClass,
  domain: number,
): { readonly index: number; readonly adapter: number } | undefined {
  const { base, perIndex, perAdapter, columns } = slotClass.values.domain.value;
  if (perAdapter === 0) {
    const index = (domain - base) / perIndex;
    return Number.isInteger(index) && domain >= 1 ? { index, adapter: 1 } : undefined;
  }
  const column = Math.floor((domain - base) / perAdapter);
  const within = domain - base - column * perAdapter;
  const row = columns === undefined ? 0 : Math.floor(within / columns.perRow);
  const index = (columns === undefined ? within : within % columns.perRow) / perIndex;
  if (column < 1 || column > (columns?.count ?? Infinity) || !Number.isInteger(index)) return undefined;
  return { index, adapter: column + row * (columns?.count ?? 0) };
}

/** What a PHB will be called before it is made: its functions' addresses and the tree need it. */
export interface PhbNames {
  readonly domain: number;
  readonly bus: number;
  readonly drcIndex: number;
  /** "PHB 4229". */
  readonly drcName: string;
  /** Address of the function in PCI slot `slot`. */
  functionAddress(slot: number): FunctionAddress;
}

export function phbNames(slotClass: SlotClass, place: PhbPlace): PhbNames {
  const values = ungraded(slotClass.values);
  const domain = numberOf(values.domain, place);
  const bus = place.bus ?? values.bus;
  return {
    domain,
    bus,
    drcIndex: numberOf(values.drcIndex, place),
    drcName: `PHB ${numberOf(values.drcNumber, place)}`,
    functionAddress: (slot) => functionAddress(domain, bus, slot),
  };
}

/** `0000:00:01.0`. */
export function functionAddress(domain: number, bus: number, slot: number, fn = 0): FunctionAddress {
  const digits = (value: number, count: number): string => value.toString(16).padStart(count, '0');
  return `${digits(domain, 4)}:${digits(bus, 2)}:${digits(slot, 2)}.${fn}`;
}
