// The answer to "can VFIO applications have huge pages on Power?": kernel generation x platform x page size x program, each cell
// worked out by running a machine. Cells of one kernel and platform share a boot, unless the one before left something behind.

import type { ApplicationPlan } from '../../abi/linux/application.ts';
import { invariant } from '../../base/invariant.ts';
import { sizeText } from '../../base/quantities.ts';
import { findProfile, PROFILES } from '../../firmware/profiles/index.ts';
import type { PlatformProfile, SlotClass } from '../../firmware/profiles/profile.ts';
import { kernelById, KERNELS } from '../../guest/linux/kernels/index.ts';
import type { KernelBuild } from '../../guest/linux/kernels/kernel-build.ts';
import { HUGE_PAGE_SIZES, noSuchHugePage } from '../../guest/linux/process/huge-pages.ts';
import type { Command } from '../../machine/commands.ts';
import { configFor } from '../../machine/config-for.ts';
import type { MachineConfig } from '../../machine/config.ts';
import { withMoreFunctions } from '../../machine/growth.ts';
import { Machine } from '../../machine/machine.ts';
import { vfioAnswer } from '../../machine/vfio-answers.ts';
import type { ApplicationAnswer } from '../../machine/vfio-queries.ts';
import { DEFAULT_LPAR } from '../default-scenario.ts';
import type { VfioCell, VfioEvidence, VfioMatrix, VfioMatrixOptions, VfioPlatform } from './vfio-cell.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const MEMORY_BYTES = 64 * GIB;
const APPS: readonly ApplicationPlan['app'][] = ['v1', 'v2', 'dpdk'];
/** Page sizes that people ask for; the base page comes first. */
const HUGE_PAGES: readonly number[] = [2 * MIB, 16 * MIB, GIB, 2 * GIB, 16 * GIB];
/** A device that no driver of these kernels drives, and one whose driver opens a window at boot. */
const UNTOUCHED = 'pci-testdev';
const DRIVEN = 'nvme';
const APP = 'app0';

/** The matrix, one cell after another: call step() until it says that there is none, or all(). */
export class VfioMatrixRun {
  private readonly options: VfioMatrixOptions;
  private readonly left: Place[];
  private readonly count: number;
  private readonly cells: VfioCell[] = [];
  private bench: Bench | undefined;

  constructor(options: VfioMatrixOptions = {}) {
    this.options = options;
    this.left = placesOf(options);
    this.count = this.left.length;
  }

  get progress(): { readonly done: number; readonly of: number } {
    return { done: this.cells.length, of: this.count };
  }

  /** Works out one cell; false: there is none left. */
  step(): boolean {
    const place = this.left.shift();
    if (place === undefined) return false;
    if (this.bench === undefined || !this.bench.serves(place)) this.bench = new Bench(place, this.options);
    this.cells.push(this.bench.cell(place));
    return true;
  }

  all(): VfioMatrix {
    while (this.step());
    return this.value;
  }

  /** The cells so far. */
  get value(): VfioMatrix {
    const { bytes = GIB, driverFirst = false } = this.options;
    return { bytes, driverFirst, cells: [...this.cells] };
  }
}

/** Which cell: its row and column. */
interface Place {
  readonly kernel: KernelBuild;
  readonly profile: PlatformProfile;
  readonly slotClass: SlotClass;
  readonly pageBytes: number;
  readonly app: ApplicationPlan['app'];
}

function placesOf({ kernels, profiles, pageSizes, apps = APPS }: VfioMatrixOptions): Place[] {
  const builds = kernels === undefined ? KERNELS : kernels.flatMap((id) => kernelById(id) ?? []);
  const platforms = profiles === undefined ? PROFILES : profiles.flatMap((id) => findProfile(id) ?? []);
  const places: Place[] = [];
  for (const kernel of builds)
    for (const profile of platforms)
      for (const slotClass of profile.slotClasses)
        for (const pageBytes of pageSizes ?? [basePage(kernel), ...HUGE_PAGES])
          for (const app of apps) places.push({ kernel, profile, slotClass, pageBytes, app });
  return places;
}

