// Which rows of a long list are in sight, by index and never by pixels: a browser's tallest element holds some 1.4 million rows of
// 24 pixels, a TCE table has up to 2^31.

/** The first row in sight, so that rows [top, top + shown) stay within [0, count). */
export function clampTop(top: number, count: number, shown: number): number {
  return Math.max(0, Math.min(Math.floor(top), count - shown));
}

/** The first row in sight once `row` has to be: it moves no further than needed. */
export function topShowing(row: number, top: number, count: number, shown: number): number {
  if (row < top) return clampTop(row, count, shown);
  if (row >= top + shown) return clampTop(row - shown + 1, count, shown);
  return clampTop(top, count, shown);
}

/** The first row in sight with `row` in the middle. */
export const topAround = (row: number, count: number, shown: number): number =>
  clampTop(row - Math.floor(shown / 2), count, shown);

export interface Thumb {
  /** Shares of the bar, 0..1. */
  readonly from: number;
  readonly size: number;
}

/** The scroll bar's thumb; never too small to be grabbed. */
export function thumbOf(top: number, count: number, shown: number, least = 0.06): Thumb {
  if (count <= shown) return { from: 0, size: 1 };
  const size = Math.max(least, shown / count);
  return { from: (top / (count - shown)) * (1 - size), size };
}

/** The first row in sight when the thumb's upper end is at `from` of the bar. */
export function topOfThumb(from: number, count: number, shown: number, least = 0.06): number {
  const { size } = thumbOf(0, count, shown, least);
  if (size >= 1) return 0;
  return clampTop(Math.round((from / (1 - size)) * (count - shown)), count, shown);
}

/** Where a key leads from `row`; undefined: it is no key of a list. */
export function rowAfterKey(key: string, row: number, count: number, shown: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + shown - 1,
    PageUp: row - shown + 1,
    Home: 0,
    End: count - 1,
  };
  const to = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}
