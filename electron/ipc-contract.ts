// What the page may ask of the main process, and what it is told: the only file both sides share.
// 64-bit values travel as bigint (structured clone and the context bridge carry them); nothing is turned into text on the way.
// Each request has a valibot schema: main checks what arrives against it, whoever sent it. Schemas check shapes; whether a value
// makes sense (a memory of 3 bytes) is the session's to say, in a sentence.

import * as v from 'valibot';
import type {
  AnswerTo,
  ApplicationPlan,
  Command,
  CompareReport,
  MachineConfig,
  MachineState,
  Query,
  Result,
  TraceEvent,
  U64,
  UserError,
  VfioCall,
  VfioCell,
  VfioEvidence,
  VfioPlatform,
} from '../core/index.ts';

export type { Command, CompareReport, MachineConfig, Result, UserError };

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const whole = v.pipe(v.number(), v.safeInteger());
const word = v.pipe(v.string(), v.maxLength(200));
const hexText = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{1,16}$/i));

/** Lines that one trace page may hold. */
export const MAX_PAGE_LINES = 2000;
/** TCEs that one question may ask for. */
const MAX_TCES = 65_536;
const MAX_CELLS = 4096;

const failures = v.object({ rc: whole, count: natural, skip: natural });

const unsigned64 = v.custom<U64>((value) => typeof value === 'bigint' && value >= 0n && value < 1n << 64n);
/** Rows that one answer may have. */
const answerLimit = v.pipe(natural, v.maxValue(100_000));
const treePath = v.pipe(v.string(), v.maxLength(1000));
const treeMoment = v.union([v.literal('boot'), v.literal('now'), natural]);

const firmwareLimits = v.object({
  maxWindows: natural,
  blockTces: natural,
  blockSharedWithDefault: v.boolean(),
  pageMask: natural,
  strict: v.boolean(),
  createBusy9901: natural,
  createFail: v.nullable(failures),
  inject: v.nullable(failures),
  limited: v.boolean(),
  minTces: natural,
  ddwStart: hexText,
  ddwStartLimitedMode: v.nullable(hexText),
});

const qemuPhb = v.object({
  index: natural,
  pgsz: hexText,
  ddw: v.boolean(),
  dmaWinAddr: hexText,
  dmaWinSize: hexText,
  dma64WinAddr: hexText,
});

const functionConfig = v.object({
  id: word,
  device: word,
  slotClass: word,
  phb: v.exactOptional(natural),
  slot: v.exactOptional(natural),
  domain: v.exactOptional(natural),
  bus: v.exactOptional(natural),
  nodeName: v.exactOptional(word),
  locCode: v.exactOptional(word),
  dmaMaskBits: v.exactOptional(natural),
  coherentMaskBits: v.exactOptional(natural),
});

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const lparEnv = v.picklist(['aixlinux', 'vioserver']);
const portType = v.picklist(['eth', 'roce']);

const backupDevice = v.variant('type', [
  v.object({ type: v.literal('veth'), network: word }),
  v.object({ type: v.literal('vnic'), logicalPort: word }),
]);

const logicalPortConfig = v.object({
  index: natural,
  physPort: natural,
  place: natural,
  lpar: natural,
  capacity: percent,
  type: portType,
  configId: natural,
  pvid: natural,
  promiscuous: v.boolean(),
  backup: v.exactOptional(backupDevice),
});

const slotConfig = v.object({
  name: word,
  bus: natural,
  model: word,
  owner: v.exactOptional(natural),
  shared: v.exactOptional(
    v.object({ id: natural, logicalPorts: v.pipe(v.array(logicalPortConfig), v.maxLength(1024)) }),
  ),
});

/** The managed system around the guest: partitions, slots, adapters. */
const systemConfig = v.object({
  name: word,
  unit: word,
  guest: natural,
  lpars: v.pipe(
    v.array(
      v.object({
        id: natural,
        name: word,
        env: lparEnv,
        state: v.picklist(['Running', 'Not Activated']),
        memoryBytes: natural,
      }),
    ),
    v.maxLength(400),
  ),
  slots: v.pipe(v.array(slotConfig), v.maxLength(64)),
  vnics: v.pipe(
    v.array(
      v.object({
        lpar: natural,
        slot: natural,
        backing: v.pipe(
          v.array(v.object({ vios: natural, logicalPort: word, priority: natural })),
          v.maxLength(8),
        ),
      }),
    ),
    v.maxLength(1024),
  ),
});

