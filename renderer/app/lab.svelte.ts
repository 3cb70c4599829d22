// What the page knows of the session: answers to queries, refreshed while the machine works, four times a second at most.

import type {
  ActAnswer,
  AnswerTo,
  Command,
  DmesgLine,
  FunctionAnswer,
  KernelAnswer,
  MachineConfig,
  PlanAnswer,
  ProfileAnswer,
  Query,
  Result,
  TceOverviewAnswer,
  Verdict,
} from '../../core/index.ts';
import type {
  DeskNotice,
  Hello,
  LabBridge,
  MachineLife,
  MenuEntry,
  Progress,
  Settings,
  WorkItem,
} from '../../electron/ipc-contract.ts';
import { tick } from 'svelte';
import { ACTION_TABLE, PANEL_OF_ACTION } from './action-table.ts';
import type { Action } from './action-table.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';
import { otherKernel } from './other-kernel.ts';
import { refusalOf } from './refusals.ts';
import { shell } from '../texts/texts.ts';
import { Notices } from './notices.svelte.ts';
import type { PanelAction, Target } from './panel-info.ts';

const LOOK_EVERY_MS = 250;
/** A look that takes long (a thousand functions) is followed by a rest this many times as long. */
const REST = 4;
/** However long a look took: what is shown may not grow old. */
const LONGEST_REST_MS = 2000;
/** Cells of a window's overview: what the ruler and the TCE map draw. */
export const OVERVIEW_CELLS = 192;

const NOTHING_YET: Progress = {
  state: 'off',
  nowNs: 0,
  events: 0,
  hcalls: 0,
  hcallsPerSecond: 0,
  problems: 0,
  paused: false,
  busy: false,
  session: { id: 0, title: '', comparing: null },
};

export class Lab {
  readonly bridge: LabBridge;
  readonly notices = new Notices();

  /** As told, up to ten times a second: for the trace. */
  latest = $state.raw<Progress>(NOTHING_YET);
  /** The same, calmed down to four times a second: for the eyes. */
  progress = $state.raw<Progress>(NOTHING_YET);
  devices = $state.raw<Hello['devices']>([]);
  /** Menu bar, palette, shortcut sheet and keyboard read this list; the app adds an entry for each panel. */
  actions = $state.raw<readonly MenuEntry[]>(ACTION_TABLE);
  desk = $state.raw<DeskNotice>({ tabs: [], shown: 0, recent: [] });
  settings = $state.raw<Settings>(DEFAULT_SETTINGS);
  /** What takes longer than a glance and is under way. */
  work = $state.raw<readonly WorkItem[]>([]);
  /** The process that runs the sessions. */
  machine = $state<MachineLife>('up');
  config = $state.raw<MachineConfig | undefined>(undefined);
  profiles = $state.raw<readonly ProfileAnswer[]>([]);
  kernels = $state.raw<readonly KernelAnswer[]>([]);
  functions = $state.raw<readonly FunctionAnswer[]>([]);
  /** The newest act on the configuration: what undo takes back. */
  lastAct = $state.raw<ActAnswer | undefined>(undefined);
  plans = $state.raw<readonly PlanAnswer[]>([]);
  verdicts = $state.raw<readonly Verdict[]>([]);
  dmesg = $state.raw<readonly DmesgLine[]>([]);
  /** The guest log is in sight. */
  logShown = false;
  /** Fill of the selected function's windows, by LIOBN. */
  overviews = $state.raw<ReadonlyMap<number, TceOverviewAnswer>>(new Map());
  /** What was pointed at last. */
  target = $state.raw<Target | undefined>(undefined);
  /** Brings the panel to the front that shows such a target; the dock says how. */
  openFor: (target: Target) => void = () => undefined;
  /** Opens the panel that an action belongs to; the dock says how. */
  openPanel: (id: string) => void = () => undefined;
  /** Said once, politely, to those who listen. */
  said = $state('');
  /** Settings and session are known: the panels can be drawn. */
  ready = $state(false);

