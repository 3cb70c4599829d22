// For tests only: a small firmware stand-in behind GuestPorts, with the window rules of the recordings' instrument (QEMU with
// limits), and a list of what the guest did, written as short lines. The guest must not import the real firmware.

import type { DtNode, GuestPorts } from '../../abi/ports.ts';
import { bswap32 } from '../../base/bits.ts';
import { joinU64 } from '../../base/u64.ts';
import { createClock } from '../../time/clock.ts';
import { createScheduler, type Task } from '../../time/scheduler.ts';
import type { NewEvent, PrintkEvent } from '../../trace/events.ts';
import { watchingSink } from '../../trace/sink.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { LinuxGuestOptions } from './guest-options.ts';
import { LinuxGuest } from './guest.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';

const GiB = 2 ** 30;

export interface TestFunction {
  readonly slot: number;
  readonly name: string;
}

/** What the stand-in offers; the defaults are QEMU's. */
export interface TestRules {
  readonly maxWindows: number;
  /** TCEs; Infinity: no limit in create (QEMU), query then answers 2^37. */
  readonly block: number;
  readonly pageMask: number;
  readonly pageShifts: readonly number[];
  readonly defaultBytes: number;
  readonly defaultStart: bigint;
  readonly ddw: boolean;
  readonly extensions: readonly number[] | undefined;
  readonly ramBytes: number;
  /** 0: no maxmem (`ibm,lrdr-capacity` is 0 then, as QEMU has it). */
  readonly maxMemoryBytes: number;
  readonly createAnswers: readonly number[];
  readonly multiTce: boolean;
  readonly functions: readonly TestFunction[];
  readonly phbs: number;
  readonly pmem: boolean;
  /** Status for H_PUT_TCE and lists with R/W bits on created windows, by the number of such calls so far. */
  readonly injectSet: (call: number) => number;
  readonly vio: readonly number[];
}

export const QEMU_RULES: TestRules = {
  maxWindows: 2,
  block: Infinity,
  pageMask: 0x107,
  pageShifts: [12, 16, 21, 24],
  defaultBytes: GiB,
  defaultStart: 0n,
  ddw: true,
  extensions: [2, 0x2029, 1],
  ramBytes: GiB,
  maxMemoryBytes: 0,
  createAnswers: [],
  multiTce: true,
  functions: [{ slot: 1, name: 'mass-storage@1' }],
  phbs: 1,
  pmem: false,
  injectSet: () => 0,
  vio: [],
};

/** The instrument of `phyp_*`: one window per PE, a block that create enforces, 64K and 4K pages, 2 GiB default window. */
export const PHYP_RULES: TestRules = {
  ...QEMU_RULES,
  maxWindows: 1,
  block: 0x4000,
  pageMask: 0x3,
  pageShifts: [12, 16],
  defaultBytes: 2 * GiB,
  maxMemoryBytes: 4 * GiB,
};

interface TestWindow {
  readonly phb: number;
  readonly liobn: number;
  readonly base: bigint;
  readonly shift: number;
  readonly entries: bigint;
  readonly isDefault: boolean;
}

const DDW_BASE = 0x0800_0000_0000_0000n;

export class TestPlatform {
  readonly calls: string[] = [];
  readonly log: PrintkEvent['text'][] = [];
  readonly events: NewEvent[] = [];
  readonly memoryBlocks = new Map<number, Int32Array>();
  readonly tces = new Map<string, bigint>();
  readonly ports: GuestPorts;
  guest: LinuxGuest;
  readonly scheduler;
  rules: TestRules;
  private readonly options: LinuxGuestOptions;
  /** Changes to the tree that the guest is handed at boot. */
  private readonly edit: (tree: DtNode) => DtNode;
  private windows: TestWindow[] = [];
  private creates = 0;
  private sets = 0;
  /** Calls of the same kind that follow each other are one line: [text, calls, entries]. */
  private run: { text: string; from: bigint; calls: number; entries: number } | undefined;

