// The VFIO matrix as text: a table for each kind of slot, a row for each kernel and program (kernels that answer alike share one),
// a column for each page size; below it what failed and why.

import type { VfioCell, VfioMatrix } from '../../core/index.ts';
import { sizeText } from '../../core/index.ts';

const GAP = '  ';

export function vfioMatrixLines(matrix: VfioMatrix): readonly string[] {
  const platforms = groupBy(matrix.cells, ({ platform }) => `${platform.profile} ${platform.slotClass}`);
  const notes = new Notes();
  const before = matrix.driverFirst
    ? 'a driver of the kernel had the function first'
    : 'no driver of the kernel touched the function';
  return [
    `VFIO with huge pages: ${sizeText(matrix.bytes)} of memory mapped by a program; ${before}.`,
    'works = one TCE a page; TCEs/hcalls = more than one TCE a page, at that cost; [n] = fails, see below.',
    ...[...platforms.values()].flatMap((cells) => ['', ...platformLines(cells, notes)]),
    '',
    ...notes.lines(),
  ];
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Failures by what they say, numbered as they first come. */
class Notes {
  private readonly texts = new Map<string, number>();

  of({ failed }: VfioCell): number {
    const text =
      failed === null
        ? ''
        : `${failed.call}: ${failed.ret < 0 || failed.errno === 'Oops' ? failed.errno : 'unusable'}. ${failed.why}`;
    const known = this.texts.get(text) ?? this.texts.size + 1;
    this.texts.set(text, known);
    return known;
  }

  lines(): readonly string[] {
    return [...this.texts].map(([text, n]) => `[${n}] ${text}`);
  }
}

function platformLines(cells: readonly VfioCell[], notes: Notes): readonly string[] {
  const [first] = cells;
  if (first === undefined) return [];
  const sizes = [...new Set(cells.map(({ pageBytes }) => pageBytes))];
  const rows = [...groupBy(cells, ({ kernel, app }) => `${kernel} ${app}`).values()].map((row) => ({
    kernel: row[0]?.kernel ?? '',
    app: row[0]?.app ?? '',
    cells: sizes.map((size) =>
      cellText(
        row.find(({ pageBytes }) => pageBytes === size),
        notes,
      ),
    ),
  }));
  const merged = mergeKernels(rows);
  const head = ['kernel', 'program', ...sizes.map((size) => sizeText(size))];
  const title = `${first.platform.title} (${first.platform.profile}, ${first.platform.mmu} page tables)`;
  return [title, ...tableLines([head, ...merged.map(({ kernels, app, texts }) => [kernels, app, ...texts])])];
}

function cellText(cell: VfioCell | undefined, notes: Notes): string {
  if (cell === undefined) return '-';
  if (cell.outcome === 'fails') return `[${notes.of(cell)}]`;
  if (cell.outcome === 'works') return `works, ${sizeText(cell.ioPageBytes)}`;
  return `${cell.tces.toLocaleString('en-US')}/${cell.hcalls.toLocaleString('en-US')} by ${sizeText(cell.ioPageBytes)}`;
}

/** Neighbouring kernels whose programs all fare alike. */
function mergeKernels(
  rows: readonly { readonly kernel: string; readonly app: string; readonly cells: readonly string[] }[],
): readonly { readonly kernels: string; readonly app: string; readonly texts: readonly string[] }[] {
  const byKernel = [...groupBy(rows, ({ kernel }) => kernel)].map(([kernel, own]) => ({
    kernel,
    own,
    text: JSON.stringify(own.map(({ app, cells }) => [app, cells])),
  }));
  const spans: { first: string; last: string; own: (typeof rows)[number][]; text: string }[] = [];
  for (const { kernel, own, text } of byKernel) {
    const span = spans.at(-1);
    if (span?.text === text) span.last = kernel;
    else spans.push({ first: kernel, last: kernel, own, text });
  }
  return spans.flatMap(({ first, last, own }) =>
    own.map(({ app, cells }, i) => ({
      kernels: i > 0 ? '' : first === last ? first : `${first} to ${last}`,
      app,
      texts: cells,
    })),
  );
}

function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}
