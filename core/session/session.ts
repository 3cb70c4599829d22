// The one facade: commands in, events out, questions answered. A session is its command log; replay.ts runs it again.

import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Command } from '../machine/commands.ts';
import type { MachineConfig } from '../machine/config.ts';
import { Machine } from '../machine/machine.ts';
import type { MachineBug } from '../machine/machine.ts';
import type { AnswerTo, MachineQuery, Query } from '../machine/queries.ts';
import { checkShape } from '../machine/shape.ts';
import { commandShape, queryShape } from '../machine/shapes.ts';
import { validateConfig } from '../machine/validate.ts';
import type { TraceEvent } from '../trace/events.ts';
import type { TraceReader } from '../trace/reader.ts';
import { actsOf } from './acts.ts';
import type { DatedCommand } from './acts.ts';
import { IoSeries } from './io-series.ts';
import { hmcAnswer } from './session-query.ts';
import type { AdvanceOutcome, SessionApi, SessionFile, SessionLog } from './session-types.ts';

export class Session implements SessionApi {
  private readonly machine: Machine;
  private readonly begunWith: MachineConfig;
  private readonly commands: DatedCommand[] = [];
  private readonly ioSeries = new IoSeries();
  private done = 0;

  private constructor(config: MachineConfig) {
    this.begunWith = config;
    this.machine = new Machine(config);
  }

  /** A session whose machine is off. The configuration is checked: it may come from a file or the window. */
  static create(config: unknown): Result<Session> {
    const checked = validateConfig(config);
    return checked.ok ? ok(new Session(checked.value)) : checked;
  }

  dispatch(command: Command): Result<{ readonly seq: number }> {
    const checked = checkShape(commandShape, command, 'command');
    if (!checked.ok) return checked;
    // What was logged must not change under us: the caller keeps its object.
    const own = structuredCopy(checked.value);
    const when = { step: this.done, nowNs: this.nowNs, settled: this.settled };
    const accepted = this.machine.dispatch(own);
    if (accepted.ok) this.commands.push({ ...when, command: own, seq: accepted.value.seq });
    return accepted;
  }

  advance(maxSteps: number): AdvanceOutcome {
    let steps = 0;
    while (steps < maxSteps && this.machine.step()) steps++;
    this.done += steps;
    return { steps, idle: this.machine.idle };
  }

  query<Q extends Query>(query: Q): Result<AnswerTo<Q>> {
    const checked = checkShape(queryShape, query, 'query');
    return checked.ok ? this.answer(query) : checked;
  }

  private answer<Q extends Query>(query: Q): Result<AnswerTo<Q>> {
    // What the session answers itself has the type that the question asks for.
    if (query.ask === 'io-series')
      return ok(this.ioSeries.answer(this.machine, query)) as Result<AnswerTo<Q>>;
    if (query.ask === 'hmc') return hmcAnswer(this.machine, query.command) as Result<AnswerTo<Q>>;
    if (query.ask === 'acts') {
      const acts = actsOf(this.commands, this.machine.trace, query.limit);
      return ok(acts) as Result<AnswerTo<Q>>;
    }
    return this.machine.query(query as MachineQuery) as Result<AnswerTo<Q>>;
  }

  /** What was dispatched so far, and when. */
  get history(): readonly DatedCommand[] {
    return this.commands;
  }

  get traceLength(): number {
    return this.machine.trace.length;
  }

  event(seq: number): TraceEvent {
    return this.machine.trace.event(seq);
  }

  /** The trace, for filters, projections and export. */
  get trace(): TraceReader {
    return this.machine.trace;
  }

  /** Works out at most so many events of the trace's hash, so that a host need not wait long in one go; true: traceHash() is at hand. */
  hashAhead(maxEvents: number): boolean {
    return this.machine.trace.hashAhead(maxEvents);
  }

  traceHash(): string {
    return this.machine.trace.hash();
  }

  /** Scheduler steps run so far. */
  get steps(): number {
    return this.done;
  }

  get nowNs(): number {
    return this.machine.nowNs;
  }

  /** Nothing but I/O is under way: a boot, a hotplug or a stop that was asked for is done. */
  get settled(): boolean {
    return this.machine.settled;
  }

  get idle(): boolean {
    return this.machine.idle;
  }

  /** I/O that goes on until stopped is running. */
  get endless(): boolean {
    return this.machine.endless;
  }

  /** Why the machine is in the state `oops`: the message of what broke. */
  get oops(): string | undefined {
    return this.machine.oops;
  }

  /** The fault of ours that broke the machine, if one did. */
  get bug(): MachineBug | undefined {
    return this.machine.bug;
  }

  /** Commands accepted so far. */
  get commandCount(): number {
    return this.commands.length;
  }

  /** The machine that it began with. */
  get startConfig(): MachineConfig {
    return this.begunWith;
  }

  /** Costs nothing but a copy of the list of commands: the trace is not looked at. */
  log(): SessionLog {
    const commands = this.commands.map(({ step, command }) => ({ step, command }));
    return { config: this.begunWith, commands, steps: this.done };
  }

  save(): SessionFile {
    return {
      format: 'ddwrun',
      version: 1,
      ...this.log(),
      traceHash: this.traceHash(),
      events: this.traceLength,
    };
  }
}

/** Commands are JSON: numbers, texts, lists and objects. */
function structuredCopy(command: Command): Command {
  return JSON.parse(JSON.stringify(command)) as Command;
}