  constructor(
    rules: TestRules,
    kernel: KernelBuild,
    pageBytes: number,
    bootArgs: readonly string[] = [],
    debug = true,
    edit: (tree: DtNode) => DtNode = (tree) => tree,
  ) {
    this.rules = rules;
    this.edit = edit;
    for (let phb = 0; phb < rules.phbs; phb++) this.windows.push(this.defaultWindow(phb));
    for (const liobn of rules.vio) {
      this.windows.push({ phb: -1, liobn, base: 0n, shift: 12, entries: 0x10000n, isDefault: true });
    }
    this.ports = this.makePorts();
    this.scheduler = createScheduler(createClock());
    this.options = {
      ports: this.ports,
      trace: this.sink(),
      scheduler: this.scheduler,
      kernel,
      pageBytes,
      cpus: 1,
      bootArgs,
      iommuDebugMessages: debug,
      seed: 1,
    };
    this.guest = new LinuxGuest(this.options);
  }

  /** The next kernel, on the tree that it is handed; windows and tables stay as they are. */
  kexec(tree: DtNode, crashKernel = false, kernel = this.options.kernel): this {
    const ports = { ...this.ports, deviceTree: () => tree };
    this.guest = new LinuxGuest({ ...this.options, ports, kernel, crashKernel });
    return this.boot();
  }

  /** Runs a task to its end. */
  finish(task: Task): void {
    this.scheduler.start(task);
    while (this.scheduler.step());
  }

  boot(): this {
    this.finish(this.guest.boot());
    return this;
  }

  /** Sets masks on a function as a driver would; returns what setMasks returned. */
  masks(fn: string, bits = 64, coherent = bits, driver = 'nvme'): number {
    const dev = this.guest.device(fn);
    if (dev === undefined) throw new Error(`no ${fn}`);
    dev.driver = driver;
    const { guest } = this;
    let result = 1;
    this.finish(
      (function* () {
        result = yield* guest.dma.setMasks(dev, bits, coherent);
      })(),
    );
    return result;
  }

  /** The guest's calls so far, one line per run; clears the list. */
  take(): string[] {
    this.endRun();
    return this.calls.splice(0);
  }

  /** The log so far; clears it. */
  takeLog(): string[] {
    return this.log.splice(0);
  }

  property(path: string, name: string): string | undefined {
    let node: DtNode | undefined = this.guest.deviceTree();
    for (const part of path.split('/').filter((p) => p !== ''))
      node = node?.children.find((c) => c.name === part);
    const value = node?.properties.get(name);
    return value && [...value].map((b) => b.toString(16).padStart(2, '0')).join('');
  }

  private sink(): TraceSink {
    const emit = (event: NewEvent): number => {
      this.events.push(event);
      if (event.kind === 'printk') this.log.push(event.text);
      return this.events.length - 1;
    };
    return watchingSink(emit);
  }

  private defaultWindow(phb: number): TestWindow {
    const { defaultBytes, defaultStart } = this.rules;
    return {
      phb,
      liobn: this.defaultLiobn(phb),
      base: defaultStart,
      shift: 12,
      entries: BigInt(defaultBytes / 4096),
      isDefault: true,
    };
  }

  private defaultLiobn(phb: number): number {
    return 0x8000_0000 | (phb << 8);
  }

  private endRun(): void {
    const run = this.run;
    if (run === undefined) return;
    const from = `0x${run.from.toString(16)}`;
    this.calls.push(run.text.replace('@', from).replace('#', `${run.calls}x, ${run.entries} TCEs`));
    this.run = undefined;
  }

  private note(text: string): void {
    this.endRun();
    this.calls.push(text);
  }

  private tceNote(text: string, ioba: bigint, entries: number): void {
    if (this.run?.text === text) {
      this.run.calls++;
      this.run.entries += entries;
      return;
    }
    this.endRun();
    this.run = { text, from: ioba, calls: 1, entries };
  }

  private makePorts(): GuestPorts {
    const regs = new Int32Array(20);
    const words = (address: number): Int32Array => {
      const block = Math.floor(address / 65536);
      let w = this.memoryBlocks.get(block);
      if (w === undefined) this.memoryBlocks.set(block, (w = new Int32Array(16384)));
      return w;
    };
    return {
      hcall: { regs, hcall: () => this.hcall(regs) },
      rtas: { call: (token, args, nret) => this.rtas(token, args, nret) },
      memory: {
        ramBytes: this.rules.ramBytes,
        words,
        bytes: (address, length) => new Uint8Array(words(address).buffer, address % 65536, length),
        discard: () => undefined,
      },
      mmio: { read32: () => 0, write32: () => undefined },
      deviceTree: () => this.edit(this.tree()),
    };
  }