const machineConfig: v.GenericSchema<unknown, MachineConfig> = v.object({
  profile: word,
  kernel: word,
  pageBytes: natural,
  cpus: natural,
  minMemoryBytes: natural,
  memoryBytes: natural,
  maxMemoryBytes: natural,
  lmbBytes: natural,
  bootArgs: v.pipe(v.array(word), v.maxLength(64)),
  iommuDebugMessages: v.boolean(),
  functions: v.pipe(v.array(functionConfig), v.maxLength(4096)),
  seed: whole,
  installedMemoryBytes: v.exactOptional(natural),
  phbs: v.exactOptional(v.pipe(v.array(qemuPhb), v.maxLength(256))),
  limits: v.exactOptional(firmwareLimits),
  vio: v.exactOptional(v.pipe(v.array(v.object({ id: word, device: word })), v.maxLength(64))),
  nvdimms: v.exactOptional(natural),
  hasDynamicMemory: v.exactOptional(v.boolean()),
  system: v.exactOptional(systemConfig),
});

const ioParameters = v.object({
  sizeBytes: natural,
  depth: natural,
  count: natural,
  direction: v.picklist(['read', 'write']),
  intervalNs: natural,
});

const logicalPorts = v.pipe(v.array(word), v.minLength(1), v.maxLength(1024));

const eehPeOp = v.picklist([
  'disable',
  'enable',
  'unfreeze-io',
  'unfreeze-dma',
  'get-state',
  'reset-deactivate',
  'reset-hot',
  'reset-fundamental',
  'configure',
  'inject-err',
]);

const vfioCall: v.GenericSchema<unknown, VfioCall> = v.variant('call', [
  v.object({ call: v.literal('mmap'), buffer: word, bytes: natural, pageBytes: v.exactOptional(natural) }),
  v.object({ call: v.literal('munmap'), buffer: word }),
  v.object({ call: v.literal('ulimit'), bytes: v.nullable(natural), capIpcLock: v.boolean() }),
  v.object({ call: v.literal('set-container'), id: word }),
  v.object({ call: v.literal('set-iommu'), type: v.picklist(['v1', 'v2', 'type1']) }),
  v.object({ call: v.picklist(['get-info', 'enable', 'disable', 'close']) }),
  v.object({ call: v.picklist(['register', 'unregister']), vaddr: word, bytes: natural }),
  v.object({
    call: v.literal('map'),
    vaddr: word,
    iova: hexText,
    bytes: natural,
    read: v.boolean(),
    write: v.boolean(),
  }),
  v.object({ call: v.literal('unmap'), iova: hexText, bytes: natural }),
  v.object({
    call: v.literal('create'),
    pageShift: natural,
    bytes: natural,
    levels: v.exactOptional(natural),
  }),
  v.object({ call: v.literal('remove'), start: hexText }),
  v.object({ call: v.literal('eeh'), op: eehPeOp }),
]);

const applicationPlan: v.GenericSchema<unknown, ApplicationPlan> = v.object({
  app: v.picklist(['v1', 'v2', 'dpdk']),
  ids: v.pipe(v.array(word), v.maxLength(16)),
  pageBytes: natural,
  bytes: natural,
  iova: v.picklist(['window', 'pa', 'va']),
});

