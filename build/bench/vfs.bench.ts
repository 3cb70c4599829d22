// A thousand VFs in one machine, trace on: created and probed under a running guest and by a boot, doing I/O, and asked about. Limits
// (issue 6): a few seconds to create and probe them, no scheduler step above 50 ms, `functions` within 20 ms.
import { DEFAULT_LPAR } from '../../core/session/default-scenario.ts';
import { Session } from '../../core/session/session.ts';
import type { Command } from '../../core/machine/commands.ts';
import type { Query } from '../../core/machine/queries.ts';

const VFS = 1000;
const ON_ADAPTERS = 288;
const io = { sizeBytes: 65_536, depth: 8, count: 16, direction: 'read', intervalNs: 0 } as const;

function report(name: string, value: number, unit: string): void {
  console.log(`${name.padEnd(56)} ${value.toFixed(1).padStart(10)} ${unit}`);
}

function begun(): Session {
  const session = Session.create(DEFAULT_LPAR);
  if (!session.ok) throw new Error(session.error.message);
  return session.value;
}

function did(session: Session, command: Command): void {
  const accepted = session.dispatch(command);
  if (!accepted.ok) throw new Error(accepted.error.message);
}

interface Spent {
  readonly ms: number;
  /** Processor time, garbage collection in other threads included: on a busy machine the better figure. */
  readonly cpuMs: number;
  readonly longestMs: number;
  readonly above8: number;
  readonly steps: number;
}

/** Dispatches and runs until nothing is left; the dispatch counts as a step. */
function spend(session: Session, commands: readonly Command[]): Spent {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  let [longestMs, above8, steps] = [0, 0, 0];
  const note = (from: number): void => {
    const ms = performance.now() - from;
    longestMs = Math.max(longestMs, ms);
    if (ms > 8) above8++;
  };
  for (const command of commands) {
    const from = performance.now();
    did(session, command);
    note(from);
  }
  for (let idle = false; !idle; steps++) {
    const from = performance.now();
    idle = session.advance(1).idle;
    note(from);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - begin, cpuMs: (user + system) / 1000, longestMs, above8, steps };
}

function tell(what: string, { ms, cpuMs, longestMs, above8, steps }: Spent): void {
  report(what, ms / 1000, 's');
  report('  processor time', cpuMs / 1000, 's');
  report('  longest step', longestMs, 'ms');
  report(`  steps above 8 ms, of ${steps}`, above8, '');
}

/** Median of five. */
function ask(session: Session, name: string, query: Query): void {
  const times = Array.from({ length: 5 }, () => {
    const begin = performance.now();
    const answer = session.query(query);
    if (!answer.ok) throw new Error(answer.error.message);
    return performance.now() - begin;
  });
  report(`  ${name}`, times.sort((a, b) => a - b)[2] ?? NaN, 'ms');
}

function memoryMib(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

function hotAdded(): void {
  const before = memoryMib();
  const session = begun();
  spend(session, [{ do: 'boot' }]);
  tell(
    `${VFS} VFs added to a running guest and probed`,
    spend(session, [{ do: 'vf-add', count: VFS, device: 'nic' }]),
  );
  report('  events', session.traceLength, '');
  report('  memory', memoryMib() - before, 'MiB');
  const summary = session.query({ ask: 'functions-summary' });
  if (!summary.ok || summary.value.byState.bound !== VFS) throw new Error('not all VFs have their driver');
  const starts = Array.from({ length: VFS }, (_, n): Command => ({ do: 'io-start', id: `vf${n}`, io }));
  const spent = spend(session, starts);
  tell(`${VFS} VFs doing ${io.count} requests of 64K each`, spent);
  report('  requests', (VFS * io.count) / spent.ms, 'a ms');
  console.log('questions');
  ask(session, 'functions', { ask: 'functions' });
  ask(session, 'functions-summary', { ask: 'functions-summary' });
  ask(session, 'function', { ask: 'function', id: 'vf500' });
  ask(session, 'logical-ports, 200 rows', { ask: 'logical-ports', limit: 200 });
  ask(session, 'system', { ask: 'system' });
  ask(session, 'budget', { ask: 'budget' });
  ask(session, 'what-if', { ask: 'what-if', what: { vfs: VFS } });
  ask(session, 'windows of one', { ask: 'windows', id: 'vf500' });
  ask(session, 'status', { ask: 'status' });
  tell('one of them removed', spend(session, [{ do: 'vf-remove', id: 'vf500' }]));
  tell(
    'the last 99 removed',
    spend(
      session,
      Array.from({ length: 99 }, (_, n): Command => ({ do: 'vf-remove', id: `vf${999 - n}` })),
    ),
  );
}

function booted(): void {
  const session = begun();
  tell(`${VFS} VFs created while off`, spend(session, [{ do: 'vf-add', count: VFS, device: 'nic' }]));
  tell('boot with them', spend(session, [{ do: 'boot' }]));
}

/** All logical ports of the standard system's adapters, under a running guest. */
function onAdapters(): void {
  const session = begun();
  spend(session, [{ do: 'boot' }]);
  const modes = ['C2', 'C3', 'C4'].map((slot): Command => ({ do: 'adapter-mode', slot, mode: 'shared' }));
  const places = [
    [3, 0, 60],
    [3, 1, 60],
    [4, 0, 60],
    [4, 1, 60],
    [2, 0, 20],
    [2, 1, 20],
    [2, 2, 4],
    [2, 3, 4],
  ] as const;
  const adds = places.map(([adapter, physPort, count]): Command => ({
    do: 'logical-port-add',
    port: { adapter, physPort, lpar: 1 },
    count,
  }));
  const spent = spend(session, [...modes, ...adds]);
  tell(`${ON_ADAPTERS} logical ports of three adapters, added and probed`, spent);
}

hotAdded();
booted();
onAdapters();
