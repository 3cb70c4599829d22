// The single calls that a `tce-exchange` stands for: for whoever knows no ranges (other tools' formats).

import { H_GET_TCE, H_PUT_TCE } from '../abi/papr/hcall.ts';
import { u64 } from '../base/u64.ts';
import type { TceExchangeEvent, TceHcallEvent, TceRun } from './events.ts';

/** Entry after entry: the read, then the write. `pageShift`: of the window, log2. */
export function* callsOfExchange(
  event: TceExchangeEvent,
  pageShift: number,
): Generator<TceHcallEvent, void, void> {
  const { seq, timeNs, cause, liobn, count } = event;
  const page = 1n << BigInt(pageShift);
  const before = valuesOf(event.before, page);
  const after = valuesOf(event.after, page);
  for (let i = 0; i < count; i++) {
    const ioba = u64(event.ioba + BigInt(i) * page);
    const call = { seq, timeNs, cause, kind: 'tce-hcall' as const, liobn, ioba, ret: 0 };
    yield { ...call, opcode: H_GET_TCE, tce: u64(before.next().value ?? 0n) };
    yield { ...call, opcode: H_PUT_TCE, tce: u64(after.next().value ?? 0n) };
  }
}

function* valuesOf(runs: readonly TceRun[], page: bigint): Generator<bigint, undefined, void> {
  for (const { first, count } of runs)
    for (let i = 0; i < count; i++) yield first === 0n ? 0n : first + BigInt(i) * page;
  return undefined;
}
