// What `conform` finds for one input, whatever its kind: calls/*.jsonl, probe_* folder, scenario folder.

/** Worst of the parts: an input is OK only when every part that it has is equal, and N/A when it has none. */
export type ConformStatus = 'OK' | 'DIFF' | 'N/A';

/** The first place where recording and prediction part. */
export interface Difference {
  /** Where: "call 517 of PHB 0", "dump after-nvme, /pci@800000020000000/ibm,dma-window". */
  readonly at: string;
  /** The recording's line; "(nothing)" where it has no more. */
  readonly expected: string;
  /** Ours. */
  readonly got: string;
  /** Equal lines just before it, oldest first. */
  readonly context: readonly string[];
}

export interface ConformPart {
  readonly part: string;
  readonly equal: number;
  readonly compared: number;
  readonly status: ConformStatus;
  readonly firstDifference?: Difference;
  /** Why it is N/A, or what was left out on purpose. */
  readonly note?: string;
  /** Requests whose place in the order was not the trace's but worked out (docs/conformance.md, "When a map searched"). */
  readonly moved?: number;
}

export interface ConformReport {
  readonly name: string;
  readonly kind: 'calls' | 'probe' | 'scenario';
  readonly parts: readonly ConformPart[];
}

export function notApplicable(part: string, note: string): ConformPart {
  return { part, equal: 0, compared: 0, status: 'N/A', note };
}

export function statusOf(report: ConformReport): ConformStatus {
  if (report.parts.some((p) => p.status === 'DIFF')) return 'DIFF';
  return report.parts.some((p) => p.status === 'OK') ? 'OK' : 'N/A';
}

export function totalsOf(report: ConformReport): { readonly equal: number; readonly compared: number } {
  return {
    equal: report.parts.reduce((sum, p) => sum + p.equal, 0),
    compared: report.parts.reduce((sum, p) => sum + p.compared, 0),
  };
}

/** Requests of all parts that were put elsewhere in the order than the trace has them. */
export function movedOf(report: ConformReport): number {
  return report.parts.reduce((sum, p) => sum + (p.moved ?? 0), 0);
}

/** One line per input; on DIFF the first difference of each differing part in full, indented. */
export function reportLines(report: ConformReport): readonly string[] {
  const { equal, compared } = totalsOf(report);
  const parts = report.parts.map(
    (p) =>
      `${p.part} ${p.status === 'N/A' ? 'n/a' : `${p.equal}/${p.compared}`}${p.moved === undefined ? '' : ` (${p.moved} reordered)`}`,
  );
  const head = `${statusOf(report)} ${report.name} ${equal}/${compared}  [${parts.join(', ')}]`;
  return [head, ...report.parts.flatMap(differenceLines)];
}

function differenceLines(part: ConformPart): readonly string[] {
  const d = part.firstDifference;
  if (d === undefined) return [];
  return [
    `  ${part.part}: first difference at ${d.at}`,
    ...d.context.map((line) => `      both      ${line}`),
    `      expected  ${d.expected}`,
    `      got       ${d.got}`,
  ];
}
