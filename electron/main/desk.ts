// What lies on the desk: the session shown, and, while another kernel is looked at, the learner's own session beside it.

import { basename } from 'node:path';
import { withDefaultWorkload } from '../host/compare-host.ts';
import type { CompareSubject, SessionFile } from '../host/compare-host.ts';
import type { Command, DeskNotice, MachineConfig, Progress, Result } from '../ipc-contract.ts';
import { SessionHost } from '../host/session-host.ts';

interface Parked {
  readonly host: SessionHost;
  readonly kernel: string;
  readonly paused: boolean;
}

export class Desk {
  #host = new SessionHost();
  #parked: Parked | undefined;
  #shownKernel = '';
  #paused = false;
  #sessionId = 1;
  #unsubscribe: () => void;
  readonly #tell: (progress: Progress) => void;

  constructor(tell: (progress: Progress) => void) {
    this.#tell = tell;
    this.#unsubscribe = this.#subscribe();
    this.#host.start();
  }

  get host(): SessionHost {
    return this.#host;
  }

  get file(): string | undefined {
    return this.#host.progress().file;
  }

  progress(): Progress {
    const { state, nowNs, events, hcalls, hcallsPerSecond, problems, busy, file } = this.#host.progress();
    const comparing =
      this.#parked === undefined ? null : { own: this.#parked.kernel, shown: this.#shownKernel };
    const session = { id: this.#sessionId, title: file === undefined ? '' : basename(file), comparing };
    return {
      state,
      nowNs,
      events,
      hcalls,
      hcallsPerSecond,
      problems,
      busy,
      paused: this.#paused,
      session,
    };
  }

  overview(): DeskNotice {
    const { session, state } = this.progress();
    return {
      tabs: [{ id: session.id, title: session.title, unsaved: false, state }],
      shown: session.id,
      recent: [],
    };
  }

  run(on: boolean): void {
    this.#paused = !on;
    if (on) this.#host.start();
    else this.#host.stop();
    this.#tell(this.progress());
  }

  /** A command that sets no work going (the machine is off) changes the trace all the same: the page is told. */
  dispatch(command: Command): Result<{ readonly seq: number }> {
    const accepted = this.#host.dispatch(command);
    if (accepted.ok) this.#tell(this.progress());
    return accepted;
  }

  newSession(config: MachineConfig | undefined): Result<true> {
    const made = this.#host.new(config);
    if (made.ok) this.#shown();
    return made;
  }

  async open(file: string): Promise<Result<true>> {
    this.compareBack();
    const opened = await this.#host.open(file);
    if (opened.ok) this.#shown();
    return opened;
  }

  async save(file: string): Promise<Result<true>> {
    const saved = await this.#host.save(file);
    if (saved.ok) this.#tell(this.progress());
    return saved;
  }

  /** The same machine with another kernel, booted in a session of its own. */
  compare(kernel: string): Result<true> {
    const own = this.#parked?.host ?? this.#host;
    const config = own.query({ ask: 'config' });
    if (!config.ok) return config;
    const twin = new SessionHost();
    const made = twin.new({ ...config.value, kernel });
    if (!made.ok) return made;
    const booted = twin.dispatch({ do: 'boot' });
    if (!booted.ok) return booted;
    this.#parked ??= { host: own, kernel: config.value.kernel, paused: this.#paused };
    this.#shownKernel = kernel;
    this.#show(twin, false);
    return { ok: true, value: true };
  }

  compareBack(): void {
    const parked = this.#parked;
    if (parked === undefined) return;
    this.#parked = undefined;
    this.#show(parked.host, parked.paused);
  }

  /** What the learner's own session did; where it has not booted yet, its machine and the default workload. */
  comparable(): SessionFile | CompareSubject | undefined {
    const own = this.#parked?.host ?? this.#host;
    const file = own.session.save();
    if (file.commands.some(({ command }) => command.do === 'boot')) return file;
    const config = own.query({ ask: 'config' });
    return config.ok ? withDefaultWorkload(config.value) : undefined;
  }

  #subscribe(): () => void {
    return this.#host.onProgress(() => this.#tell(this.progress()));
  }

  #show(host: SessionHost, paused: boolean): void {
    this.#unsubscribe();
    this.#host.stop();
    this.#host = host;
    this.#paused = paused;
    this.#unsubscribe = this.#subscribe();
    if (!paused) host.start();
    this.#shown();
  }

  #shown(): void {
    this.#sessionId++;
    this.#tell(this.progress());
  }
}
