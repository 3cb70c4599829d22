// What an indirect call's list held, in the form that the trace keeps: runs of consecutive I/O pages.

import { H_SUCCESS, TCES_PER_CALL } from '../../abi/papr/hcall.ts';
import { bswap32 } from '../../base/bits.ts';
import { numberFromHalves } from '../../base/u64.ts';
import type { DmaWindow } from '../../iommu/dma-window.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { RunWords } from '../../trace/run-words.ts';
import { RUN_WORDS } from '../../trace/run-words.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { BLOCK_BYTES } from '../../memory/guest-memory.ts';

/**
 * Writes the trace row of an H_PUT_TCE_INDIRECT that returned `ret`; `count` as a number, -1 when absurd. A list that was
 * well-formed is told even when the call failed: it says what was wanted.
 */
export function traceIndirect(
  context: { readonly trace: TraceSink | undefined; readonly memory: GuestMemory },
  window: DmaWindow | undefined,
  regs: Int32Array,
  count: number,
  ret: number,
): void {
  const [, , , liobn = 0, iobaHi = 0, iobaLo = 0, listHi = 0, listLo = 0, countHi = 0, countLo = 0] = regs;
  const list = numberFromHalves(listHi, listLo);
  const readable = window !== undefined && count > 0 && count <= TCES_PER_CALL && (listLo & 0xfff) === 0;
  const words = readable ? context.memory.peekWords(list) : undefined;
  const from = listWord(list);
  const firstHi = words === undefined ? 0 : bswap32(words[from] as number);
  const firstLo = words === undefined ? 0 : bswap32(words[from + 1] as number);
  const several = readable ? listRuns(words, from, count, window.pageShift) : undefined;
  const runs =
    ret === H_SUCCESS || !readable || several !== undefined ? several : oneRun(firstHi, firstLo, count);
  context.trace?.indirect(
    liobn,
    iobaHi,
    iobaLo,
    listHi,
    listLo,
    countHi,
    countLo,
    firstHi,
    firstLo,
    runs,
    ret,
  );
}

/** Position of a list page's first word in its 64 KiB block. */
export function listWord(list: number): number {
  return (list % BLOCK_BYTES) >>> 2;
}

/** Where runs are gathered: the trace copies them before the next call. */
const scratch = new Int32Array(TCES_PER_CALL * RUN_WORDS);

function setRun(run: number, firstHi: number, firstLo: number, count: number): void {
  scratch[run * RUN_WORDS] = firstHi;
  scratch[run * RUN_WORDS + 1] = firstLo;
  scratch[run * RUN_WORDS + 2] = count;
}

function oneRun(firstHi: number, firstLo: number, count: number): RunWords {
  setRun(0, firstHi, firstLo, count);
  return { words: scratch, count: 1 };
}

/** The list's runs, good until the next call; undefined when it is one run. Words undefined: all zeros. */
export function listRuns(
  words: Int32Array | undefined,
  from: number,
  count: number,
  pageShift: number,
): RunWords | undefined {
  if (words === undefined) return count === 1 ? undefined : zeroRuns(count);
  let runs = 0;
  for (let start = 0; start < count; runs++) {
    const at = from + 2 * start;
    const length = runLength(words, at, count - start, pageShift);
    if (length === count) return undefined;
    setRun(runs, bswap32(words[at] as number), bswap32(words[at + 1] as number), length);
    start += length;
  }
  return { words: scratch, count: runs };
}

function zeroRuns(count: number): RunWords {
  for (let run = 0; run < count; run++) setRun(run, 0, 0, 1);
  return { words: scratch, count };
}

/** Entries from word `at` that count up by one page each. */
function runLength(words: Int32Array, at: number, most: number, pageShift: number): number {
  const stepHi = pageShift < 32 ? 0 : 1 << (pageShift - 32);
  const stepLo = pageShift < 32 ? 1 << pageShift : 0;
  let hi = bswap32(words[at] as number);
  let lo = bswap32(words[at + 1] as number);
  for (let n = 1; n < most; n++) {
    const next = (lo + stepLo) | 0;
    hi = (hi + stepHi + (next >>> 0 < lo >>> 0 ? 1 : 0)) | 0;
    lo = next;
    const word = at + 2 * n;
    if (bswap32(words[word + 1] as number) !== lo || bswap32(words[word] as number) !== hi) return n;
  }
  return most;
}
