// Lets a session work while its trace is written and a slow reader is waited for.

import type { Session } from '../../core/index.ts';
import type { Output } from './output.ts';
import type { TraceWriter } from './trace-writer.ts';

/** Steps between two writes: enough that writing does not slow the machine, few enough that memory stays flat. */
const STEPS_PER_PIECE = 64;

/** Runs step by step until `done`: what comes next must come after the same step wherever this runs. */
export async function advanceUntil(
  session: Session,
  done: () => boolean,
  writer: TraceWriter | undefined,
  output: Output,
): Promise<void> {
  for (let steps = 1; !session.idle && !done(); steps++) {
    session.advance(1);
    if (steps % STEPS_PER_PIECE !== 0) continue;
    writer?.write(session);
    await output.drained();
    if (output.closed) return;
  }
  writer?.write(session);
  await output.drained();
}
