// What a line of text points at: functions, PCI addresses, LIOBNs, bus addresses, nodes of the device tree and events become links.
// Pure: the terminals, the trace and every log find the same things in the same words.

import type { FunctionAnswer, WindowAnswer } from '../../core/index.ts';
import type { Target } from '../app/panel-info.ts';
import { terminal } from '../texts/texts.ts';

export interface TextLink {
  /** Columns of the line: from `start`, up to but not including `end`. */
  readonly start: number;
  readonly end: number;
  readonly target: Target;
  /** On a button: "Show vf3". */
  readonly label: string;
}

/** What is there to be pointed at. */
export interface LinkNames {
  isFunction(id: string): boolean;
  functionAt(address: string): string | undefined;
  window(liobn: number): WindowAnswer | undefined;
  windowsOf(id: string): readonly WindowAnswer[];
}

export function linkNames(functions: readonly FunctionAnswer[]): LinkNames {
  const byId = new Map(functions.map((f) => [f.description.id, f]));
  const byAddress = new Map(functions.map(({ description: { fn, id } }) => [fn, id]));
  const byLiobn = new Map(
    functions.flatMap(({ windows }) =>
      windows.filter(({ active }) => active).map((window) => [window.liobn >>> 0, window] as const),
    ),
  );
  return {
    isFunction: (id) => byId.has(id),
    functionAt: (address) => byAddress.get(address),
    window: (liobn) => byLiobn.get(liobn >>> 0),
    windowsOf: (id) => byId.get(id)?.windows.filter(({ active }) => active) ?? [],
  };
}

const MOST_LINKS = 12;
const WORD =
  /\/pci@[\w@,./-]+|0x[0-9a-f]+|[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]|#[\d,]*\d|\b[a-z][a-z-]*\d+\b/g;
/** Values that look like bus addresses and are none. */
const NO_IOBA = new Set(['tce', 'list', 'size', 'in', 'out', 'token', 'count']);

interface Found {
  readonly text: string;
  readonly start: number;
  /** `ioba` of `ioba=0x…`. */
  readonly label: string;
}

/** The links of a line, from left to right. */
export function linksIn(line: string, names: LinkNames): readonly TextLink[] {
  const words: Found[] = [...line.matchAll(WORD)].map((match) => ({
    text: match[0],
    start: match.index,
    label: /([a-z-]+)\s?=\s?$/i.exec(line.slice(0, match.index))?.[1]?.toLowerCase() ?? '',
  }));
  const around = windowsAround(words, names);
  let addresses = 0;
  const links: TextLink[] = [];
  for (const word of words) {
    const link = (target: Target, label: string): void =>
      void links.push({ start: word.start, end: word.start + word.text.length, target, label });
    if (word.text.startsWith('/')) nodeLink(word.text, link);
    else if (word.text.startsWith('#')) {
      const seq = Number(word.text.slice(1).replaceAll(',', ''));
      link({ kind: 'event', seq }, terminal.linkEvent(word.text.slice(1)));
    } else if (word.text.startsWith('0x')) {
      if (word.text.length > 10) addresses++;
      hexLink(word, addresses, around, names, link);
    } else {
      const id = names.isFunction(word.text) ? word.text : names.functionAt(word.text);
      if (id !== undefined) link({ kind: 'function', id }, terminal.linkFunction(id));
    }
  }
  return links.slice(0, MOST_LINKS);
}

type Give = (target: Target, label: string) => void;

/** `/pci@800000029004000/linux,dma64-ddr-window-info`: what has no unit address is a property. */
function nodeLink(text: string, link: Give): void {
  const cut = text.lastIndexOf('/');
  const last = text.slice(cut + 1);
  const isProperty = cut > 0 && !last.includes('@');
  const path = isProperty ? text.slice(0, cut) : text;
  link(
    isProperty ? { kind: 'node', path, property: last } : { kind: 'node', path },
    terminal.linkNode(isProperty ? last : path),
  );
}

function hexLink(
  { text, label }: Found,
  nth: number,
  around: readonly WindowAnswer[],
  names: LinkNames,
  link: Give,
): void {
  const value = BigInt(text);
  const window = text.length <= 10 ? names.window(Number(value)) : undefined;
  if (window !== undefined) return link({ kind: 'window', liobn: window.liobn }, terminal.linkWindow(text));
  // Without their names only the first address of a call is one of the bus; the others are memory.
  if (text.length <= 10 || NO_IOBA.has(label) || (label === '' && nth > 1)) return;
  const holder = around.find(
    ({ start, entries, pageShift }) =>
      value >= start && value < start + (BigInt(entries) << BigInt(pageShift)),
  );
  if (holder !== undefined) link({ kind: 'tce', liobn: holder.liobn, ioba: value }, terminal.linkTce(text));
}

/** The windows that a line is about: of the LIOBN that it names, else of its function. */
function windowsAround(words: readonly Found[], names: LinkNames): readonly WindowAnswer[] {
  for (const { text } of words) {
    const window = /^0x[0-9a-f]{1,8}$/.test(text) ? names.window(Number(text)) : undefined;
    if (window !== undefined) return [window];
  }
  for (const { text } of words) {
    const id = names.isFunction(text) ? text : names.functionAt(text);
    if (id !== undefined) return names.windowsOf(id);
  }
  return [];
}