const command: v.GenericSchema<unknown, Command> = v.variant('do', [
  v.object({
    do: v.literal('adapter-mode'),
    slot: word,
    mode: v.picklist(['shared', 'dedicated']),
    adapter: v.exactOptional(natural),
  }),
  v.object({ do: v.literal('slot-assign'), slot: word, lpar: v.nullable(natural) }),
  v.object({
    do: v.literal('logical-port-add'),
    port: v.object({
      adapter: natural,
      physPort: natural,
      lpar: natural,
      capacity: v.exactOptional(v.number()),
      type: v.exactOptional(portType),
      pvid: v.exactOptional(natural),
      promiscuous: v.exactOptional(v.boolean()),
      backup: v.exactOptional(backupDevice),
    }),
    count: v.exactOptional(natural),
    logicalPort: v.exactOptional(word),
    device: v.exactOptional(word),
  }),
  v.object({
    do: v.literal('logical-port-set'),
    logicalPorts,
    capacity: v.exactOptional(v.number()),
    pvid: v.exactOptional(natural),
  }),
  v.object({ do: v.literal('logical-port-assign'), logicalPorts, lpar: natural }),
  v.object({ do: v.literal('logical-port-remove'), logicalPorts }),
  v.object({
    do: v.literal('vnic-add'),
    lpar: natural,
    vios: natural,
    adapter: natural,
    physPort: natural,
    capacity: v.exactOptional(v.number()),
  }),
  v.object({ do: v.literal('vnic-remove'), lpar: natural, slot: natural }),
  v.object({ do: v.literal('lpar-memory'), lpar: natural, bytes: natural }),
  v.object({ do: v.literal('configure'), config: machineConfig }),
  v.object({ do: v.literal('boot') }),
  v.object({ do: v.literal('shutdown') }),
  v.object({ do: v.literal('reset') }),
  v.object({ do: v.literal('vf-add'), count: natural, device: word, slotClass: v.exactOptional(word) }),
  v.object({ do: v.literal('vf-remove'), id: word }),
  v.object({ do: v.literal('io-start'), id: word, io: ioParameters }),
  v.object({ do: v.literal('io-stop'), id: word }),
  v.object({
    do: v.literal('inject'),
    call: word,
    rc: whole,
    count: natural,
    skip: natural,
    id: v.exactOptional(word),
  }),
  v.object({ do: v.literal('pe-freeze'), id: word, unavailableNs: v.exactOptional(natural) }),
  v.object({ do: v.literal('tce-set'), id: word, ioba: hexText, tce: hexText }),
  v.object({ do: v.picklist(['memory-add', 'memory-remove']), bytes: natural }),
  v.object({ do: v.literal('driver-bind'), id: word, driver: v.exactOptional(v.literal('vfio-pci')) }),
  v.object({ do: v.literal('driver-unbind'), id: word }),
  v.object({ do: v.literal('vfio'), container: word, process: v.exactOptional(word), call: vfioCall }),
  v.object({ do: v.literal('app-start'), name: word, plan: applicationPlan }),
  v.object({ do: v.literal('app-stop'), name: word }),
  v.object({ do: v.literal('pci-remove'), id: word }),
  v.object({ do: v.literal('pci-rescan') }),
  v.object({ do: v.literal('kexec'), withoutProperties: v.exactOptional(v.boolean()) }),
  v.object({ do: v.literal('crash') }),
  v.object({ do: v.literal('mark'), text: word }),
]);

const whatIf = v.object({
  vfs: natural,
  device: v.exactOptional(word),
  kernel: v.exactOptional(word),
  memoryBytes: v.exactOptional(natural),
  maxMemoryBytes: v.exactOptional(natural),
  installedMemoryBytes: v.exactOptional(natural),
  nvdimms: v.exactOptional(natural),
  largestPageShift: v.exactOptional(natural),
  blockTces: v.exactOptional(natural),
});

