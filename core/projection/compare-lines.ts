// A comparison as lines of text: a column for each run, then the branches that differ, then the lines of dmesg.

import type { PlanStep } from '../trace/events.ts';
import type { DmesgDifference, DmesgLineChange } from './compare-dmesg.ts';
import type { BranchDifference, StepDifference } from './compare-plans.ts';
import type { CompareRow, CompareSection } from './compare-rows.ts';
import type { CompareReport, Pair } from './compare-runs.ts';

const TITLES: Readonly<Record<CompareSection, string>> = {
  outcome: 'outcome',
  windows: 'windows',
  'dma-space': 'DMA space',
  calls: 'calls',
  io: 'I/O',
  failures: 'failures',
};

/** A row whose values differ begins with this. */
const MARK = '*';
const SIGNS = { same: ' ', gone: '-', new: '+' } as const;

/** Lines without line ends. */
export function compareLines(report: CompareReport): readonly string[] {
  return [
    ...tableLines(report),
    '',
    ...noteLines(report),
    ...report.branches.flatMap(({ differences, ...pair }) => branchLines(report, pair, differences)),
    ...report.dmesg.flatMap(({ differences, ...pair }) => dmesgLines(report, pair, differences)),
  ];
}

function tableLines({ columns, rows }: CompareReport): readonly string[] {
  const cells = [['', ...columns.map(({ label, ran }) => (ran ? label : `${label} (did not run)`))]];
  let section: CompareSection | undefined;
  for (const row of rows) {
    if (row.section !== section) cells.push([TITLES[row.section]]);
    section = row.section;
    cells.push([`${row.differs ? MARK : ' '} ${labelOf(row)}`, ...row.texts]);
  }
  const widths = ['', ...columns].map((_, n) => Math.max(...cells.map((line) => (line[n] ?? '').length)));
  return cells.map((line) =>
    line
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const labelOf = ({ label, functions }: CompareRow): string =>
  functions === undefined ? label : `${label} of ${namesOf(functions)}`;

/** `vf0`, `vf0, vf3`, `vf0, vf1, … vf7 (8)`. */
function namesOf(ids: readonly string[]): string {
  if (ids.length <= 3) return ids.join(', ');
  return `${ids.slice(0, 2).join(', ')}, … ${ids.at(-1) ?? ''} (${ids.length})`;
}

function noteLines({ columns }: CompareReport): readonly string[] {
  const lines = columns.flatMap(({ label, notes }) => notes.map((note) => `  ${label}: ${note}`));
  return lines.length === 0 ? [] : ['notes', ...lines, ''];
}

const labelAt = ({ columns }: CompareReport, index: number): string => columns[index]?.label ?? '';

function branchLines(
  report: CompareReport,
  { before, after }: Pair,
  differences: readonly BranchDifference[],
): readonly string[] {
  const [a, b] = [labelAt(report, before), labelAt(report, after)];
  if (differences.length === 0) return [`enable_ddw takes the same branches under ${a} and ${b}`, ''];
  return differences.flatMap(({ functions, modes, steps }) => [
    steps.some(({ decides }) => decides)
      ? `enable_ddw of ${namesOf(functions)} parts between ${a} (${modes[0]}) and ${b} (${modes[1]})`
      : `enable_ddw of ${namesOf(functions)} goes the same way under ${a} and ${b} (${modes[0]}), on other facts`,
    ...steps.flatMap((step) => stepLines(step, [a, b])),
    '',
  ]);
}

function stepLines(
  { number, before, after, decides }: StepDifference,
  labels: readonly [string, string],
): readonly string[] {
  const where = [...new Set([before, after].flatMap((step) => (step === null ? [] : [step.where])))];
  const width = Math.max(...labels.map((label) => label.length));
  const said = (step: PlanStep | null): string => (step === null ? 'nothing more' : stepText(step));
  return [
    `${decides ? MARK : ' '} ${number}. ${where.join(' | ')}`,
    `     ${labels[0].padEnd(width)}  ${said(before)}`,
    `     ${labels[1].padEnd(width)}  ${said(after)}`,
  ];
}

function stepText({ text, compared }: PlanStep): string {
  if (compared === undefined) return text;
  const { left, op, right, holds } = compared;
  return `${text}  [${left} ${op} ${right}: ${holds ? 'yes' : 'no'}]`;
}

function dmesgLines(
  report: CompareReport,
  { before, after }: Pair,
  differences: readonly DmesgDifference[],
): readonly string[] {
  const [a, b] = [labelAt(report, before), labelAt(report, after)];
  if (differences.length === 0) return [`dmesg is the same under ${a} and ${b}`, ''];
  return [
    `dmesg, ${a} (-) against ${b} (+)`,
    ...differences.flatMap(({ functions, lines }) => [`  ${dmesgTitle(functions)}`, ...changedLines(lines)]),
    '',
  ];
}

/** The changed lines with one line around each; what is left out between them is a sign. */
function changedLines(lines: readonly DmesgLineChange[]): readonly string[] {
  const changed = (n: number): boolean => lines[n] !== undefined && lines[n].change !== 'same';
  const near = (n: number): boolean => changed(n - 1) || changed(n) || changed(n + 1);
  return lines.flatMap(({ change, text }, n) => {
    if (near(n)) return [`  ${SIGNS[change]} ${text}`];
    return near(n - 1) && n > 0 ? ['    …'] : [];
  });
}

function dmesgTitle(functions: readonly string[]): string {
  const [first, ...others] = functions;
  if (first === undefined) return 'lines of no function';
  return others.length === 0 ? first : `${first}; the same, numbers apart, for ${namesOf(others)}`;
}
