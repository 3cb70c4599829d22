// Runs of the same partition and workload side by side: what they came to in rows, where their decisions part, how their logs differ.

import { dmesgDifferences } from './compare-dmesg.ts';
import type { DmesgDifference } from './compare-dmesg.ts';
import { branchDifferences } from './compare-plans.ts';
import type { BranchDifference } from './compare-plans.ts';
import { compareRows } from './compare-rows.ts';
import type { CompareRow } from './compare-rows.ts';
import type { RunFacts } from './run-facts.ts';

/** One run to be compared. */
export interface ComparedRun {
  /** What tells it from the others: `5.13`, `powervm-p10`, `5.13 on powervm-p10`. */
  readonly label: string;
  readonly kernel: string;
  readonly profile: string;
  /** Sentences: what had to be changed, which command was refused. */
  readonly notes: readonly string[];
  /** A sentence: why this kernel or platform cannot run the configuration at all. Then there are no facts. */
  readonly cannot?: string;
  readonly facts?: RunFacts;
}

export interface CompareColumn {
  readonly label: string;
  readonly kernel: string;
  readonly profile: string;
  readonly ran: boolean;
  readonly notes: readonly string[];
}

/** Two columns, by their index. */
export interface Pair {
  readonly before: number;
  readonly after: number;
}

/** Plain JSON: what `ddw-lab compare --json` writes, and what the window is sent. */
export interface CompareReport {
  readonly format: 'ddw-compare';
  readonly version: 1;
  readonly columns: readonly CompareColumn[];
  readonly rows: readonly CompareRow[];
  /** Each later run against the first one that ran. */
  readonly branches: readonly (Pair & { readonly differences: readonly BranchDifference[] })[];
  readonly dmesg: readonly (Pair & { readonly differences: readonly DmesgDifference[] })[];
}

/** Two runs. */
export function compareFacts(
  before: RunFacts,
  after: RunFacts,
): {
  readonly rows: readonly CompareRow[];
  readonly branches: readonly BranchDifference[];
  readonly dmesg: readonly DmesgDifference[];
} {
  return {
    rows: compareRows([before, after]),
    branches: branchDifferences(before, after),
    dmesg: dmesgDifferences(before, after),
  };
}

/** Any number of runs, in the order of their columns. */
export function compareRuns(runs: readonly ComparedRun[]): CompareReport {
  const comparing = comparingRuns(runs);
  for (;;) {
    const next = comparing.next();
    if (next.done === true) return next.value;
  }
}

/** The same in pieces: it yields between them, for a thousand functions are a long answer. */
export function* comparingRuns(runs: readonly ComparedRun[]): Generator<void, CompareReport, void> {
  const rows = compareRows(runs.map(({ facts }) => facts));
  const branches: CompareReport['branches'][number][] = [];
  const dmesg: CompareReport['dmesg'][number][] = [];
  for (const { a, b, pair } of pairsOf(runs)) {
    yield;
    branches.push({ ...pair, differences: branchDifferences(a, b) });
    yield;
    dmesg.push({ ...pair, differences: dmesgDifferences(a, b) });
  }
  return { format: 'ddw-compare', version: 1, columns: runs.map(columnOf), rows, branches, dmesg };
}

function columnOf({ label, kernel, profile, notes, cannot, facts }: ComparedRun): CompareColumn {
  const sentences = cannot === undefined ? notes : [cannot, ...notes];
  return { label, kernel, profile, ran: facts !== undefined, notes: sentences };
}

function pairsOf(runs: readonly ComparedRun[]): readonly { a: RunFacts; b: RunFacts; pair: Pair }[] {
  const ran = runs.flatMap(({ facts }, index) => (facts === undefined ? [] : [{ facts, index }]));
  const [first, ...rest] = ran;
  if (first === undefined) return [];
  return rest.map(({ facts, index }) => ({
    a: first.facts,
    b: facts,
    pair: { before: first.index, after: index },
  }));
}
