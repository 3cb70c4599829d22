// The sentence that a colleague would say about an event. The code stands beside it in the line; here it is put in words.

import { errnoName, errnoText } from '../abi/linux/errno.ts';
import { RETURN_CODES, hcallName } from '../abi/papr/hcall.ts';
import { pageSizeName } from '../base/bits.ts';
import { hex16, hex8 } from '../base/u64.ts';
import { permissionsOf } from './arguments.ts';
import { isRefusal } from './classes.ts';
import type {
  DmaEvent,
  DmaFaultEvent,
  DmaMode,
  NewEvent,
  PeState,
  RtasEvent,
  TceExchangeEvent,
  TceHcallEvent,
  TceRun,
} from './events.ts';
import { codeOfOpcode, CODE_GET, CODE_INDIRECT, CODE_STUFF } from './kinds.ts';
import type { NameLookup } from './names.ts';
import { NO_NAMES } from './names.ts';
import {
  countText,
  roughDurationText,
  plural,
  rtasStatusText,
  binarySizeText,
  statusText,
} from './numbers.ts';

const PERMISSIONS: Readonly<Record<string, string>> = {
  'r-': 'the device may read',
  '-w': 'the device may write',
  rw: 'the device may read and write',
};

const MODES: Readonly<Record<DmaMode, string>> = {
  direct: 'direct mapping: all memory is mapped once, no hcall per I/O',
  indirect: 'indirect mapping: every I/O maps and unmaps its pages through the 64-bit window',
  hybrid: 'hybrid mapping: memory is mapped once, persistent memory page by page',
  default: 'the default window: every I/O maps and unmaps its pages below 4 GiB',
  none: 'no DMA',
};

const FAULTS: Readonly<Record<DmaFaultEvent['fault'], string>> = {
  'no-window': 'no window covers that address',
  'no-tce': 'nothing is mapped there',
  permission: 'the TCE does not allow it',
  'beyond-ram': 'the TCE points outside memory',
  frozen: 'the PE is frozen',
};

/** "64K" pages when the window's page size is known. */
function pagesText(count: number, liobn: number, names: NameLookup): string {
  const shift = names.pageShiftOfLiobn(liobn);
  if (shift === undefined) return plural(count, 'I/O page');
  return `${plural(count, 'page')} of ${pageSizeName(shift)} (${binarySizeText(count * 2 ** shift)})`;
}

function because(ret: number): string {
  const known = RETURN_CODES.find((code) => code.code === ret);
  return `${statusText(ret)}${known === undefined ? '' : `: ${known.meaning}`}`;
}

function realPage(tce: bigint): string {
  return hex16(tce & ~3n);
}

function explainTce(event: NewEvent<TceHcallEvent>, names: NameLookup): string {
  const owner = names.ownerOfLiobn(event.liobn);
  const where = `bus address ${hex16(event.ioba)} of ${owner ?? `LIOBN ${hex8(event.liobn)}`}`;
  if (event.ret !== 0) {
    const verb = isRefusal(event.ret) ? 'was refused' : 'was not finished';
    return `${hcallName(event.opcode)} at ${where} ${verb}: ${because(event.ret)}.`;
  }
  const tce = event.tce ?? 0n;
  const permissions = PERMISSIONS[permissionsOf(event) ?? ''];
  const count = event.count ?? 1;
  switch (codeOfOpcode(event.opcode)) {
    case CODE_GET:
      return permissions === undefined
        ? `Reads the TCE at ${where}: nothing is mapped.`
        : `Reads the TCE at ${where}: memory ${realPage(tce)}, ${permissions}.`;
    case CODE_INDIRECT:
      return `Maps ${pagesText(count, event.liobn, names)} at ${where} from a list${listText(event.runs ?? [])}.`;
    case CODE_STUFF:
      return permissions === undefined
        ? `Clears ${pagesText(count, event.liobn, names)} from ${where}.`
        : `Points ${pagesText(count, event.liobn, names)} from ${where} at memory ${realPage(tce)}: ${permissions}.`;
    default:
      return permissions === undefined
        ? `Unmaps ${pagesText(1, event.liobn, names)} at ${where}.`
        : `Maps ${pagesText(1, event.liobn, names)} at ${where} to memory ${realPage(tce)}: ${permissions}.`;
  }
}

function listText(runs: readonly TceRun[]): string {
  const first = runs[0];
  if (first === undefined) return ' that is empty';
  if (runs.length === 1) return `, memory from ${realPage(first.first)} without a gap`;
  return `, memory in ${countText(runs.length)} pieces, the first at ${realPage(first.first)}`;
}

function explainRtas(event: NewEvent<RtasEvent>): string {
  const status = event.rets[0];
  if (status !== 0) return `RTAS ${event.name} answered ${rtasStatusText(status)}.`;
  return `RTAS ${event.name} was done and answered ${plural(event.rets.length - 1, 'cell')}.`;
}

function explainDma(event: NewEvent<DmaEvent> | NewEvent<DmaFaultEvent>, names: NameLookup): string {
  const who = names.idOfFunction(event.fn) ?? event.fn;
  const what = `${binarySizeText(event.bytes)} of memory at bus address ${hex16(event.busAddress)}`;
  if (event.kind === 'dma') return `${who} ${event.direction}s ${what}.`;
  return `${who} tried to ${event.direction} ${what}, but ${FAULTS[event.fault]}.`;
}