const query: v.GenericSchema<unknown, Query> = v.variant('ask', [
  v.object({ ask: v.literal('system') }),
  v.object({
    ask: v.literal('io-series'),
    ids: v.pipe(v.array(word), v.maxLength(1024)),
    limit: v.pipe(natural, v.maxValue(16)),
  }),
  v.object({
    ask: v.literal('logical-ports'),
    adapter: v.exactOptional(natural),
    lpar: v.exactOptional(natural),
    from: v.exactOptional(natural),
    limit: v.exactOptional(natural),
  }),
  v.object({ ask: v.literal('budget') }),
  v.object({ ask: v.literal('what-if'), what: whatIf }),
  v.object({ ask: v.literal('functions-summary') }),
  v.object({ ask: v.literal('function'), id: word }),
  v.object({ ask: v.literal('hmc'), command }),
  v.object({ ask: v.literal('acts'), limit: v.exactOptional(natural) }),
  v.object({ ask: v.literal('status') }),
  v.object({ ask: v.literal('config') }),
  v.object({ ask: v.literal('verdict'), config: machineConfig }),
  v.object({ ask: v.literal('config-check'), config: machineConfig }),
  v.object({ ask: v.literal('may'), commands: v.pipe(v.array(command), v.maxLength(64)) }),
  v.object({ ask: v.literal('functions') }),
  v.object({ ask: v.literal('windows'), id: v.exactOptional(word) }),
  v.object({
    ask: v.literal('tces'),
    liobn: whole,
    index: natural,
    count: v.pipe(natural, v.maxValue(MAX_TCES)),
  }),
  v.object({
    ask: v.literal('tce-overview'),
    liobn: whole,
    cells: v.pipe(natural, v.maxValue(MAX_CELLS)),
    from: v.exactOptional(natural),
    to: v.exactOptional(natural),
  }),
  v.object({ ask: v.literal('translate'), id: word, busAddress: unsigned64 }),
  v.object({ ask: v.literal('mappers'), address: natural, limit: answerLimit, id: v.exactOptional(word) }),
  v.object({
    ask: v.literal('tce-next'),
    liobn: whole,
    from: v.pipe(whole, v.minValue(-1)),
    by: v.picklist([1, -1]),
  }),
  v.object({ ask: v.literal('tce-writer'), liobn: whole, index: natural }),
  v.object({ ask: v.literal('device-tree-outline') }),
  v.object({ ask: v.literal('device-tree-node'), path: treePath }),
  v.object({ ask: v.literal('device-tree-find'), text: word, limit: answerLimit }),
  v.object({ ask: v.literal('device-tree-moments') }),
  v.object({ ask: v.literal('device-tree-diff'), from: treeMoment, to: treeMoment }),
  v.object({
    ask: v.literal('guest-log'),
    boot: v.exactOptional(natural),
    from: natural,
    limit: answerLimit,
  }),
  v.object({ ask: v.literal('dmesg') }),
  v.object({ ask: v.literal('device-tree') }),
  v.object({ ask: v.literal('plans') }),
  v.object({ ask: v.literal('profiles') }),
  v.object({ ask: v.literal('kernels') }),
  v.object({ ask: v.picklist(['page-sizes', 'fault-choices', 'vfio', 'meminfo']) }),
]);

const tracePage = v.object({
  filter: v.exactOptional(v.pipe(v.string(), v.maxLength(2000))),
  from: natural,
  limit: v.pipe(natural, v.minValue(1), v.maxValue(MAX_PAGE_LINES)),
  direction: v.picklist(['forward', 'backward']),
});

export type TracePageRequest = v.InferOutput<typeof tracePage>;

export interface TracePage {
  /** In the order of `direction`. */
  readonly events: readonly TraceEvent[];
  /** Where to go on in the same direction; absent: the end of the trace was reached. */
  readonly next?: number;
  /** Events looked at; a page may be short though more would match. */
  readonly scanned: number;
  /** Length of the trace when this page was made. */
  readonly total: number;
}

export const THEMES = ['system', 'dark', 'light', 'contrast', 'projector'] as const;
export type Theme = (typeof THEMES)[number];

export const ROLES = ['administrator', 'developer', 'support'] as const;
export type Role = (typeof ROLES)[number];

/** Where the machine is. Sent at most ten times a second. */
export interface Progress {
  readonly state: MachineState;
  readonly nowNs: number;
  /** Length of the trace: events 0 … events - 1 can be asked for. */
  readonly events: number;
  readonly hcalls: number;
  /** Over about the last second of wall-clock time. */
  readonly hcallsPerSecond: number;
  readonly problems: number;
  /** The learner stopped the machine; virtual time stands still. */
  readonly paused: boolean;
  /** The machine has work left. */
  readonly busy: boolean;
  readonly session: SessionInfo;
}

export interface SessionInfo {
  /** Grows with each session shown: what the page knew of the last one is void. */
  readonly id: number;
  /** "DDW Lab" or the file's name. */
  readonly title: string;
  /** Set while another kernel is looked at; the session of kernel `own` is parked and comes back unchanged. */
  readonly comparing: { readonly own: string; readonly shown: string } | null;
}

const sessionInfo: v.GenericSchema<unknown, SessionInfo> = v.object({
  id: natural,
  title: v.string(),
  comparing: v.nullable(v.object({ own: word, shown: word })),
});

const progress: v.GenericSchema<unknown, Progress> = v.object({
  state: v.picklist(['off', 'booting', 'running', 'oops']),
  nowNs: natural,
  events: natural,
  hcalls: natural,
  hcallsPerSecond: v.pipe(v.number(), v.minValue(0)),
  problems: natural,
  paused: v.boolean(),
  busy: v.boolean(),
  session: sessionInfo,
});

const userError: v.GenericSchema<unknown, UserError> = v.object({
  code: v.string(),
  message: v.string(),
  hint: v.exactOptional(v.string()),
});

