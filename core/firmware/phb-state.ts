// A PHB as the firmware keeps it: its rules and its PE with the two window slots. What changes windows is here, with its events.

import { hi32, lo32, u64, type U64 } from '../base/u64.ts';
import { DmaWindow } from '../iommu/dma-window.ts';
import { activeWindows, Pe } from '../pci/pe.ts';
import { ConfigSpace } from '../pci/config-space.ts';
import type { WindowDescription } from '../trace/events.ts';
import type { TraceSink } from '../trace/sink.ts';
import type { DdwRules } from './profiles/rules.ts';
import type { PhbSpec } from './types.ts';

export interface PhbState {
  readonly spec: PhbSpec;
  readonly pe: Pe;
  /** Configuration space of each function, by bus << 8 | devfn. */
  readonly configSpaces: ReadonlyMap<number, ConfigSpace>;
}

/** A PHB with its default window in place. */
export function createPhb(spec: PhbSpec, trace: TraceSink | undefined): PhbState {
  const { defaultWindow, ddwLiobn } = spec.pe;
  const liobns = spec.vio === undefined ? [defaultWindow.liobn, ddwLiobn] : [defaultWindow.liobn];
  const windows = liobns.map((liobn) => new DmaWindow(liobn, spec.buid));
  const spaces = spec.functions.map((fn) => [(fn.bus << 8) | (fn.slot << 3), new ConfigSpace(fn)] as const);
  const pe = new Pe(spec.buid, windows, trace);
  const phb = { spec, pe, configSpaces: new Map(spaces) };
  enableDefault(phb, 'window-created', trace);
  return phb;
}

export function describeWindow(window: DmaWindow): WindowDescription {
  return {
    liobn: window.liobn >>> 0,
    start: window.start,
    pageShift: window.pageShift,
    entries: window.entries,
    isDefault: window.isDefault,
  };
}

/** Windows that a create could still make. */
export function windowsAvailable(phb: PhbState): number {
  return Math.max(0, phb.spec.pe.maxWindows - activeWindows(phb.pe));
}

/** Largest block of TCEs that query answers. */
export function largestBlock(phb: PhbState, rules: DdwRules): number {
  const inDefault = phb.pe.windows.find((window) => window.isDefault)?.entries ?? 0;
  return Math.max(0, phb.spec.pe.blockTces - (rules.defaultLessensBlock ? inDefault : 0));
}

/** Makes a window in the first free slot; undefined when there is none. */
export function createWindow(
  phb: PhbState,
  rules: DdwRules,
  pageShift: number,
  entries: number,
  trace: TraceSink | undefined,
): DmaWindow | undefined {
  const slot = rules.slotOrder.find((at) => phb.pe.windows[at]?.active === false);
  const window = slot === undefined ? undefined : phb.pe.windows[slot];
  if (window === undefined) return undefined;
  window.enable(startOfNew(phb, rules), pageShift, entries, false);
  trace?.emit({ kind: 'window-created', buid: phb.spec.buid, window: describeWindow(window) });
  return window;
}

function startOfNew(phb: PhbState, rules: DdwRules): U64 {
  const { pe, spec } = phb;
  if (rules.firstWindowAtDefaultStart && activeWindows(pe) === 0) return spec.pe.defaultWindow.start;
  const start = pe.limitedAddressing ? (rules.limitedStart ?? spec.pe.ddwStart) : spec.pe.ddwStart;
  const taken = pe.windows.some((window) => window.active && !window.isDefault && window.start === start);
  return taken && rules.secondWindowShift > 0 ? u64(start + (1n << BigInt(rules.secondWindowShift))) : start;
}

/** Removes a window; the default one comes back when the last window goes and that was not the default itself. */
export function removeWindow(
  phb: PhbState,
  rules: DdwRules,
  window: DmaWindow,
  trace: TraceSink | undefined,
): void {
  const countsAsDefault = rules.slotKeepsDefaultFlag ? window === phb.pe.windows[0] : window.isDefault;
  disable(phb, window, trace);
  if (activeWindows(phb.pe) === 0 && !countsAsDefault) enableDefault(phb, 'window-restored', trace);
}

/** The state at partition boot: created windows gone, the default one there and empty. */
export function resetWindows(phb: PhbState, trace: TraceSink | undefined): void {
  for (const window of phb.pe.windows) if (window.active && !window.isDefault) disable(phb, window, trace);
  enableDefault(phb, 'window-restored', trace);
}

export function disableAll(phb: PhbState, trace: TraceSink | undefined): void {
  for (const window of phb.pe.windows) if (window.active) disable(phb, window, trace);
}

function disable(phb: PhbState, window: DmaWindow, trace: TraceSink | undefined): void {
  const described = describeWindow(window);
  window.disable();
  trace?.emit({ kind: 'window-removed', buid: phb.spec.buid, window: described });
}

function enableDefault(
  phb: PhbState,
  kind: 'window-created' | 'window-restored',
  trace: TraceSink | undefined,
): void {
  const { start, sizeBytes, pageShift } = phb.spec.pe.defaultWindow;
  const window = phb.pe.windows[0];
  if (window === undefined) return;
  const entries = Math.floor(sizeBytes / 2 ** pageShift);
  window.enable(start, pageShift, entries, true);
  trace?.emit({ kind, buid: phb.spec.buid, window: describeWindow(window) });
}

/** Halves of a BUID as RTAS arguments. */
export function buidCells(buid: U64): readonly [number, number] {
  return [hi32(buid), lo32(buid)];
}