  #selectedId = $state<string | undefined>(undefined);
  readonly selected = $derived(
    this.functions.find((f) => f.description.id === this.#selectedId) ?? this.functions[0],
  );
  readonly plan = $derived(this.plans.find((plan) => plan.id === this.selected?.description.id));

  /** The one who registered last acts. */
  readonly #handlers = new Map<string, readonly (() => void)[]>();
  #filterTrace: (filter: string) => void = () => undefined;
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer's look is due. */
  #lookAt = 0;
  #lookedAt = 0;
  #lookTookMs = 0;
  #plansOf = '';
  #looking = false;

  constructor(bridge: LabBridge) {
    this.bridge = bridge;
    // The LPAR panel looks at its form first; without it the machine boots as it is.
    this.handle('boot', () => void this.dispatch({ do: 'boot' }));
  }

  async start(): Promise<void> {
    this.bridge.on('progress', (progress) => this.#hear(progress));
    this.bridge.on('problem', (problem) => this.notices.error(problem));
    this.bridge.on('remark', ({ message }) => this.notices.remark(message));
    this.bridge.on('work', ({ items }) => (this.work = items));
    this.bridge.on('machine', ({ is, message }) => this.#machineIs(is, message));
    this.bridge.on('menu', ({ action }) => this.act(action as Action));
    this.bridge.on('desk', (desk) => (this.desk = desk));
    const { progress, desk, settings, devices, work, machine } = await this.bridge.hello();
    this.desk = desk;
    if (settings !== null) this.settings = settings;
    this.devices = devices;
    this.work = work;
    this.machine = machine;
    this.latest = progress;
    this.progress = progress;
    this.ready = true;
    this.profiles = (await this.ask({ ask: 'profiles' })) ?? [];
    this.kernels = (await this.ask({ ask: 'kernels' })) ?? [];
    this.#hear(progress);
    await this.look();
  }

  #machineIs(is: MachineLife, message: string): void {
    this.machine = is;
    if (is === 'down') this.notices.error({ code: 'machine', message });
    else if (message !== '') this.notices.remark(message);
    if (is === 'up') void this.look();
  }

  /** A query's answer; a refusal becomes a notice. */
  async ask<Q extends Query>(query: Q): Promise<AnswerTo<Q> | undefined> {
    return this.accept(await this.bridge.query(query));
  }

  accept<T>(result: Result<T>): T | undefined {
    if (result.ok) return result.value;
    this.notices.error(result.error);
    return undefined;
  }

  /** Sends commands, one after the other, until one is refused. True when the machine accepted all. */
  async dispatch(...commands: readonly Command[]): Promise<boolean> {
    let accepted = true;
    for (const command of commands) {
      accepted = this.accept(await this.bridge.dispatch(command)) !== undefined;
      if (!accepted) break;
    }
    if (accepted) this.notices.closeErrors();
    await this.look();
    return accepted;
  }

  select(id: string): void {
    if (id === this.#selectedId) return;
    this.#selectedId = id;
    this.overviews = new Map();
    void this.look();
  }

  copy(text: string): void {
    void this.bridge.copyText({ text });
    this.say(text.length > 80 ? shell.copied : shell.copiedText(text));
  }

  say(text: string): void {
    this.said = '';
    this.said = text;
  }

  /** Narrows the trace to what another panel points at, and brings it to the front; the trace panel says how. */
  get filterTrace(): (filter: string) => void {
    return (filter) => {
      this.openPanel('trace');
      // A panel that had been closed is told after its first effects.
      void tick().then(() => this.#filterTrace(filter));
    };
  }

  set filterTrace(narrow: (filter: string) => void) {
    this.#filterTrace = narrow;
  }

  /** Says who carries an action out, in place of those who did so far; returns the function that takes it back. */
  handle(action: Action | PanelAction, handler: () => void): () => void {
    this.#handlers.set(action, [...(this.#handlers.get(action) ?? []), handler]);
    return () => {
      const others = this.#handlers.get(action)?.filter((other) => other !== handler) ?? [];
      this.#handlers.set(action, others);
    };
  }

  /** Carries it out. What belongs to a panel that is closed opens the panel first. */
  act(action: Action | PanelAction): void {
    const refusal = refusalOf(action, {
      progress: this.latest,
      machine: this.machine,
      sessions: this.desk.tabs.length,
      hasOther: otherKernel(this.config, this.kernels) !== undefined,
      hasActs: this.lastAct !== undefined,
    });
    if (refusal !== undefined) return this.notices.remark(refusal);
    const handler = this.#handlers.get(action)?.at(-1);
    if (handler !== undefined) return handler();
    const panel = PANEL_OF_ACTION[action];
    if (panel === undefined) return;
    this.openPanel(panel);
    void tick().then(() => this.#handlers.get(action)?.at(-1)?.());
  }

  keysOf(action: Action | PanelAction): string {
    return this.actions.find((info) => info.action === action)?.keys ?? '';
  }

  setSettings(change: Partial<Settings>): void {
    this.settings = { ...this.settings, ...change };
    void this.bridge.setSettings(this.settings).then((answer) => this.accept(answer));
  }

  /**
   * Points at one thing, from any panel: the panels that show such things follow, and with `open` the first of them comes to the
   * front. What is pointed at stands in `target` until something else is.
   */
  point(target: Target, open = false): void {
    this.target = target;
    if (target.kind === 'function') this.select(target.id);
    if (open) this.openFor(target);
  }

  #hear(progress: Progress): void {
    const before = this.latest;
    this.latest = progress;
    const turned =
      before.state !== progress.state ||
      before.paused !== progress.paused ||
      before.busy !== progress.busy ||
      before.session !== progress.session;
    if (before.session.id !== progress.session.id) this.#forget();
    if (turned) this.progress = progress;
    // What came to rest is looked at without a rest: nothing may follow that would bring the panels up to date.
    const rested = before.busy && !progress.busy;
    if (turned || before.events !== progress.events) this.#lookSoon(rested ? LOOK_EVERY_MS : this.#rest());
  }

  #forget(): void {
    this.overviews = new Map();
    this.plans = [];
    this.#plansOf = '';
    this.dmesg = [];
  }

  #rest(): number {
    return Math.min(LONGEST_REST_MS, Math.max(LOOK_EVERY_MS, this.#lookTookMs * (REST + 1)));
  }

  /** Looks `afterMs` after the look before began; of two such wishes the sooner one counts. */
  #lookSoon(afterMs = this.#rest()): void {
    const at = Math.max(performance.now(), this.#lookedAt + afterMs);
    if (this.#lookTimer !== undefined && this.#lookAt <= at) return;
    clearTimeout(this.#lookTimer);
    this.#lookAt = at;
    this.#lookTimer = setTimeout(() => {
      this.#lookTimer = undefined;
      void this.look();
    }, at - performance.now());
  }

  /** Asks everything that the panels show. */
  async look(): Promise<void> {
    if (this.#looking) return this.#lookSoon();
    this.#looking = true;
    this.#lookedAt = performance.now();
    try {
      await this.#lookAtMachine();
      await this.#lookAtWindows();
      this.progress = this.latest;
    } finally {
      this.#looking = false;
      this.#lookTookMs = performance.now() - this.#lookedAt;
    }
  }

  async #lookAtMachine(): Promise<void> {
    const [config, functions, acts] = await Promise.all([
      this.ask({ ask: 'config' }),
      this.ask({ ask: 'functions' }),
      this.bridge.query({ ask: 'acts', limit: 1 }),
    ]);
    this.lastAct = acts.ok ? acts.value[0] : undefined;
    if (config !== undefined && JSON.stringify(config) !== JSON.stringify(this.config)) {
      this.config = config;
      this.verdicts = (await this.ask({ ask: 'verdict', config })) ?? [];
    }
    this.functions = functions ?? [];
    if (this.logShown || !this.latest.busy) await this.#lookAtLog();
    await this.#lookAtPlans();
  }

  /** Plans are long: asked once while the machine works, and when it came to rest after anything happened. */
  async #lookAtPlans(): Promise<void> {
    const { session, busy, events } = this.latest;
    const bound = this.functions.filter((f) => f.driver !== null).length;
    const state = busy
      ? `${session.id} ${this.selected?.description.id} ${bound}`
      : `${session.id} at ${events}`;
    if (state === this.#plansOf || (busy && this.plan !== undefined)) return;
    this.plans = (await this.ask({ ask: 'plans' })) ?? [];
    this.#plansOf = state;
  }

  async #lookAtLog(): Promise<void> {
    const dmesg = await this.ask({ ask: 'dmesg' });
    if (dmesg !== undefined && dmesg.length !== this.dmesg.length) this.dmesg = dmesg;
  }

  async #lookAtWindows(): Promise<void> {
    const windows = this.selected?.windows.filter((window) => window.active) ?? [];
    const overviews = await Promise.all(
      windows.map(({ liobn }) => this.bridge.query({ ask: 'tce-overview', liobn, cells: OVERVIEW_CELLS })),
    );
    // A window may have gone since we heard of it: the next look knows.
    this.overviews = new Map(
      overviews.flatMap((answer) => (answer.ok ? [[answer.value.liobn, answer.value] as const] : [])),
    );
  }
}