/** One sentence about an event; `names` gives functions their names and windows their page sizes. */
export function explain(event: NewEvent, names: NameLookup = NO_NAMES): string {
  switch (event.kind) {
    case 'tce-hcall':
      return explainTce(event, names);
    case 'tce-exchange':
      return explainExchange(event, names);
    case 'hcall':
      return event.ret === 0
        ? `${hcallName(event.opcode)} was done.`
        : `${hcallName(event.opcode)} answered ${because(event.ret)}.`;
    case 'rtas':
      return explainRtas(event);
    case 'dma':
    case 'dma-fault':
      return explainDma(event, names);
    default:
      return explainRare(event, names);
  }
}

type RareEvent = Exclude<
  NewEvent,
  { kind: 'tce-hcall' | 'tce-exchange' | 'hcall' | 'rtas' | 'dma' | 'dma-fault' }
>;

/** What VFIO does to a range: two hcalls for each entry. */
function explainExchange(event: NewEvent<TceExchangeEvent>, names: NameLookup): string {
  const clears = ((event.after[0]?.first ?? 0n) & 3n) === 0n;
  const what = `${clears ? 'Clears' : 'Maps'} ${pagesText(event.count, event.liobn, names)} from ${hex16(event.ioba)}`;
  return `${what} entry by entry: ${countText(event.count)} H_GET_TCE and as many H_PUT_TCE.`;
}

function explainRare(event: RareEvent, names: NameLookup): string {
  const who = 'fn' in event && event.fn !== undefined ? (names.idOfFunction(event.fn) ?? event.fn) : '';
  switch (event.kind) {
    case 'window-created':
    case 'window-removed':
    case 'window-restored':
      return explainWindow(event);
    case 'pe-frozen':
      return `The platform froze the PE of ${who} after a DMA fault: no I/O reaches it until it is reset.`;
    case 'pe-state':
      return `The PE of BUID ${hex16(event.buid)} is now ${PE_STATES[event.to]} (${event.by}).`;
    case 'printk':
      return `The kernel says: ${event.text}`;
    case 'guest-call':
      return `The kernel runs ${event.name}()${who === '' ? '' : ` for ${who}`}${event.detail === undefined ? '' : `: ${event.detail}`}.`;
    case 'ddw-plan':
      return `enable_ddw() decided for ${who}: ${MODES[event.mode]}.`;
    case 'driver-bound':
      return `The driver ${event.driver} runs ${who}: ${MODES[event.mode]}.`;
    case 'driver-failed':
      return `The driver ${event.driver} gave ${who} up: ${event.reason ?? 'it did not say why'}.`;
    case 'driver-unbound':
      return `The driver ${event.driver} let go of ${who}.`;
    case 'ioctl':
      return event.ret < 0
        ? `${event.name} of ${event.process} failed: ${errnoText(event.ret)} (${errnoName(event.ret)}).`
        : `${event.name} of ${event.process} came back with ${event.answer}.`;
    default:
      return explainMachine(event);
  }
}

const PE_STATES: Readonly<Record<PeState, string>> = {
  normal: 'normal: MMIO and DMA pass',
  reset: 'in reset',
  stopped: 'stopped: loads give all ones, stores and DMA are lost',
  'mmio-enabled': 'open for loads and stores, its DMA is stopped',
  unavailable: 'unavailable for a while',
  disabled: 'disabled for good: only a reboot or DLPAR brings it back',
};

function explainWindow(event: Extract<RareEvent, { window: unknown }>): string {
  const { window } = event;
  const size = binarySizeText(window.entries * 2 ** window.pageShift);
  const what = `${window.isDefault ? 'the default window' : 'a window'} of ${size} in pages of ${pageSizeName(window.pageShift)}`;
  const where = `at bus address ${hex16(window.start)} (LIOBN ${hex8(window.liobn)})`;
  if (event.kind === 'window-created') return `The firmware made ${what} ${where}.`;
  if (event.kind === 'window-removed') return `The firmware removed ${what} ${where}.`;
  return `The firmware brought ${what} back, empty, ${where}.`;
}

type MachineEvent = Extract<
  RareEvent,
  {
    kind:
      | 'dt-changed'
      | 'function-added'
      | 'function-removed'
      | 'machine-state'
      | 'command'
      | 'io-figures'
      | 'mark';
  }
>;

const STATES = {
  off: 'The partition is off.',
  booting: 'The partition boots.',
  running: 'The guest is up and running.',
  oops: 'The guest kernel stopped in an Oops: its log stays, and the partition can be booted again.',
} as const;

function explainMachine(event: MachineEvent): string {
  switch (event.kind) {
    case 'dt-changed':
      return `${event.after === undefined ? 'Removed' : event.before === undefined ? 'Added' : 'Changed'} the property ${event.property} of ${event.path}.`;
    case 'function-added':
      return `${event.description.id} (${event.description.device}) appeared at ${event.description.fn}.`;
    case 'function-removed':
      return `${event.description.id} (${event.description.device}) at ${event.description.fn} went away.`;
    case 'machine-state':
      return STATES[event.state];
    case 'command':
      return `You asked for: ${event.line}`;
    case 'io-figures':
      return `${event.id} did ${plural(event.requests, 'request')} (${binarySizeText(event.bytes)}) in ${roughDurationText(event.durationNs)} with ${plural(event.hcalls, 'hcall')}; ${event.failures === 0 ? 'none' : countText(event.failures)} failed, ${event.corrupted === 0 ? 'none' : countText(event.corrupted)} came out damaged.`;
    case 'mark':
      return `Mark: ${event.text}`;
  }
}