  private hcall(regs: Int32Array): number {
    const reg = (n: number): bigint => joinU64(regs[2 * (n - 3)] ?? 0, regs[2 * (n - 3) + 1] ?? 0);
    const opcode = Number(reg(3));
    const liobn = Number(reg(4)) | 0;
    const ioba = reg(5);
    const window = this.windows.find((w) => w.liobn === liobn);
    const count = opcode === 0x138 || opcode === 0x13c ? reg(7) : 1n;
    const inside =
      window !== undefined &&
      ioba >= window.base &&
      (ioba - window.base) / (1n << BigInt(window.shift)) + count <= window.entries;
    let rc = inside && count > 0n && !(opcode === 0x13c && count > 512n) ? 0 : -4;
    const sets = (opcode === 0x20 && (reg(6) & 3n) !== 0n) || opcode === 0x13c;
    if (rc === 0 && sets && window?.isDefault === false) rc = this.rules.injectSet(this.sets++);
    if (opcode === 0x1c) return this.get(regs, rc, window, ioba);
    const name =
      opcode === 0x13c ? 'IND' : opcode === 0x138 ? 'STUFF' : (reg(6) & 3n) === 0n ? 'PUT0' : 'PUT';
    this.tceNote(`${name} ${(liobn >>> 0).toString(16)} @ # = ${rc}`, ioba, Number(count));
    if (rc === 0 && window !== undefined) this.store(window, opcode, ioba, reg(6), Number(count));
    return rc;
  }

  private get(regs: Int32Array, rc: number, window: TestWindow | undefined, ioba: bigint): number {
    this.tceNote(`GET ${((regs[3] ?? 0) >>> 0).toString(16)} @ # = ${rc}`, ioba, 1);
    if (rc !== 0 || window === undefined) return rc;
    const tce = this.tces.get(`${window.liobn}:${ioba >> BigInt(window.shift)}`) ?? 0n;
    regs[2] = Number(tce >> 32n);
    regs[3] = Number(tce & 0xffff_ffffn) | 0;
    return rc;
  }

  private store(window: TestWindow, opcode: number, ioba: bigint, value: bigint, count: number): void {
    if (opcode === 0x138 && this.tces.size === 0) return;
    for (let i = 0; i < count && count <= 512; i++) {
      const key = `${window.liobn}:${(ioba >> BigInt(window.shift)) + BigInt(i)}`;
      const tce = opcode === 0x13c ? this.listEntry(Number(value), i) : value;
      if ((tce & 3n) === 0n) this.tces.delete(key);
      else this.tces.set(key, tce);
    }
  }

  private listEntry(list: number, i: number): bigint {
    const words = this.ports.memory.words(list);
    const at = (list % 65536) / 4 + 2 * i;
    return joinU64(bswap32(words[at] ?? 0), bswap32(words[at + 1] ?? 0));
  }

  private rtas(token: number, args: readonly number[], nret: number): readonly number[] {
    const phb =
      token === 0x2028
        ? (this.windows.find((w) => w.liobn === (args[0] ?? 0))?.phb ?? 0)
        : (args[2] ?? 0) & 0xff;
    if (token === 0x2026) return this.query(phb, nret);
    if (token === 0x2027) return this.create(phb, args[3] ?? 0, args[4] ?? 0);
    if (token === 0x2028) return this.remove(args[0] ?? 0);
    this.note(`reset(${args.length}) = 0`);
    this.windows = [...this.windows.filter((w) => w.phb !== phb), this.defaultWindow(phb)];
    return [0];
  }

  private query(phb: number, nret: number): readonly number[] {
    const windows = Math.max(0, this.rules.maxWindows - this.windows.filter((w) => w.phb === phb).length);
    const block = this.rules.block === Infinity ? 2 ** 37 : this.rules.block;
    this.note(`query = 0, ${windows} windows`);
    const { pageMask } = this.rules;
    if (nret === 6) return [0, windows, Math.floor(block / 2 ** 32), block | 0, pageMask, 0];
    return [0, windows, Math.min(block, 0x8000_0000) | 0, pageMask, 0];
  }