/** How far a comparison has come. */
export interface CompareProgressNotice {
  /** reading: the session is run once as it was, to learn when its commands came. */
  readonly phase: 'reading' | 'running';
  /** One for each machine; empty while reading. */
  readonly columns: readonly {
    readonly label: string;
    readonly nowNs: number;
    readonly events: number;
    readonly done: boolean;
  }[];
}

const compareProgress: v.GenericSchema<unknown, CompareProgressNotice> = v.object({
  phase: v.picklist(['reading', 'running']),
  columns: v.array(v.object({ label: v.string(), nowNs: natural, events: natural, done: v.boolean() })),
});

/** A cell of the VFIO matrix; `platform` and `facts` are numbers of the sheet's lists. */
export type VfioSheetCell = Omit<VfioCell, 'platform' | 'evidence' | 'open'> & {
  readonly platform: number;
  readonly facts: readonly number[];
};

/** The VFIO matrix without the machines behind its cells; what many cells say is in it once. */
export interface VfioSheet {
  /** Memory that each program maps. */
  readonly bytes: number;
  readonly driverFirst: boolean;
  readonly platforms: readonly VfioPlatform[];
  readonly facts: readonly VfioEvidence[];
  /** Kernels oldest first; within one, platforms, page sizes, programs. */
  readonly cells: readonly VfioSheetCell[];
}

/** How many cells of the VFIO matrix are worked out. */
const vfioProgress = v.object({ done: natural, of: natural });
export type VfioProgressNotice = v.InferOutput<typeof vfioProgress>;

/** Which cell of the VFIO matrix. */
const vfioPlace = v.object({
  kernel: word,
  profile: word,
  slotClass: word,
  pageBytes: natural,
  app: v.picklist(['v1', 'v2', 'dpdk']),
  driverFirst: v.boolean(),
});
export type VfioPlace = v.InferOutput<typeof vfioPlace>;

/** An entry of the menu bar. The page owns the table of actions; main shows it and sends back what was chosen. */
const menuEntry = v.object({
  action: word,
  label: word,
  /** As Electron writes accelerators (`CmdOrCtrl+Shift+F`); empty: none. */
  keys: v.pipe(v.string(), v.maxLength(60), v.regex(/^(?:[A-Za-z0-9]+\+)*[^\s+]*$/)),
  /** Which menu lists it, by its English name; `Edit`, `File`, `View` and `Help` have a place of their own. */
  menu: word,
  /** What that menu is called. */
  menuTitle: word,
});
export type MenuEntry = v.InferOutput<typeof menuEntry>;

/** One open session, as its tab shows it. */
export interface TabInfo {
  readonly id: number;
  /** The file's name; empty: never saved. */
  readonly title: string;
  /** Something was done since it was saved or opened. */
  readonly unsaved: boolean;
  readonly state: MachineState;
  /** It has work left and stands still: only the session shown runs. */
  readonly stands?: true;
}

export interface DeskNotice {
  readonly tabs: readonly TabInfo[];
  /** The tab that requests are about and the page shows. */
  readonly shown: number;
  /** Files opened or saved lately, the latest first; chosen by their place in this list, never by a path. */
  readonly recent: readonly { readonly title: string; readonly folder: string }[];
}

const desk: v.GenericSchema<unknown, DeskNotice> = v.object({
  tabs: v.array(
    v.object({
      id: natural,
      title: v.string(),
      unsaved: v.boolean(),
      state: v.picklist(['off', 'booting', 'running', 'oops']),
      stands: v.exactOptional(v.literal(true)),
    }),
  ),
  shown: natural,
  recent: v.array(v.object({ title: v.string(), folder: v.string() })),
});

/** Something that takes longer than a glance: opening, recovering, saving, exporting, comparing. */
export interface WorkItem {
  readonly id: number;
  /** A sentence's beginning, ready to be shown: "Opening lesson.ddwrun". */
  readonly label: string;
  /** 0 … 1; null: nobody can say how much is left. */
  readonly done: number | null;
  /** `cancelWork` ends it; whoever asked for it gets the error `cancelled`. */
  readonly cancellable: boolean;
}

/** All that is under way; what is no longer in the list has ended. Sent at most ten times a second, and at each beginning and end. */
export interface WorkNotice {
  readonly items: readonly WorkItem[];
}

