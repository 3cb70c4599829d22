// What stands in the arguments column of a trace line: names with values in hex, or a text of its own.

import { permissionText } from '../abi/papr/tce.ts';
import { pageSizeName } from '../base/bits.ts';
import { sizeText } from '../base/quantities.ts';
import { hex, hex16, hex8 } from '../base/u64.ts';
import type { NewEvent, TceHcallEvent, TceRun, WindowDescription } from './events.ts';
import { countText, plural, roughDurationText } from './numbers.ts';

/** Name and value; an empty name is a text that needs none. */
export type Argument = readonly [name: string, value: string];

/** A scattered list can have 512 runs: a line shows the first few and how many more there are. */
const RUNS_SHOWN = 4;

/** The permissions that a TCE event writes (of a list: its first TCE's); undefined when it writes or reads none. */
export function permissionsOf(event: NewEvent): string | undefined {
  if (event.kind !== 'tce-hcall' && event.kind !== 'tce-exchange') return undefined;
  const tce = event.kind === 'tce-hcall' ? (event.tce ?? event.runs?.[0]?.first) : event.after[0]?.first;
  return tce === undefined ? undefined : permissionText(Number(tce & 3n));
}

function runText(run: TceRun): string {
  return run.count === 1 ? hex16(run.first) : `${hex16(run.first)}×${run.count}`;
}

function runsText(runs: readonly TceRun[]): string {
  const shown = runs.slice(0, RUNS_SHOWN).map(runText).join(' ');
  if (runs.length === 0) return 'none';
  return runs.length <= RUNS_SHOWN ? shown : `${shown} … ${plural(runs.length - RUNS_SHOWN, 'more run')}`;
}

function tcePairs(event: NewEvent<TceHcallEvent>): Argument[] {
  const pairs: Argument[] = [
    ['liobn', hex8(event.liobn)],
    ['ioba', hex16(event.ioba)],
  ];
  if (event.list !== undefined) pairs.push(['list', hex16(event.list)]);
  const permissions = permissionsOf(event) ?? '';
  if (event.tce !== undefined) pairs.push(['tce', `${hex16(event.tce)} ${permissions}`]);
  if (event.wideCount !== undefined) pairs.push(['count', hex16(event.wideCount)]);
  else if (event.count !== undefined) pairs.push(['count', String(event.count)]);
  if (event.runs !== undefined) pairs.push(['tces', `${runsText(event.runs)} ${permissions}`.trimEnd()]);
  return pairs;
}

function windowPairs(window: WindowDescription): Argument[] {
  const bytes = window.entries * 2 ** window.pageShift;
  return [
    ['liobn', hex8(window.liobn)],
    ['start', hex16(window.start)],
    ['pages', pageSizeName(window.pageShift)],
    ['tces', countText(window.entries)],
    ['size', sizeText(bytes)],
    ...(window.isDefault ? [['default', 'yes'] as const] : []),
  ];
}

function bytesText(bytes: Uint8Array | undefined): string {
  return bytes === undefined
    ? 'none'
    : Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('') || 'empty';
}

/** What stands in the arguments column: names with values, or a text with no name. */
export function argumentsOf(event: NewEvent): readonly Argument[] {
  switch (event.kind) {
    case 'tce-hcall':
      return tcePairs(event);
    case 'tce-exchange':
      return [
        ['liobn', hex8(event.liobn)],
        ['ioba', hex16(event.ioba)],
        ['count', countText(event.count)],
        ['read', runsText(event.before)],
        ['written', runsText(event.after)],
      ];
    case 'hcall':
      return [['args', event.args.map(hex).join(' ')]];
    case 'rtas':
      return [
        ['token', hex(event.token)],
        ['in', event.args.map((cell) => hex(cell >>> 0)).join(' ')],
        [
          'out',
          event.rets
            .slice(1)
            .map((cell) => hex(cell >>> 0))
            .join(' ') || '-',
        ],
      ];
    case 'window-created':
    case 'window-removed':
    case 'window-restored':
      return windowPairs(event.window);
    case 'dma':
    case 'dma-fault':
      return [
        ['', event.direction],
        ['bus', hex16(event.busAddress)],
        ['bytes', String(event.bytes)],
      ];
    default:
      return rareArguments(event);
  }
}

type RareEvent = Exclude<
  NewEvent,
  {
    kind:
      | 'tce-hcall'
      | 'tce-exchange'
      | 'hcall'
      | 'rtas'
      | 'window-created'
      | 'window-removed'
      | 'window-restored'
      | 'dma'
      | 'dma-fault';
  }
>;

function rareArguments(event: RareEvent): readonly Argument[] {
  switch (event.kind) {
    case 'pe-frozen':
      return [['buid', hex16(event.buid)]];
    case 'pe-state':
      return [
        ['buid', hex16(event.buid)],
        ['', `${event.from} → ${event.to}`],
        ['by', event.by],
      ];
    case 'printk':
      return [['', event.level === 'info' ? event.text : `${event.level}: ${event.text}`]];
    case 'guest-call':
      return event.detail === undefined ? [] : [['', event.detail]];
    case 'ddw-plan':
      return [
        ['mode', event.mode],
        ['', plural(event.steps.length, 'step')],
      ];
    case 'driver-bound':
    case 'driver-failed':
    case 'driver-unbound':
      return [
        ['driver', event.driver],
        ['mode', event.mode],
        ['mask', `${event.maskBits} bits`],
      ];
    case 'dt-changed':
      return [
        ['', `${event.path}/${event.property}`],
        ['', `${bytesText(event.before)} → ${bytesText(event.after)}`],
      ];
    case 'function-added':
    case 'function-removed':
      return functionPairs(event.description);
    case 'machine-state':
      return [['', event.state]];
    case 'command':
      return [['', event.line]];
    case 'io-figures':
      return figurePairs(event);
    case 'ioctl':
      return event.args === '' ? [] : [['', event.args]];
    case 'mark':
      return [['', event.text]];
  }
}

function functionPairs(description: Extract<NewEvent, { description: unknown }>['description']): Argument[] {
  return [
    ['', description.fn],
    ['device', description.device],
    ['slot', description.slotClass],
    ['buid', hex16(description.buid)],
    ['liobn', hex8(description.defaultLiobn)],
  ];
}

function figurePairs(event: Extract<NewEvent, { kind: 'io-figures' }>): Argument[] {
  return [
    ['requests', countText(event.requests)],
    ['size', sizeText(event.bytes)],
    ['maps', countText(event.maps)],
    ['unmaps', countText(event.unmaps)],
    ['hcalls', countText(event.hcalls)],
    ['peak', plural(event.peakTces, 'TCE')],
    ['took', roughDurationText(event.durationNs)],
    ['failures', countText(event.failures)],
    ['corrupted', countText(event.corrupted)],
  ];
}
