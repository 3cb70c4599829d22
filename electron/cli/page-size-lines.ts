// The table of I/O page sizes as lines of text.

import { sizeText, tableText } from '../../core/index.ts';
import type { PageSizeReport } from '../../core/index.ts';

type Row = PageSizeReport['firmware'][number];
type Kernel = PageSizeReport['kernels'][number];
type Processors = PageSizeReport['processors'][number];

const LEGEND = [
  'verified: measured by us · documented: in a specification or manual · observed: in a log · assumed: inferred',
];

const TAKES: Readonly<Record<Kernel['takes'], string>> = {
  'highest-bit': "the highest bit of the query's mask",
  'largest-shift': 'the largest page',
};

/** Lines without line ends. */
export function pageSizeLines({ firmware, kernels, processors }: PageSizeReport): readonly string[] {
  return [
    'I/O page sizes by firmware and processor: the memory that one block of TCEs maps 1:1 in pages of each size,',
    'and how sure it is that the size is offered ("no" is as sure; "any": the block is no limit there)',
    '',
    ...firmwareLines(firmware),
    '',
    ...LEGEND,
    '',
    'I/O page sizes that Linux knows, and which of those offered it takes',
    '',
    ...kernelLines(kernels),
    ...processors.flatMap((rows) => ['', ...processorLines(rows)]),
  ];
}

function firmwareLines(rows: readonly Row[]): readonly string[] {
  const names = rows[0]?.pages.map(({ name }) => name) ?? [];
  const offered = (name: string): boolean =>
    rows.some(({ pages }) => pages.some((page) => page.name === name && page.offered));
  const shown = names.filter(offered);
  const columns = ['firmware', 'level', 'processor', 'slot', 'windows', 'TCEs of a block', ...shown];
  const table = tableText(
    columns.map((title) => ({ title })),
    rows.map((row) => [
      row.hypervisor,
      row.firmwareLevels.join(', ') || '-',
      row.processor,
      row.slotClass,
      `${row.windows.value} ${row.windows.grade}`,
      `0x${row.blockTces.value.toString(16)} ${row.blockTces.grade}`,
      ...shown.map((name) => cellText(row, name)),
    ]),
  );
  const never = names.filter((name) => !offered(name));
  return never.length === 0 ? [table] : [table, '', `offered by none of them: ${never.join(', ')}`];
}

function cellText({ pages, blockEnforced }: Row, name: string): string {
  const page = pages.find((cell) => cell.name === name);
  if (page === undefined) return '';
  const reach = blockEnforced.value ? sizeText(page.directBytes ?? 0) : 'any';
  const size = page.directBytes === null ? 'no' : reach;
  // Some firmware takes what it does not offer.
  return `${size} ${page.grade}${page.accepted && !page.offered ? ' (but accepted)' : ''}`;
}

/** Neighbours that know the same share a row. */
function kernelLines(kernels: readonly Kernel[]): readonly string[] {
  const groups: { readonly first: Kernel; readonly names: string[]; readonly grades: Set<string> }[] = [];
  for (const kernel of kernels) {
    const last = groups.at(-1);
    const same =
      last?.first.known.join() === kernel.known.join() && last.first.takes === kernel.takes
        ? last
        : undefined;
    if (same === undefined)
      groups.push({ first: kernel, names: [kernel.kernel], grades: new Set([kernel.grade]) });
    else {
      same.names.push(kernel.kernel);
      same.grades.add(kernel.grade);
    }
  }
  const columns = ['kernels', 'knows', 'takes', 'grade'].map((title) => ({ title }));
  const rows = groups.map(({ first, names, grades }) => [
    names.join(', '),
    first.known.join(' '),
    TAKES[first.takes],
    [...grades].join(', '),
  ]);
  return [tableText(columns, rows)];
}

function processorLines({ hypervisor, profiles, differences }: Processors): readonly string[] {
  const columns = ['', ...profiles].map((title) => ({ title }));
  const rows = differences
    .filter(({ path }) => !isFootnote(path))
    .map(({ path, values }) => [
      path,
      ...values.map((cell) => (cell === null ? '-' : `${cell.value} ${cell.grade}`)),
    ]);
  return [
    `what else is not the same on all processors of ${hypervisor}`,
    '',
    tableText(columns, rows),
    ...footnoteLines({ hypervisor, profiles, differences }),
  ];
}

const FOOTNOTES = 'footnotes.';
const isFootnote = (path: string): boolean => path.startsWith(FOOTNOTES);

/** What a profile has beside it of machines that are no profile of their own: with its grade, and its source in full. */
function footnoteLines({ profiles, differences }: Processors): readonly string[] {
  const notes = differences.filter(({ path }) => isFootnote(path));
  const lines = notes.flatMap(({ path, values }) =>
    values.flatMap((cell, n) =>
      cell === null
        ? []
        : [
            `${profiles[n] ?? ''}, ${path.slice(FOOTNOTES.length)}: ${cell.value}, ${cell.grade} (${cell.source})`,
          ],
    ),
  );
  return lines.length === 0 ? [] : ['', 'footnotes', '', ...lines];
}