const work: v.GenericSchema<unknown, WorkNotice> = v.object({
  items: v.array(
    v.object({
      id: natural,
      label: v.string(),
      done: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
      cancellable: v.boolean(),
    }),
  ),
});

/**
 * up: answers. down: its process ended unasked and is being started again; questions wait, commands are refused.
 * recovering: it is there again and replays the sessions; `work` says how far it is.
 */
export const MACHINE_LIFE = ['up', 'down', 'recovering'] as const;
export type MachineLife = (typeof MACHINE_LIFE)[number];

/** The process that runs the sessions went down or came back. */
export interface MachineNotice {
  readonly is: MachineLife;
  /** What happened and what of the work is there, in whole sentences. */
  readonly message: string;
}

const machine: v.GenericSchema<unknown, MachineNotice> = v.object({
  is: v.picklist(MACHINE_LIFE),
  message: v.string(),
});

/** What a person chose once for all sessions. Kept by main in one file. */
const settings = v.object({
  theme: v.picklist(THEMES),
  terminal: v.object({
    /** CSS pixels. */
    fontSize: v.pipe(v.number(), v.minValue(8), v.maxValue(40)),
    /** Lines kept above the visible ones. */
    scrollback: v.pipe(natural, v.minValue(100), v.maxValue(200_000)),
    screenReader: v.boolean(),
    copyOnSelect: v.boolean(),
  }),
  /** Who sits here: which layout of the panels is offered first. */
  role: v.picklist(ROLES),
  /** The arrangement of the panels as the dock wrote it; empty: the role's own. */
  layout: v.pipe(v.string(), v.maxLength(200_000)),
});
export type Settings = v.InferOutput<typeof settings>;

/** Settings as read from a file or the page; undefined when they are not settings. */
export function checkSettings(value: unknown): Settings | undefined {
  const parsed = v.safeParse(settings, value);
  return parsed.success ? parsed.output : undefined;
}

export interface Hello {
  readonly progress: Progress;
  readonly desk: DeskNotice;
  /** null: none kept yet, or they could not be read. */
  readonly settings: Settings | null;
  /** Devices that can be added. */
  readonly devices: readonly { readonly device: string; readonly title: string }[];
  readonly work: WorkNotice['items'];
  readonly machine: MachineLife;
}

/** What can be handed out as a file. */
export const EXPORTS = ['dtb'] as const;
export type ExportKind = (typeof EXPORTS)[number];

const nothing = v.optional(v.undefined());
const comparedNames = v.pipe(v.array(word), v.minLength(1), v.maxLength(8));

/** Requests: the schema of what the page sends. Main refuses what does not match. */
export const requests = {
  /** The page is ready to draw: where things are. */
  hello: nothing,
  dispatch: command,
  query,
  tracePage,
  /** The configuration carried over to another platform. */
  configOn: v.object({ config: machineConfig, profile: word }),
  /** false pauses the machine, true lets it go on. */
  run: v.object({ on: v.boolean() }),
  /** A fresh machine; without a configuration, the default scenario's. */
  newSession: v.object({ config: v.exactOptional(machineConfig) }),
  /** Asks the person for a file. */
  openSession: nothing,
  /** Asks for a file unless the session has one and `as` is false. */
  saveSession: v.object({ as: v.boolean() }),
  /** The same machine under another kernel, booted; the session at hand is parked. */
  compare: v.object({ kernel: word }),
  /** Back to the parked session. */
  compareBack: nothing,
  /** What the session did, under each of these kernels or platforms, side by side. The session stays as it is. */
  compareRuns: v.object({ kernels: comparedNames, profiles: comparedNames }),
  /** The session without one of its configuration acts (`acts`; absent: the newest). What became impossible without it is answered as sentences. */
  undo: v.object({ index: v.exactOptional(natural) }),
  /** Ends the comparison that runs: its answer is the error `cancelled`. */
  compareCancel: nothing,
  /** Which VFIO programs can have huge pages, on every kernel and platform; `driverFirst`: a driver of the kernel had the function before. */
  vfioMatrix: v.object({ driverFirst: v.boolean() }),
  /** Ends the matrix that is being worked out: its answer is the error `cancelled`. */
  vfioCancel: nothing,
  /** The machine of a cell in a session of its own, at the moment that the cell tells of. */
  vfioOpen: vfioPlace,
  /** Asks for a file and writes what the machine has as it is now. */
  exportFile: v.object({ what: v.picklist(EXPORTS) }),
  copyText: v.object({ text: v.pipe(v.string(), v.maxLength(4_000_000)) }),
  setSettings: settings,
  setMenu: v.object({ entries: v.pipe(v.array(menuEntry), v.maxLength(300)) }),
  /** Another open session comes to the front. */
  showTab: v.object({ id: natural }),
  /** Asks first when something would be lost; the answer is false when the person kept it open. */
  closeTab: v.object({ id: natural }),
  openRecent: v.object({ index: natural }),
  /** Ends what a `work` notice listed; what has ended meanwhile is no error. */
  cancelWork: v.object({ id: natural }),
  /** A file dropped on the window. Sent by the preload script alone, which knows its path; the page has no such function. */
  openDropped: v.object({ path: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)) }),
} satisfies Record<string, v.GenericSchema>;

