// The facts of several runs as rows of a table: one value for each run, and whether they differ.

import { pageSizeName } from '../base/bits.ts';
import { binarySizeText, countText, roughDurationText } from '../trace/numbers.ts';
import type { FunctionFacts, IoFacts, RunFacts, WindowFacts } from './run-facts.ts';

export type CompareValue = number | string | null;

export type CompareSection = 'outcome' | 'windows' | 'dma-space' | 'calls' | 'io' | 'failures';

export interface CompareRow {
  readonly section: CompareSection;
  /** Stable name: `mode`, `windows`, `hcalls-per-mib`. */
  readonly key: string;
  readonly label: string;
  /** The functions that the row is about; absent: the whole partition. */
  readonly functions?: readonly string[];
  /** One for each run; null where it has none. */
  readonly values: readonly CompareValue[];
  /** The values as people read them. */
  readonly texts: readonly string[];
  readonly differs: boolean;
}

/** Values of a run that could not be made. */
type Facts = RunFacts | undefined;

/** What there is to tell of something: value first, then its text where it is not the value itself. */
interface RowRule<T> {
  readonly section: CompareSection;
  readonly key: string;
  readonly label: string;
  readonly value: (of: T) => CompareValue;
  readonly text?: (value: number) => string;
}

const MIB = 2 ** 20;

const oneDecimal = (value: number): string => value.toFixed(1);

const hcallsPerMib = (io: IoFacts | null): CompareValue =>
  io === null || io.bytes === 0 ? null : Math.round((io.hcalls * MIB * 100) / io.bytes) / 100;

const kindAndSize = ({ isDefault, sizeBytes, pageShift }: WindowFacts): string =>
  `${isDefault ? 'default' : 'DDW'} ${binarySizeText(sizeBytes)} of ${pageSizeName(pageShift)} pages`;

const ofWindows =
  (text: (window: WindowFacts) => string) =>
  ({ windows }: FunctionFacts): CompareValue =>
    windows.length === 0 ? 'none' : windows.map(text).join(' + ');

const FUNCTION_RULES: readonly RowRule<FunctionFacts>[] = [
  { section: 'outcome', key: 'mode', label: 'DMA', value: ({ mode }) => mode },
  {
    section: 'outcome',
    key: 'driver',
    label: 'driver',
    value: ({ state, driver, reason }) =>
      [state, driver, reason === null ? null : `(${reason})`].filter((part) => part !== null).join(' '),
  },
  { section: 'windows', key: 'windows', label: 'windows', value: ofWindows(kindAndSize) },
  { section: 'windows', key: 'start', label: 'bus address', value: ofWindows(({ start }) => start) },
  { section: 'windows', key: 'tces', label: 'TCEs', value: ofWindows(({ entries }) => countText(entries)) },
  {
    section: 'io',
    key: 'hcalls-per-mib',
    label: 'hcalls per MiB',
    value: ({ io }) => hcallsPerMib(io),
    text: oneDecimal,
  },
];

const windowSum =
  (of: (window: WindowFacts) => number) =>
  ({ windows }: RunFacts): number =>
    windows.reduce((sum, window) => sum + of(window), 0);

const ofIo =
  (key: Exclude<keyof IoFacts, 'bytes' | 'durationNs'>) =>
  ({ io }: RunFacts): CompareValue =>
    io?.[key] ?? null;

