// A partition for tests of its life: one function, one command after another, each to its end; and what came of it in short lines.

import type { Command, IoParameters } from '../machine/commands.ts';
import { configFor } from '../machine/config-for.ts';
import type { FirmwareLimits } from '../firmware/limits.ts';
import type { MachineConfig } from '../machine/config.ts';
import { FunctionsFold } from '../projection/functions.ts';
import type { TraceEvent, TraceEventKind } from '../trace/events.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { replaySession } from './replay.ts';
import { Session } from './session.ts';

export const MiB = 2 ** 20;
export const GiB = 2 ** 30;

/** PowerVM-like limits, as the recordings phyp_* have them: one window, 4K and 64K pages. */
const limits = (blockTces: number): FirmwareLimits => ({
  maxWindows: 1,
  blockTces,
  blockSharedWithDefault: true,
  pageMask: 3,
  strict: false,
  createBusy9901: 0,
  createFail: null,
  inject: null,
  limited: false,
  minTces: 0,
  ddwStart: '0x800000000000000',
  ddwStartLimitedMode: null,
});

interface Wish extends Partial<MachineConfig> {
  readonly block?: number;
  readonly profile?: string;
}

/** 1 GiB of at most 4 GiB and one NVMe, unless said otherwise: the machine of most recordings. */
function machine({ block, profile = 'qemu-pseries', ...fields }: Wish): MachineConfig {
  const memory = { minMemoryBytes: 256 * MiB, memoryBytes: GiB, maxMemoryBytes: 4 * GiB, ...fields };
  const config = configFor(DEFAULT_LPAR, profile, memory, 1, 'nvme');
  if (!config.ok) throw new Error(config.error.message);
  return block === undefined ? config.value : { ...config.value, limits: limits(block) };
}

export class Life {
  readonly session: Session;
  readonly id: string;

  constructor(wish: Wish) {
    const config = machine(wish);
    const session = Session.create(config);
    if (!session.ok) throw new Error(session.error.message);
    this.session = session.value;
    this.id = config.functions[0]?.id ?? '';
    this.do({ do: 'boot' });
  }

  /** The error's sentence, or undefined: then it was done to its end. */
  do(command: Command): string | undefined {
    const accepted = this.session.dispatch(command);
    if (!accepted.ok) return `${accepted.error.message} (${accepted.error.hint ?? ''})`;
    while (!this.session.settled && this.session.advance(1).steps > 0);
    return undefined;
  }

  read(count: number, sizeBytes = 65_536): IoParameters {
    const io: IoParameters = { sizeBytes, depth: 4, count, direction: 'read', intervalNs: 0 };
    this.do({ do: 'io-start', id: this.id, io });
    return io;
  }

  idle(): void {
    while (this.session.advance(4096).steps > 0);
  }

  /** What the function's DMA goes by, and whether it has a driver. */
  get function(): string {
    const functions = this.session.query({ ask: 'functions' });
    const row = functions.ok ? functions.value[0] : undefined;
    return `${row?.state ?? 'none'}, ${row?.mode ?? ''}`;
  }

  /** State of the function as queries answer it, and as the events' projection shows it. */
  get states(): string[] {
    const functions = this.session.query({ ask: 'functions' });
    const fold = new FunctionsFold();
    fold.feed(this.session.trace, 0, this.session.traceLength);
    return [(functions.ok ? functions.value[0]?.state : undefined) ?? 'none', fold.value[0]?.state ?? 'none'];
  }

  get memoryBytes(): number {
    const config = this.session.query({ ask: 'config' });
    return config.ok ? config.value.memoryBytes : 0;
  }

  /** Active windows. */
  get windows(): string[] {
    const windows = this.session.query({ ask: 'windows' });
    return windows.ok
      ? windows.value.flatMap((w) =>
          w.active ? [`${w.isDefault ? 'default' : 'DDW'}, ${w.usedTces} used`] : [],
        )
      : [];
  }

  get io(): { requests: number; failures: number; corrupted: number } | undefined {
    const status = this.session.query({ ask: 'status' });
    const row = status.ok ? status.value.workloads[0] : undefined;
    return row && { requests: row.requests, failures: row.failures, corrupted: row.corrupted };
  }

  log(pattern: RegExp): string[] {
    const lines = this.session.query({ ask: 'dmesg' });
    return lines.ok ? lines.value.flatMap(({ text }) => (pattern.test(text) ? [text] : [])) : [];
  }

  /** From now on, calls() tells what comes. */
  mark(): void {
    this.from = this.session.traceLength;
  }
  private from = 0;

  events<K extends TraceEventKind>(kind: K): Extract<TraceEvent, { kind: K }>[] {
    return [...this.session.trace.events(this.from)].filter(
      (event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind,
    );
  }

  /** Calls since the mark, equal ones counted: `4x INDIRECT 80000001 16 = 0`. */
  calls(): string[] {
    const names = new Map([
      [0x1c, 'GET'],
      [0x20, 'PUT'],
      [0x138, 'STUFF'],
      [0x13c, 'INDIRECT'],
    ]);
    const tally = new Map<string, number>();
    for (const event of this.session.trace.events(this.from)) {
      const text =
        event.kind === 'tce-hcall'
          ? `${names.get(event.opcode) ?? ''} ${(event.liobn >>> 0).toString(16)} ${event.count ?? 1} = ${event.ret}`
          : event.kind === 'rtas'
            ? `${event.name} = ${event.rets[0] ?? 0}`
            : undefined;
      if (text !== undefined) tally.set(text, (tally.get(text) ?? 0) + 1);
    }
    return [...tally].map(([text, times]) => `${times}x ${text}`);
  }

  replays(): boolean {
    const replayed = replaySession(this.session.save());
    return replayed.ok && replayed.value.traceHash() === this.session.traceHash();
  }
}

export const rtas = (life: Life): string[] => life.calls().filter((call) => call.includes('ibm,'));
