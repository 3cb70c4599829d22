// A trace event as one line of a terminal: the shared columns (core/trace/format), coloured by class, fitted to the width.
// Colours are the terminal's palette entries, so that a change of theme recolours what is already there.

import type { TraceEvent } from '../../core/index.ts';
import { EVENT_CLASSES } from '../../core/trace/schema.ts';
import type { EventClass } from '../../core/trace/schema.ts';
import { formatParts } from '../../core/trace/format.ts';
import type { TracePart } from '../../core/trace/format.ts';
import type { NameLookup } from '../../core/trace/names.ts';
import { terminal, trace } from '../texts/texts.ts';
import { grouped } from '../widgets/numbers.ts';
import type { Item } from './fold.ts';

const ESC = '\x1b[';
const RESET = `${ESC}0m`;
export const DIM = `${ESC}90m`;

/** Palette entries: 4 map, 3 unmap, 5 stuff, 2 window, 1 error (see palette.ts); everything else is plain. */
const COLOURS: Readonly<Partial<Record<EventClass, string>>> = {
  map: `${ESC}34m`,
  unmap: `${ESC}33m`,
  stuff: `${ESC}35m`,
  window: `${ESC}32m`,
  rtas: `${ESC}32m`,
  error: `${ESC}1;31m`,
  command: `${ESC}1m`,
  kernel: `${ESC}36m`,
};

const paint = (colour: string, text: string): string => (colour === '' ? text : `${colour}${text}${RESET}`);

/** Leading zeros step back: 0x0000000000120000. */
const dimZeros = (text: string): string =>
  text.replace(/0x(0+)(?=[0-9a-f])/g, (all: string) => `${DIM}${all}${RESET}`);

function paintPart({ text, role, class: cls }: TracePart): string {
  const colour = COLOURS[cls] ?? '';
  switch (role) {
    case 'mark':
      return paint(cls === 'error' ? `${ESC}1;7;31m` : `${ESC}1m${colour}`, text.trimEnd()) + ' ';
    case 'time':
    case 'name':
      return paint(DIM, text);
    case 'call':
      return paint(colour, text);
    case 'value':
      return dimZeros(text);
    case 'result':
      return paint(text.trim() === 'ok' ? DIM : (COLOURS.error ?? ''), text);
    default:
      return cls === 'error' ? paint(colour, text) : text;
  }
}

const lengthOf = (parts: readonly TracePart[]): number =>
  parts.reduce((sum, part) => sum + part.text.length, 0);

const FIXED: ReadonlySet<string> = new Set(['mark', 'time', 'who', 'call']);
const isFixed = (part: TracePart): boolean => FIXED.has(part.role);

/**
 * Narrow windows lose the padding first, then the names of arguments (where a reader knows them: the four TCE hcalls), then the tail
 * of the arguments; never the result.
 */
export function fitParts(
  parts: readonly TracePart[],
  columns: number,
  argumentNames: 'known' | 'needed',
): readonly TracePart[] {
  if (lengthOf(parts) <= columns) return parts;
  const fixed = parts.filter(isFixed);
  const result = parts.find((part) => part.role === 'result');
  const resultText = result === undefined ? '' : ` ${result.text.trimStart()}`;
  const room = columns - lengthOf(fixed) - resultText.length;
  let middle = parts.filter((part) => !isFixed(part) && part !== result);
  if (argumentNames === 'known' && lengthOf(middle) > room) middle = withoutNames(middle);
  middle = cut(middle, room);
  const padding = Math.max(0, room - lengthOf(middle));
  const end = result === undefined ? [] : [{ ...result, text: ' '.repeat(padding) + resultText }];
  return [...fixed, ...middle, ...end];
}

function withoutNames(parts: readonly TracePart[]): TracePart[] {
  return parts.flatMap((part, i) => {
    if (part.role !== 'name') return [part];
    return i === 0 ? [] : [{ ...part, text: ' ' }];
  });
}

function cut(parts: readonly TracePart[], room: number): TracePart[] {
  const kept: TracePart[] = [];
  let left = room;
  for (const part of parts) {
    if (part.text.length <= left) {
      kept.push(part);
      left -= part.text.length;
      continue;
    }
    if (left > 0) kept.push({ ...part, text: `${part.text.slice(0, left - 1)}…` });
    break;
  }
  return kept;
}

export interface TerminalLine {
  /** The event that the line is about. */
  readonly seq: number;
  readonly text: string;
  /** Takes the place of the line before. */
  readonly again?: boolean;
}

export function lineOf(item: Item, names: NameLookup, columns: number): TerminalLine {
  if ('folded' in item)
    return { seq: item.last.seq, text: foldedText(item.folded, item.last, columns), again: item.again };
  const calls = item.event.kind === 'tce-hcall' ? 'known' : 'needed';
  const parts = fitParts(formatParts(item.event, names), columns, calls);
  return { seq: item.event.seq, text: parts.map(paintPart).join('') };
}

function foldedText(count: number, last: TraceEvent, columns: number): string {
  const ioba = last.kind === 'tce-hcall' ? `0x${last.ioba.toString(16).padStart(16, '0')}` : undefined;
  const text = terminal.folded(grouped(count), ioba);
  return paint(DIM, text.slice(0, columns));
}

/** What is said where a flood is sampled. */
export function gapLine(count: number, seq: number, columns: number): TerminalLine {
  const text = terminal.gap(grouped(count), grouped(seq));
  return { seq, text: paint(`${ESC}7m`, ` ${text} `.slice(0, columns)) };
}

/** The marks of a trace with their meaning, for the legend. */
export const LEGEND: readonly { mark: string; label: string; class: EventClass }[] = (
  ['map', 'unmap', 'stuff', 'window', 'error'] as const
).map((cls) => ({ mark: EVENT_CLASSES[cls].mark, label: trace.classes[cls], class: cls }));
