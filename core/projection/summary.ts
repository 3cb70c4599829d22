// The summary of a run as lines of text: what was called and refused, which way each function's DMA went, what is mapped, what went wrong.

import { pageSizeName } from '../base/bits.ts';
import { sizeText } from '../base/quantities.ts';
import { hex16, hex8 } from '../base/u64.ts';
import type { DmaMode } from '../trace/events.ts';
import { TraceNames } from '../trace/names.ts';
import { binarySizeText, countText, plural, roughDurationText } from '../trace/numbers.ts';
import type { TraceReader } from '../trace/reader.ts';
import { FiguresFold } from './figures.ts';
import type { CallFigures, Figures } from './figures.ts';
import type { Fold } from './fold.ts';
import { FunctionsFold } from './functions.ts';
import type { FunctionState } from './functions.ts';
import { WindowsFold } from './windows.ts';
import type { WindowState } from './windows.ts';

export interface Summary {
  readonly figures: Figures;
  readonly functions: readonly FunctionState[];
  readonly windows: readonly (WindowState & { readonly owner: string | undefined })[];
}

export class SummaryFold implements Fold<Summary> {
  private readonly names = new TraceNames();
  private readonly figures = new FiguresFold();
  private readonly functions = new FunctionsFold();
  private readonly windows = new WindowsFold();

  feed(log: TraceReader, from: number, to: number): void {
    for (const fold of [this.names, this.figures, this.functions, this.windows]) fold.feed(log, from, to);
  }

  get value(): Summary {
    const windows = this.windows.value.map((state) => ({
      ...state,
      owner: this.names.ownerOfLiobn(state.window.liobn),
    }));
    return { figures: this.figures.value, functions: this.functions.value, windows };
  }
}

/** The summary of a whole trace. */
export function summarize(log: TraceReader): Summary {
  const fold = new SummaryFold();
  fold.feed(log, 0, log.length);
  return fold.value;
}

const LABEL_WIDTH = 14;
const MODES: readonly DmaMode[] = ['direct', 'indirect', 'hybrid', 'default', 'none'];
/** More functions or windows than these are counted, not listed. */
const LISTED = 12;

const line = (label: string, text: string): string => `${label.padEnd(LABEL_WIDTH)}${text}`;

/** Lines without line ends. */
export function summaryLines({ figures, functions, windows }: Summary): readonly string[] {
  return [
    line(
      'trace',
      `${plural(figures.events, 'event')} in ${roughDurationText(figures.endNs)} of virtual time`,
    ),
    ...callLines(
      'hcalls',
      figures.hcalls,
      figures.calls.filter((call) => call.kind === 'hcall'),
    ),
    ...callLines(
      'RTAS calls',
      figures.rtasCalls,
      figures.calls.filter((call) => call.kind === 'rtas'),
    ),
    ...functionLines(functions),
    ...windowLines(windows),
    ...ioLines(functions),
    line('problems', problemText(figures)),
  ];
}

function callLines(label: string, total: number, calls: readonly CallFigures[]): string[] {
  const width = Math.max(...calls.map((call) => call.name.length), 0);
  const digits = Math.max(...calls.map((call) => countText(call.calls).length), 0);
  return [
    line(label, countText(total)),
    ...calls.map(({ name, calls: count, tces, refused }) => {
      const parts = [
        ...(tces > 0 ? [plural(tces, 'TCE')] : []),
        ...(refused > 0 ? [`${countText(refused)} refused`] : []),
      ];
      return `  ${name.padEnd(width)}  ${countText(count).padStart(digits)}  ${parts.join(', ')}`.trimEnd();
    }),
  ];
}

function functionLines(functions: readonly FunctionState[]): string[] {
  const byMode = MODES.flatMap((mode) => {
    const ids = functions.filter((fn) => fn.mode === mode).map((fn) => fn.description.id);
    if (ids.length === 0) return [];
    const listed = ids.length > LISTED ? [...ids.slice(0, LISTED), '…'] : ids;
    return [`  ${mode.padEnd(LABEL_WIDTH - 2)}${countText(ids.length)}: ${listed.join(' ')}`];
  });
  return [line('functions', countText(functions.length)), ...byMode];
}

function windowLines(windows: Summary['windows']): string[] {
  const tces = windows.reduce((n, { usedTces }) => n + usedTces, 0);
  const bytes = windows.reduce((n, { usedTces, window }) => n + usedTces * 2 ** window.pageShift, 0);
  const listed = windows.slice(0, LISTED).map(({ window, owner, usedTces, peakTces }) => {
    const size = sizeText(window.entries * 2 ** window.pageShift);
    const kind = window.isDefault ? 'default' : 'DDW';
    const where = `${hex8(window.liobn)} at ${hex16(window.start)}`;
    const use = `${countText(usedTces)} of ${plural(window.entries, 'TCE')} in use, at most ${countText(peakTces)}`;
    return `  ${(owner ?? '-').padEnd(LABEL_WIDTH - 2)}${where}  ${kind} ${size}, ${pageSizeName(window.pageShift)} pages: ${use}`;
  });
  const more = windows.length > LISTED ? [`  and ${plural(windows.length - LISTED, 'more window')}`] : [];
  return [
    line('windows', countText(windows.length)),
    ...listed,
    ...more,
    line('DMA mapped', `${binarySizeText(bytes)} in ${plural(tces, 'TCE')}`),
  ];
}

function ioLines(functions: readonly FunctionState[]): string[] {
  const figures = functions.flatMap(({ io }) => (io === undefined ? [] : [io]));
  if (figures.length === 0) return [];
  const sum = (of: (io: (typeof figures)[number]) => number): number =>
    figures.reduce((n, io) => n + of(io), 0);
  const requests = sum((io) => io.requests);
  const hcalls = sum((io) => io.hcalls);
  const per = requests === 0 ? '' : ` (${(hcalls / requests).toFixed(1)} a request)`;
  const text = [
    plural(requests, 'request'),
    binarySizeText(sum((io) => io.bytes)),
    `${plural(hcalls, 'hcall')}${per}`,
    `${countText(sum((io) => io.failures))} failed`,
    `${countText(sum((io) => io.corrupted))} damaged`,
  ];
  return [line('I/O', text.join(', '))];
}

function problemText(figures: Figures): string {
  const problems: readonly (readonly [count: number, one: string, many?: string])[] = [
    [figures.refused, 'refused call'],
    [figures.dmaFaults, 'DMA fault'],
    [figures.frozen, 'frozen PE'],
    [figures.driversFailed, 'failed driver'],
    [figures.kernelErrors, 'kernel error'],
  ];
  const found = problems.filter(([count]) => count > 0).map(([count, one]) => plural(count, one));
  return found.length === 0 ? 'none' : found.join(', ');
}
