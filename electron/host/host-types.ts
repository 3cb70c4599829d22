// What the session host offers to its hosts (window, command line): the shapes only. The class is SessionHost.

import type {
  AnswerTo,
  Command,
  MachineConfig,
  MachineState,
  Query,
  Result,
  TraceEvent,
} from '../../core/index.ts';

/** Where the machine is; sent after each slice of work, at most every `progressMs`. */
export interface HostProgress {
  readonly state: MachineState;
  /** Virtual time. */
  readonly nowNs: number;
  readonly steps: number;
  /** Length of the trace: rows 0..events-1 can be asked for. */
  readonly events: number;
  readonly hcalls: number;
  /** Over about the last second of wall-clock time; 0 when idle. */
  readonly hcallsPerSecond: number;
  readonly problems: number;
  /** Slices are being run (start() was called, and there is work). */
  readonly running: boolean;
  /** The machine has work left. */
  readonly busy: boolean;
  /** Milliseconds the longest slice took since the last report. */
  readonly longestSliceMs: number;
  /** The file the session was opened from or saved to last. */
  readonly file?: string;
}

export interface TracePageRequest {
  /** An expression of the filter language; absent or blank: everything. */
  readonly filter?: string;
  /** Sequence number to begin with (included). */
  readonly from: number;
  /** Events wanted, 1..10,000. */
  readonly limit: number;
  /** Towards newer events (rows ascend) or older ones (rows descend). */
  readonly direction: 'forward' | 'backward';
}

export interface TracePage {
  /** In the order of `direction`. */
  readonly events: readonly TraceEvent[];
  /** Where to go on in the same direction; undefined: the end of the trace was reached. */
  readonly next?: number;
  /** Events looked at. A page may be short though more would match: a search is cut after a few milliseconds. */
  readonly scanned: number;
  /** Length of the trace when this page was made. */
  readonly total: number;
}

/** SessionHost's public face; all errors are typed (`Result`), nothing throws. */
export interface SessionHostApi {
  /** Accepts a command (checked: it may come from anywhere) and, when slices are on, starts the work. */
  dispatch(command: Command): Result<{ readonly seq: number }>;
  query<Q extends Query>(query: Q): Result<AnswerTo<Q>>;
  /** Turns slices on: work is done in turns of at most 8 ms with the event loop in between. */
  start(): void;
  /** Turns slices off (pause). */
  stop(): void;
  /** Resolves when the machine has nothing left to do, or when stopped. */
  whenIdle(): Promise<void>;
  /** Returns the function that ends the subscription. */
  onProgress(listener: (progress: HostProgress) => void): () => void;
  progress(): HostProgress;
  tracePage(request: TracePageRequest): Result<TracePage>;
  /** A fresh machine; without a configuration, the default scenario's. The old session is gone. */
  readonly new: (config?: MachineConfig) => Result<true>;
  /** Replays the file in slices; the old session stays when the file cannot be opened. */
  open(file: string): Promise<Result<true>>;
  /** Atomic: writes beside the file, then renames. */
  save(file: string): Promise<Result<true>>;
}