export type RequestName = keyof typeof requests;
export type RequestPayload<N extends RequestName> = v.InferOutput<(typeof requests)[N]>;

/** `null` as value: the person closed the file dialog. */
export interface Answers {
  hello: Hello;
  dispatch: Result<{ readonly seq: number }>;
  query: Result<unknown>;
  tracePage: Result<TracePage>;
  configOn: Result<MachineConfig>;
  run: Result<true>;
  newSession: Result<true>;
  openSession: Result<string | null>;
  saveSession: Result<string | null>;
  compare: Result<true>;
  compareBack: Result<true>;
  compareRuns: Result<CompareReport>;
  undo: Result<{ readonly refusals: readonly string[] }>;
  compareCancel: Result<true>;
  vfioMatrix: Result<VfioSheet>;
  vfioCancel: Result<true>;
  /** The command that the machine refused there, as a sentence; null: it took all. */
  vfioOpen: Result<{ readonly refusal: string | null }>;
  exportFile: Result<string | null>;
  copyText: Result<true>;
  setSettings: Result<true>;
  setMenu: Result<true>;
  showTab: Result<true>;
  closeTab: Result<boolean>;
  openRecent: Result<string>;
  cancelWork: Result<true>;
  openDropped: Result<true>;
}

/** Notices: what main tells the page unasked, with the schema that the preload script checks. */
export const notices = {
  progress,
  compareProgress,
  vfioProgress,
  /** Something went wrong that no answer can say. */
  problem: userError,
  /** Something to know that is no error: what was recovered, for example. */
  remark: v.object({ message: v.string() }),
  work,
  machine,
  menu: v.object({ action: word }),
  desk,
} satisfies Record<string, v.GenericSchema>;

export type NoticeName = keyof typeof notices;
export type NoticePayload<N extends NoticeName> = v.InferOutput<(typeof notices)[N]>;

/** What arrived as this request, or a sentence about what is wrong with it. */
export function checkRequest<N extends RequestName>(name: N, payload: unknown): Result<RequestPayload<N>> {
  const parsed = v.safeParse(requests[name], payload);
  if (parsed.success) return { ok: true, value: parsed.output as RequestPayload<N> };
  const where = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'message'}: ${issue.message}`);
  const message = `The window sent a request that makes no sense (${where.join('; ')}).`;
  return { ok: false, error: { code: 'bad-message', message } };
}

/** A notice as it may be handed to the page; undefined when it does not match. */
export function checkNotice(name: NoticeName, payload: unknown): unknown {
  const parsed = v.safeParse(notices[name], payload);
  return parsed.success ? parsed.output : undefined;
}

export const requestChannel = (name: RequestName): string => `ddw-lab:request:${name}`;
export const noticeChannel = (name: NoticeName): string => `ddw-lab:notice:${name}`;

/** Requests that the page itself cannot make. */
export const PRELOAD_ONLY: readonly RequestName[] = ['openDropped'];

type Ask = { [N in Exclude<RequestName, 'query' | 'openDropped'>]: AskOne<N> };
type AskOne<N extends RequestName> =
  undefined extends RequestPayload<N>
    ? () => Promise<Answers[N]>
    : (payload: RequestPayload<N>) => Promise<Answers[N]>;

/** What the preload script puts on `window.ddwLab`. */
export interface LabBridge extends Ask {
  query<Q extends Query>(query: Q): Promise<Result<AnswerTo<Q>>>;
  /** Returns the function that ends the subscription. */
  on<N extends NoticeName>(name: N, listener: (payload: NoticePayload<N>) => void): () => void;
}
