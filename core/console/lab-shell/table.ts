// Text tables: columns as wide as their widest cell, numbers to the right.

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** Lines without trailing spaces; the first holds the titles. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, n) =>
    rows.reduce((width, row) => Math.max(width, (row[n] ?? '').length), column.title.length),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, n) => {
        const cell = cells[n] ?? '';
        return column.right === true ? cell.padStart(widths[n] ?? 0) : cell.padEnd(widths[n] ?? 0);
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...rows.map(line)].join('\n');
}

/** 4194304 -> `4,194,304`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Virtual time as the kernel log prints it: seconds with six digits. */
export function secondsText(ns: number): string {
  const us = Math.floor(ns / 1000);
  return `${Math.floor(us / 1_000_000)}.${String(us % 1_000_000).padStart(6, '0')}`;
}
