// The same calls as a real LPAR's ftrace would show them (powerpc:hcall_entry, hcall_exit, rtas_input, rtas_output; Linux
// arch/powerpc/include/asm/trace.h): opcode and return value only, which is all that the kernel records of an hcall. The lab gives
// an hcall one time, so entry and exit carry the same one.

import type { NewEvent, TceExchangeEvent, TraceEvent } from '../trace/events.ts';
import { callsOfExchange } from '../trace/exchange-calls.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Selection } from './selection.ts';
import { selectedEvents } from './selection.ts';

const HEAD = ['# tracer: nop', '#', '#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION'];

/** "     1.203114": seconds with six digits, as ftrace prints them. */
function stamp(timeNs: number): string {
  const us = Math.floor(timeNs / 1000);
  return `${String(Math.floor(us / 1e6)).padStart(5)}.${String(us % 1e6).padStart(6, '0')}`;
}

function entries(event: NewEvent): readonly string[] {
  if (event.kind === 'tce-hcall' || event.kind === 'hcall') {
    const call = `opcode=${event.opcode}`;
    return [`hcall_entry: ${call}`, `hcall_exit: ${call} retval=${event.ret}`];
  }
  if (event.kind !== 'rtas') return [];
  const [status, ...outputs] = event.rets;
  return [
    `rtas_input: ${event.name} arguments: ${cells(event.args)}`,
    ...(status === undefined
      ? []
      : [`rtas_output: ${event.name} status: ${status}, other outputs: ${cells(outputs)}`]),
  ];
}

function cells(values: readonly number[]): string {
  return `{${values.map((value) => `0x${(value >>> 0).toString(16)}`).join(',')}}`;
}

function lineOf(event: TraceEvent, entry: string): string {
  return `           <...>-1       [000] ..... ${stamp(event.timeNs)}: ${entry}`;
}

/** A range of VFIO's exchanges as the calls that it stands for; their page size shows in no line. */
function* exchangeLines(event: TceExchangeEvent): Generator<string, void, void> {
  for (const call of callsOfExchange(event, 12))
    for (const entry of entries(call)) yield lineOf(event, entry);
}

/** Lines without line ends. Events that ftrace has no point for are left out. */
export function* ftraceLines(log: TraceReader, selection: Selection = {}): Generator<string, void, void> {
  yield* HEAD;
  for (const event of selectedEvents(log, selection)) {
    if (event.kind === 'tce-exchange') yield* exchangeLines(event);
    else for (const entry of entries(event)) yield lineOf(event, entry);
  }
}