const RUN_RULES: readonly RowRule<RunFacts>[] = [
  { section: 'outcome', key: 'state', label: 'machine', value: ({ state }) => state },
  {
    section: 'outcome',
    key: 'boot-ns',
    label: 'boot took',
    value: ({ boot }) => boot?.durationNs ?? null,
    text: roughDurationText,
  },
  {
    section: 'windows',
    key: 'windows-created',
    label: 'windows created',
    value: (run) => run.windowsCreated,
  },
  {
    section: 'windows',
    key: 'defaults-removed',
    label: 'default windows removed',
    value: (run) => run.defaultsRemoved,
  },
  {
    section: 'dma-space',
    key: 'window-bytes',
    label: 'DMA space of all windows',
    value: windowSum(({ sizeBytes }) => sizeBytes),
    text: binarySizeText,
  },
  {
    section: 'dma-space',
    key: 'window-tces',
    label: 'TCEs of all windows',
    value: windowSum(({ entries }) => entries),
  },
  {
    section: 'dma-space',
    key: 'used-tces',
    label: 'TCEs in use at the end',
    value: windowSum(({ usedTces }) => usedTces),
  },
  {
    section: 'dma-space',
    key: 'used-bytes',
    label: 'DMA space mapped at the end',
    value: windowSum(({ usedTces, pageShift }) => usedTces * 2 ** pageShift),
    text: binarySizeText,
  },
  {
    section: 'dma-space',
    key: 'peak-tces',
    label: 'peak TCEs of all windows',
    value: windowSum(({ peakTces }) => peakTces),
  },
  {
    section: 'calls',
    key: 'boot-hcalls',
    label: 'hcalls while booting',
    value: ({ boot }) => boot?.hcalls ?? null,
  },
  { section: 'calls', key: 'hcalls', label: 'hcalls', value: ({ figures }) => figures.hcalls },
  { section: 'calls', key: 'rtas', label: 'RTAS calls', value: ({ figures }) => figures.rtasCalls },
  { section: 'calls', key: 'tces-mapped', label: 'TCEs mapped', value: ({ figures }) => figures.tcesMapped },
  {
    section: 'calls',
    key: 'tces-unmapped',
    label: 'TCEs cleared',
    value: ({ figures }) => figures.tcesUnmapped,
  },
  { section: 'io', key: 'requests', label: 'requests', value: ofIo('requests') },
  {
    section: 'io',
    key: 'bytes',
    label: 'payload',
    value: ({ io }) => io?.bytes ?? null,
    text: binarySizeText,
  },
  { section: 'io', key: 'maps', label: 'maps', value: ofIo('maps') },
  { section: 'io', key: 'unmaps', label: 'unmaps', value: ofIo('unmaps') },
  { section: 'io', key: 'io-hcalls', label: 'hcalls for I/O', value: ofIo('hcalls') },
  {
    section: 'io',
    key: 'hcalls-per-mib',
    label: 'hcalls per MiB',
    value: ({ io }) => hcallsPerMib(io),
    text: oneDecimal,
  },
  {
    section: 'io',
    key: 'io-ns',
    label: 'time of the workloads',
    value: ({ io }) => io?.durationNs ?? null,
    text: roughDurationText,
  },
  { section: 'failures', key: 'refused', label: 'refused calls', value: ({ figures }) => figures.refused },
  { section: 'failures', key: 'dma-faults', label: 'DMA faults', value: ({ figures }) => figures.dmaFaults },
  { section: 'failures', key: 'frozen', label: 'frozen PEs', value: ({ figures }) => figures.frozen },
  {
    section: 'failures',
    key: 'drivers-failed',
    label: 'failed drivers',
    value: ({ figures }) => figures.driversFailed,
  },
  {
    section: 'failures',
    key: 'kernel-errors',
    label: 'errors in dmesg',
    value: ({ figures }) => figures.kernelErrors,
  },
  { section: 'failures', key: 'failed-requests', label: 'failed requests', value: ofIo('failures') },
  { section: 'failures', key: 'corrupted', label: 'damaged payloads', value: ofIo('corrupted') },
];

const SECTIONS: readonly CompareSection[] = ['outcome', 'windows', 'dma-space', 'calls', 'io', 'failures'];

/** Rows by section; `runs`: one for each column, undefined where a run could not be made. */
export function compareRows(runs: readonly Facts[]): readonly CompareRow[] {
  const rows = [...functionRows(runs), ...RUN_RULES.map((rule) => rowOf(rule, runs))];
  return SECTIONS.flatMap((section) => rows.filter((row) => row.section === section));
}

/** Rows about functions; those with the same values in all runs share a row. A row that tells of nothing is left out. */
function functionRows(runs: readonly Facts[]): readonly CompareRow[] {
  const byId = runs.map((run) => new Map(run?.functions.map((fn) => [fn.id, fn])));
  const ids = [...new Set(byId.flatMap((functions) => [...functions.keys()]))];
  return FUNCTION_RULES.flatMap((rule) => {
    const groups = new Map<string, { readonly row: CompareRow; readonly functions: string[] }>();
    for (const id of ids) {
      const row = rowOf(
        rule,
        byId.map((functions) => functions.get(id)),
      );
      const key = JSON.stringify(row.values);
      const known = groups.get(key);
      if (known !== undefined) known.functions.push(id);
      else groups.set(key, { row, functions: [id] });
    }
    return [...groups.values()]
      .filter(({ row }) => row.values.some((value) => value !== null))
      .map(({ row, functions }) => ({ ...row, functions }));
  });
}

function rowOf<T>(
  { section, key, label, value, text }: RowRule<T>,
  things: readonly (T | undefined)[],
): CompareRow {
  const values = things.map((thing) => (thing === undefined ? null : value(thing)));
  const texts = values.map((entry) => {
    if (entry === null) return '-';
    return typeof entry === 'string' ? entry : (text ?? countText)(entry);
  });
  const there = values.filter((_, n) => things[n] !== undefined);
  return { section, key, label, values, texts, differs: new Set(there).size > 1 };
}