/** 64K, as distributions build kernels for Power. */
function basePage(kernel: KernelBuild): number {
  return kernel.pageBytes.value.includes(65_536) ? 65_536 : (kernel.pageBytes.value[0] ?? 65_536);
}

/** One booted machine with a function for vfio-pci, and its commands so far. */
class Bench {
  private readonly place: Place;
  private readonly config: MachineConfig;
  private readonly begin: readonly Command[];
  private readonly machine: Machine;
  private readonly bytes: number;
  private readonly id: string;
  private spent = false;

  constructor(place: Place, { bytes = GIB, driverFirst = false }: VfioMatrixOptions) {
    this.place = place;
    this.bytes = bytes;
    this.config = configOf(place, bytes, driverFirst);
    const [fn] = this.config.functions;
    invariant(fn !== undefined, 'the machine of the matrix has one function');
    this.id = fn.id;
    const unbind: readonly Command[] = driverFirst ? [{ do: 'driver-unbind', id: this.id }] : [];
    this.begin = [{ do: 'boot' }, ...unbind, { do: 'driver-bind', id: this.id, driver: 'vfio-pci' }];
    this.machine = new Machine(this.config);
    for (const command of this.begin) this.carryOut(command);
  }

  serves({ kernel, profile, slotClass }: Place): boolean {
    const { place } = this;
    return (
      !this.spent && kernel === place.kernel && profile === place.profile && slotClass === place.slotClass
    );
  }

  cell(place: Place): VfioCell {
    const { pageBytes, app } = place;
    const bytes = Math.ceil(this.bytes / pageBytes) * pageBytes;
    const plan: ApplicationPlan = { app, ids: [this.id], pageBytes, bytes, iova: 'window' };
    const start: Command = { do: 'app-start', name: APP, plan };
    const common = {
      kernel: place.kernel.id,
      generation: place.kernel.generation,
      platform: platformOf(place),
      pageBytes,
      app,
      evidence: evidenceOf(place),
      open: { config: this.config, commands: [...this.begin, start] },
    };
    if (this.isBound) this.carryOut(start);
    const cell: VfioCell = { ...common, ...this.outcome(plan) };
    if (this.machine.state === 'running' && this.isBound) this.carryOut({ do: 'app-stop', name: APP });
    // A refused window is remembered by the kernel, and a dead kernel is no bench.
    this.spent = this.machine.state !== 'running' || (cell.failed !== null && cell.failed.ret === ENODEV);
    return cell;
  }

  private get isBound(): boolean {
    const fn = this.machine.platform.find(this.id)?.description.fn ?? '';
    return this.machine.guest?.device(fn)?.driver === 'vfio-pci';
  }

  private outcome({ pageBytes }: ApplicationPlan): Outcome {
    if (!this.isBound && this.machine.state === 'running') return failedToBind();
    const { oops } = this.machine;
    if (oops !== undefined)
      return { ...NOTHING, outcome: 'fails', failed: { call: 'kernel', ret: 0, errno: 'Oops', why: oops } };
    const answer = vfioAnswer(this.machine);
    const app = answer.ok ? answer.value.applications.find(({ name }) => name === APP) : undefined;
    invariant(app !== undefined, 'a program of the matrix was started');
    return outcomeOf(app, pageBytes, this.windows());
  }

  private windows(): number {
    return this.machine.platform.firmware.windows().length;
  }

  private carryOut(command: Command): void {
    const { machine } = this;
    const accepted = machine.dispatch(command);
    if (!accepted.ok && machine.state === 'running')
      invariant(false, `the matrix gave a command in vain: ${accepted.error.message}`);
    while (!machine.settled || machine.state === 'booting') if (!machine.step()) break;
  }
}

