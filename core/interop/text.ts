// A trace as text: the lines that the terminal shows, or one sentence per event.

import { explain } from '../trace/explain.ts';
import { formatLine } from '../trace/format.ts';
import { timeText } from '../trace/numbers.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Selection } from './selection.ts';
import { namesFor, selectedEvents } from './selection.ts';

/** Lines in fixed columns, without line ends. */
export function* textLines(log: TraceReader, selection: Selection = {}): Generator<string, void, void> {
  const names = namesFor(log, selection);
  for (const event of selectedEvents(log, selection)) yield formatLine(event, names);
}

/** "1.203114160  Maps 1 page of 64K …": one sentence per event. */
export function* sentenceLines(log: TraceReader, selection: Selection = {}): Generator<string, void, void> {
  const names = namesFor(log, selection);
  for (const event of selectedEvents(log, selection)) {
    yield `${timeText(event.timeNs).padStart(14)}  ${explain(event, names)}`;
  }
}
