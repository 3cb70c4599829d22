// The shortest way from one text to another, line by line: the longest common subsequence keeps, the rest goes or comes.

export type LineChange = 'same' | 'gone' | 'new';

export interface DiffLine {
  readonly change: LineChange;
  /** Index in the old text (`same`, `gone`) and in the new one (`same`, `new`). */
  readonly before?: number;
  readonly after?: number;
}

/** Cells of the largest table that is worked out; beyond it the middle is shown as gone and new. */
const MAX_CELLS = 4_000_000;

/** Every line of both texts, in order. Of equally short ways the one that lets lines go first. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const middle = middleOf(
    before.slice(head, before.length - tail),
    after.slice(head, after.length - tail),
    head,
  );
  return [...sameLines(0, 0, head), ...middle, ...sameLines(before.length - tail, after.length - tail, tail)];
}

function sameLines(before: number, after: number, count: number): readonly DiffLine[] {
  return Array.from({ length: count }, (_, n) => ({ change: 'same', before: before + n, after: after + n }));
}

function middleOf(before: readonly string[], after: readonly string[], from: number): readonly DiffLine[] {
  const lengths = commonLengths(before, after);
  const lines: DiffLine[] = [];
  const width = after.length + 1;
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const down = lengths?.[(i + 1) * width + j] ?? 0;
    const right = lengths?.[i * width + j + 1] ?? 0;
    if (lengths !== undefined && i < before.length && j < after.length && before[i] === after[j])
      lines.push({ change: 'same', before: from + i++, after: from + j++ });
    else if (i < before.length && (j === after.length || down >= right))
      lines.push({ change: 'gone', before: from + i++ });
    else lines.push({ change: 'new', after: from + j++ });
  }
  return lines;
}

/** Length of the longest common subsequence of all that lies from (i, j) on; undefined: too much to work out. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array | undefined {
  const width = after.length + 1;
  if ((before.length + 1) * width > MAX_CELLS) return undefined;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] =
        before[i] === after[j]
          ? (lengths[at + width + 1] ?? 0) + 1
          : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
    }
  }
  return lengths;
}