const ENODEV = -19;
type Outcome = Pick<
  VfioCell,
  'outcome' | 'failed' | 'ioPageBytes' | 'tces' | 'hcalls' | 'ns' | 'windows' | 'start' | 'lines'
>;

const NOTHING = {
  ioPageBytes: 0,
  tces: 0,
  hcalls: 0,
  ns: 0,
  windows: 0,
  start: '0x0',
  lines: [],
  failed: null,
} as const;

function failedToBind(): Outcome {
  const why =
    'vfio-pci cannot bind: the VFIO core of this kernel asks for a promise of cache coherency that Power first gives in 6.4';
  return { ...NOTHING, outcome: 'fails', failed: { call: 'bind vfio-pci', ret: -22, errno: '-EINVAL', why } };
}

function outcomeOf(app: ApplicationAnswer, pageBytes: number, windows: number): Outcome {
  const { failed, ioPageBytes, tces, hcalls, ns, iova, lines } = app;
  const figures = { ioPageBytes, tces, hcalls, ns, windows, start: `0x${iova.toString(16)}`, lines };
  if (failed !== null) return { ...figures, outcome: 'fails', failed };
  return { ...figures, outcome: ioPageBytes < pageBytes ? 'costs' : 'works', failed: null };
}

function platformOf({ profile, slotClass }: Place): VfioPlatform {
  return {
    profile: profile.id,
    slotClass: slotClass.id,
    title: `${profile.title}, ${slotClass.title}`,
    isVf: slotClass.isVf,
    mmu: profile.make.mmu.value,
  };
}

/** What the outcome rests on: the kernel's operations and the platform's pages, each with its grade. */
function evidenceOf({ kernel, profile, slotClass }: Place): readonly VfioEvidence[] {
  return [
    { fact: `kernel ${kernel.id} vfioOps`, ...told(kernel.vfioOps) },
    { fact: `kernel ${kernel.id} vfioBind`, ...told(kernel.vfioBind) },
    { fact: `${profile.id} ${slotClass.id} pageShifts`, ...told(slotClass.values.pageShifts) },
    { fact: `${profile.id} ${slotClass.id} maxWindows`, ...told(slotClass.values.maxWindows) },
    { fact: `${profile.id} mmu`, ...told(profile.make.mmu) },
  ];
}

function told({
  value,
  grade,
  source,
}: {
  readonly value: unknown;
  readonly grade: VfioEvidence['grade'];
  readonly source: string;
}): Omit<VfioEvidence, 'fact'> {
  return { value: Array.isArray(value) ? value.join(', ') : String(value), grade, source };
}

/** A partition of 64 GiB with one function and huge pages of each size that there is, enough for the program. */
function configOf({ kernel, profile, slotClass }: Place, bytes: number, driverFirst: boolean): MachineConfig {
  const sizes = HUGE_PAGE_SIZES[profile.make.mmu.value];
  const bootArgs = sizes.flatMap((size) => [
    `hugepagesz=${sizeText(size)}`,
    `hugepages=${Math.ceil(bytes / size)}`,
  ]);
  const fields: Partial<MachineConfig> = {
    kernel: kernel.id,
    pageBytes: basePage(kernel),
    memoryBytes: MEMORY_BYTES,
    maxMemoryBytes: MEMORY_BYTES,
    bootArgs,
  };
  const config = configFor(DEFAULT_LPAR, profile.id, fields);
  invariant(config.ok, 'the configuration of the matrix is valid');
  const device = driverFirst ? DRIVEN : UNTOUCHED;
  return withMoreFunctions(config.value, profile, { count: 1, device, slotClass: slotClass.id });
}

/** Why there is no such huge page on a platform, for whoever asks outright (2G, or 16M under radix). */
export function hugePageSentence(profileId: string, pageBytes: number): string | undefined {
  const profile = findProfile(profileId);
  if (profile === undefined || HUGE_PAGE_SIZES[profile.make.mmu.value].includes(pageBytes)) return undefined;
  return noSuchHugePage(profile.make.mmu.value, pageBytes);
}