  private create(phb: number, pageShift: number, windowShift: number): readonly number[] {
    const injected = this.rules.createAnswers[this.creates++] ?? 0;
    const entries = 2 ** (windowShift - pageShift);
    const bad =
      !this.rules.pageShifts.includes(pageShift) || windowShift < pageShift || entries > this.rules.block;
    const status = bad ? -3 : injected;
    const liobn = this.defaultLiobn(phb) | 1;
    this.note(`create(${pageShift}, ${windowShift}) = ${status}`);
    if (status !== 0) return [status, 0, 0, 0];
    this.windows.push({
      phb,
      liobn,
      base: DDW_BASE,
      shift: pageShift,
      entries: BigInt(entries),
      isDefault: false,
    });
    return [0, liobn, Number(DDW_BASE >> 32n), 0];
  }

  private remove(liobn: number): readonly number[] {
    const window = this.windows.find((w) => w.liobn === liobn);
    this.note(`remove(${(liobn >>> 0).toString(16)}) = ${window === undefined ? -3 : 0}`);
    if (window === undefined) return [-3];
    this.windows = this.windows.filter((w) => w !== window);
    if (!window.isDefault && !this.windows.some((w) => w.phb === window.phb))
      this.windows.push(this.defaultWindow(window.phb));
    return [0];
  }

  private tree(): DtNode {
    const { rules } = this;
    const rtas = node('rtas', {
      'ibm,hypertas-functions': text(['hcall-tce', ...(rules.multiTce ? ['hcall-multi-tce'] : [])]),
      'ibm,lrdr-capacity': cells(...split(rules.maxMemoryBytes), 0, 0x1000_0000, 1),
    });
    const memory = node('memory@0', {
      device_type: text(['memory']),
      reg: cells(0, 0, ...split(rules.ramBytes)),
    });
    const phbs = Array.from({ length: rules.phbs }, (_, phb) => this.phbNode(phb));
    const vio = rules.vio.map((liobn) =>
      node(`l-lan@${(liobn >>> 0).toString(16)}`, {
        'ibm,my-dma-window': cells(liobn, 0, 0, 0, 0x1000_0000),
      }),
    );
    const pmem = rules.pmem
      ? [
          node('ibm,persistent-memory', {}, [
            node('ibm,pmemory@90000000', { device_type: text(['ibm,pmemory']) }),
          ]),
        ]
      : [];
    return node('', {}, [
      rtas,
      memory,
      ...pmem,
      ...phbs,
      ...(vio.length > 0 ? [node('vdevice', {}, vio)] : []),
    ]);
  }

  /** A PHB arrives (DLPAR): its default window is there, its node is what the guest is handed. */
  plug(phb: number): DtNode {
    this.windows.push(this.defaultWindow(phb));
    return this.phbNode(phb);
  }

  private phbNode(phb: number): DtNode {
    const { rules } = this;
    const children = rules.functions.map((f) =>
      node(f.name, {
        reg: cells(f.slot << 11, 0, 0, 0, 0),
        'vendor-id': cells(0x1b36),
        'device-id': cells(0x10),
        'class-code': cells(0x10802),
      }),
    );
    const ddw = {
      'ibm,ddw-applicable': cells(0x2026, 0x2027, 0x2028),
      ...(rules.extensions && { 'ibm,ddw-extensions': cells(...rules.extensions) }),
    };
    const properties = {
      reg: cells(0x0800_0000, 0x2000_0000 + phb, 0, 0),
      'ibm,dma-window': cells(
        this.defaultLiobn(phb),
        Number(rules.defaultStart >> 32n),
        Number(rules.defaultStart & 0xffff_ffffn),
        ...split(rules.defaultBytes),
      ),
      'ibm,#dma-address-cells': cells(2),
      'ibm,#dma-size-cells': cells(2),
      ranges: cells(0x0200_0000, 0, 0x8000_0000, 0x2000, 0x8000_0000, 0, 0x8000_0000),
      ...(rules.ddw && ddw),
    };
    return node(`pci@${(0x8000_0002_0000_000n + BigInt(phb)).toString(16)}`, properties, children);
  }
}

function node(name: string, properties: Record<string, Uint8Array>, children: DtNode[] = []): DtNode {
  return { name, properties: new Map(Object.entries(properties)), children };
}

function cells(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((v, i) => new DataView(bytes.buffer).setUint32(4 * i, v >>> 0));
  return bytes;
}

function split(value: number): [number, number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32];
}

function text(strings: readonly string[]): Uint8Array {
  return Uint8Array.from([...strings.join('\0'), '\0'].map((c) => c.charCodeAt(0)));
}
