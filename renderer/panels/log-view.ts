// Which lines of the kernel log are shown, which of them hold what is sought, and a line cut into the pieces that are drawn.

import type { LogLine } from '../../core/index.ts';
import type { LogFacts, LogToken } from '../../core/projection/log-meaning.ts';
import type { FunctionAnswer } from '../../core/index.ts';

export type LogLevel = LogLine['level'];

/** From what is said least loudly. */
export const LEVELS: readonly LogLevel[] = ['debug', 'info', 'notice', 'warn', 'err'];

/** Lines at least as loud as `least` that hold the text, in any case. */
export function shownLines(lines: readonly LogLine[], text: string, least: LogLevel): readonly LogLine[] {
  const wanted = text.trim().toLowerCase();
  const from = LEVELS.indexOf(least);
  if (wanted === '' && from === 0) return lines;
  return lines.filter(
    (line) => LEVELS.indexOf(line.level) >= from && line.text.toLowerCase().includes(wanted),
  );
}

/** Places in the list of the lines that hold the text; none when nothing is sought. */
export function matchingLines(lines: readonly LogLine[], text: string): readonly number[] {
  const wanted = text.toLowerCase();
  if (wanted === '') return [];
  return lines.flatMap((line, index) => (line.text.toLowerCase().includes(wanted) ? [index] : []));
}

/** The match after (or before) a line, going round; -1: there is none. */
export function nextMatch(matches: readonly number[], from: number, by: 1 | -1): number {
  const found = by === 1 ? matches.find((at) => at > from) : matches.findLast((at) => at < from);
  return found ?? matches.at(by === 1 ? 0 : -1) ?? -1;
}

export interface LinePiece {
  readonly text: string;
  readonly token: LogToken | undefined;
  readonly found: boolean;
}

/** A line cut where tokens and finds begin and end. */
export function linePieces(text: string, tokens: readonly LogToken[], sought: string): readonly LinePiece[] {
  const finds = findsIn(text, sought);
  const cuts = new Set([0, text.length, ...[...tokens, ...finds].flatMap(({ from, to }) => [from, to])]);
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(0, -1).map((from, n) => {
    const to = places[n + 1] ?? text.length;
    const inside = (span: { from: number; to: number }): boolean => span.from <= from && to <= span.to;
    return { text: text.slice(from, to), token: tokens.find(inside), found: finds.some(inside) };
  });
}

function findsIn(text: string, sought: string): readonly { from: number; to: number }[] {
  if (sought === '') return [];
  const [whole, wanted] = [text.toLowerCase(), sought.toLowerCase()];
  const finds: { from: number; to: number }[] = [];
  for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, at + wanted.length))
    finds.push({ from: at, to: at + wanted.length });
  return finds;
}

/** Messages that printk_ratelimit() held back, as the log itself tells. */
export function heldBack(lines: readonly LogLine[]): number {
  return lines.reduce((sum, { text }) => {
    const told = /: (\d+) callbacks suppressed$/.exec(text);
    return sum + Number(told?.[1] ?? 0);
  }, 0);
}

export function logFacts(functions: readonly FunctionAnswer[], ramBytes: number): LogFacts {
  return {
    ramBytes,
    functions: functions.map(({ description: { id, fn, buid, defaultLiobn }, windows }) => ({
      id,
      fn,
      buid,
      defaultLiobn,
      windows: windows.filter(({ active }) => active),
    })),
  };
}

/** "   0.097516": seconds with microseconds, as dmesg shows them. */
export const logTime = (ns: number): string => (ns / 1e9).toFixed(6).padStart(12);
