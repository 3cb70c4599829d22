// A trace as JSON lines (docs/trace-format.md): the lab's own interchange format. A whole trace ends with its hash; a part of one says
// by which filter it was chosen.

import { encodeEnd, encodeEvent, encodeHeader } from '../trace/jsonl.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Selection } from './selection.ts';
import { isWhole, selectedEvents } from './selection.ts';

/** Lines without line ends. `writer` names the program: `ddw-lab 0.1.0`. */
export function* jsonlLines(
  log: TraceReader,
  selection: Selection = {},
  writer?: string,
): Generator<string, void, void> {
  const filter = selection.filter?.text;
  yield encodeHeader({ ...(writer === undefined ? {} : { writer }), ...(filter ? { filter } : {}) });
  for (const event of selectedEvents(log, selection)) yield encodeEvent(event);
  if (isWhole(log, selection)) yield encodeEnd(log.length, log.hash());
}
