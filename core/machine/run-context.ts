// Who caused what, and for whom: keeps the tree command -> guest function -> hcall true although tasks take turns.
// Every task and alarm remembers the event under which it was started; while one of its pieces runs, that event (and those the
// task itself has open) are the trace's open ones. Hcalls made meanwhile are counted for the workload that the piece serves.

import { invariant } from '../base/invariant.ts';
import type { Scheduler, Task } from '../time/scheduler.ts';
import { TCE_PERM_MASK } from '../abi/papr/tce.ts';
import type { NewEvent } from '../trace/events.ts';
import type { TraceLog } from '../trace/log.ts';
import type { TraceSink } from '../trace/sink.ts';
import { isProblem, Notes } from './notes.ts';

/** What one workload made the firmware do. */
export interface HcallMeter {
  hcalls: number;
  /** TCEs mapped now by this workload (maps less unmaps), and the most at one time. */
  tces: number;
  peakTces: number;
}

interface Context {
  /** Open events, outermost first. The first `inherited` of them belong to whoever started this. */
  readonly open: number[];
  readonly inherited: number;
  readonly meter: HcallMeter | undefined;
}

/** Outside of any task: a command at work. */
const atTop = (): Context => ({ open: [], inherited: 0, meter: undefined });

export class RunContext implements TraceSink {
  readonly notes = new Notes();
  private readonly log: TraceLog;
  private readonly failed: (error: unknown) => void;
  private context: Context = atTop();
  private reported: unknown;

  /** `failed` is told of an exception while what was going on is still open, once; then the exception goes on. */
  constructor(log: TraceLog, failed: (error: unknown) => void) {
    this.log = log;
    this.failed = failed;
  }

  /** Runs `action` for a workload: what it does and what it sets going is counted in `meter`. */
  metered(meter: HcallMeter, action: () => void): void {
    this.run(this.inheritor(meter), action);
  }

  /** `action` for later, under the cause of now. */
  bound(action: () => void): () => void {
    const context = this.inheritor();
    return () => this.run(context, action);
  }

  /** Drops what is open (power off, Oops): the next event has no cause. */
  clear(): void {
    this.leave(this.context);
    this.context = atTop();
  }

  /** A scheduler whose tasks and alarms run under the cause of whoever started them. */
  scheduler(inner: Scheduler): Scheduler {
    return {
      clock: inner.clock,
      after: (delayNs, action) => inner.after(delayNs, this.bound(action)),
      start: (task, done) => {
        const context = this.inheritor();
        inner.start(this.pieces(task, context), done && (() => this.run(context, done)));
      },
      cancel: (handle) => inner.cancel(handle),
      step: () => inner.step(),
      get idle() {
        return inner.idle;
      },
      clear: () => inner.clear(),
    };
  }

  /** A context for what is set going now: the innermost open event is its cause. */
  private inheritor(meter = this.context.meter): Context {
    const cause = this.context.open.at(-1);
    const open = cause === undefined ? [] : [cause];
    return { open, inherited: open.length, meter };
  }

  private *pieces(task: Task, context: Context): Task {
    for (;;) {
      let delay: number | undefined;
      this.run(context, () => {
        const next = task.next();
        if (next.done !== true) delay = next.value;
      });
      if (delay === undefined) return;
      yield delay;
    }
  }

  private run(context: Context, action: () => void): void {
    const outer = this.context;
    this.leave(outer);
    this.context = context;
    for (const seq of context.open) this.log.enter(seq);
    try {
      action();
    } catch (error) {
      if (this.reported !== error) this.failed(error);
      this.reported = error;
      throw error;
    } finally {
      this.leave(this.context);
      this.context = outer;
      for (const seq of outer.open) this.log.enter(seq);
    }
  }

  private leave(context: Context): void {
    for (let n = context.open.length; n > 0; n--) this.log.close();
  }

  // TraceSink ---------------------------------------------------------------------------------------------------------------------

  emit(event: NewEvent): number {
    return this.noted(this.log.emit(event), event);
  }

  open(event: NewEvent): number {
    const seq = this.noted(this.log.open(event), event);
    this.context.open.push(seq);
    return seq;
  }

  close(): void {
    invariant(
      this.context.open.length > this.context.inherited,
      'close() of an event that another task opened',
    );
    this.context.open.pop();
    this.log.close();
  }

  amend(seq: number, event: NewEvent): void {
    this.log.amend(seq, event);
    if (event.kind === 'rtas' && isProblem(event)) this.notes.problems++;
  }

  get(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number {
    this.count(0, ret);
    return this.log.get(liobn, iobaHi, iobaLo, tceHi, tceLo, ret);
  }

  put(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number {
    this.count(ret !== 0 ? 0 : (tceLo & TCE_PERM_MASK) !== 0 ? 1 : -1, ret);
    return this.log.put(liobn, iobaHi, iobaLo, tceHi, tceLo, ret);
  }

  stuff(...call: Parameters<TraceSink['stuff']>): number {
    const [, , , , tceLo, , countLo, ret] = call;
    this.count(ret !== 0 ? 0 : (tceLo & TCE_PERM_MASK) !== 0 ? countLo : -countLo, ret);
    return this.log.stuff(...call);
  }

  indirect(...call: Parameters<TraceSink['indirect']>): number {
    const [, , , , , , countLo, , , , ret] = call;
    this.count(ret === 0 ? countLo : 0, ret);
    return this.log.indirect(...call);
  }

  private noted(seq: number, event: NewEvent): number {
    this.notes.see(seq, event);
    return seq;
  }

  private count(tces: number, ret: number): void {
    if (ret < 0) this.notes.problems++;
    const meter = this.context.meter;
    if (meter === undefined) return;
    meter.hcalls++;
    meter.tces += tces;
    if (meter.tces > meter.peakTces) meter.peakTces = meter.tces;
  }
}
