// What the VFIO matrix says of its cells, in sentences.

import type { VfioSheetCell } from '../../electron/ipc-contract.ts';
import { vfio } from '../texts/texts.ts';
import { counted, grouped, sizeWords, timeWords } from '../widgets/numbers.ts';
import { sentence } from '../widgets/sentence.ts';
import { hugePagesOf, pageName, shortCall } from './vfio-view.ts';
import type { HugePage, VfioRow } from './vfio-view.ts';

export const kernelsWords = (kernels: readonly string[]): string =>
  vfio.span(kernels[0] ?? '', kernels.at(-1) ?? '');

/** The question's answer for one program on one platform. */
export function answerWords(rows: readonly VfioRow[]): string {
  const pages = hugePagesOf(rows);
  if (pages.length === 0) return vfio.no(newestFailure(rows));
  const all = vfio.pages(pages.map(pageWords));
  return pages.some(({ outcome }) => outcome === 'works') ? vfio.yes(all) : vfio.yesAtCost(all);
}

function pageWords({ pageBytes, outcome, spans }: HugePage): string {
  const kernels = vfio.list(spans.map(([first, last]) => vfio.span(first, last)));
  return vfio.page(pageName(pageBytes), kernels, outcome);
}

/** Why the newest kernel fails, where it is not for want of such a page of memory. */
function newestFailure(rows: readonly VfioRow[]): string {
  const huge = rows.at(-1)?.cells.slice(1) ?? [];
  const told = huge.find(({ failed }) => failed !== null && failed.call !== 'mmap') ?? huge[0];
  return sentence(told?.failed?.why ?? '');
}

/** A cell's two lines: its outcome, and the figure or call that counts. */
export function cellWords({ outcome, failed, tces, ioPageBytes }: VfioSheetCell): {
  readonly word: string;
  /** Parts that are not broken. */
  readonly figure: readonly string[];
} {
  const word = vfio.outcomes[outcome];
  if (failed !== null) return { word, figure: [shortCall(failed.call), errnoOf(failed)] };
  const page = pageName(ioPageBytes);
  return { word, figure: [outcome === 'works' ? vfio.oneTce(page) : vfio.manyTces(grouped(tces), page)] };
}

type Failure = NonNullable<VfioSheetCell['failed']>;

const isOops = ({ errno }: Failure): boolean => errno === 'Oops';
const errnoOf = (failed: Failure): string =>
  failed.ret === 0 && !isOops(failed) ? vfio.unusable : failed.errno;

/** The cell in whole sentences; `bytes`: what the program wants mapped. */
export function storyOf(cell: VfioSheetCell, bytes: number): readonly string[] {
  const { outcome, failed, pageBytes, ioPageBytes, tces, hcalls, ns, windows, start } = cell;
  if (failed !== null) {
    const until = hcalls === 0 ? [] : [vfio.before(grouped(hcalls), timeWords(ns))];
    return [failureWords(failed), sentence(failed.why), ...until];
  }
  const page = sizeWords(ioPageBytes);
  const mapped = Math.ceil(bytes / pageBytes) * pageBytes;
  return [
    outcome === 'works'
      ? vfio.told.works(page, grouped(tces))
      : vfio.told.costs(grouped(pageBytes / ioPageBytes), page, grouped(tces)),
    vfio.price(sizeWords(mapped), grouped(hcalls), timeWords(ns)),
    vfio.place(counted(windows, vfio.window[0], vfio.window[1]), start),
  ];
}

function failureWords(failed: Failure): string {
  if (isOops(failed)) return vfio.told.dies;
  if (failed.ret === 0) return vfio.told.unusable(failed.call);
  return vfio.told.fails(failed.call, vfio.result(failed.errno, String(failed.ret)));
}
