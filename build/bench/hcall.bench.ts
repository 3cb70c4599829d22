// TCE hcalls through the firmware's own dispatch against a C program doing the same checks, in one run, rounds alternating.
// Goals: H_PUT_TCE >= 0.2 of C (0.08 with the trace on), H_STUFF_TCE and H_PUT_TCE_INDIRECT of 512 >= 0.6; 1 TiB mapped with 64K
// pages in well under a second and < 64 MiB.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bswap32 } from '../../core/base/bits.ts';
import { Firmware } from '../../core/firmware/firmware.ts';
import { phbSpec } from '../../core/firmware/phb-spec.ts';
import type { PlatformProfile } from '../../core/firmware/profiles/profile.ts';
import { powervmP9 } from '../../core/firmware/profiles/powervm-p9.ts';
import { qemuPseries } from '../../core/firmware/profiles/qemu-pseries.ts';
import { memoryLayout } from '../../core/firmware/tree/layout.ts';
import { GuestMemory } from '../../core/memory/guest-memory.ts';
import { createClock } from '../../core/time/clock.ts';
import { TraceLog } from '../../core/trace/log.ts';

const GIB = 2 ** 30;
const ENTRIES = 2 ** 18;
const ROUNDS = 5;
const SECONDS = 0.4;
const WINDOW_HI = 0x0800_0000;
const DDW = 0x8000_0001 | 0;

/** A function at configuration address 0, which the RTAS calls below name. */
const FUNCTION = {
  fn: '0000:00:00.0',
  bus: 0,
  slot: 0,
  vendor: 0,
  deviceId: 0,
  classCode: 0,
  nodeName: 'device',
};

interface Bench {
  readonly name: string;
  readonly title: string;
  readonly opcode: number;
  readonly goal: number | undefined;
  readonly tracedGoal?: number;
}

const BENCHES: readonly Bench[] = [
  { name: 'put', title: 'H_PUT_TCE', opcode: 0x20, goal: 0.2, tracedGoal: 0.08 },
  { name: 'get', title: 'H_GET_TCE', opcode: 0x1c, goal: undefined },
  {
    name: 'stuff-aligned',
    title: 'H_STUFF_TCE x512, whole blocks as Linux clears',
    opcode: 0x138,
    goal: 0.6,
  },
  { name: 'stuff-unaligned', title: 'H_STUFF_TCE x512, anywhere', opcode: 0x138, goal: 0.6 },
  {
    name: 'indirect-aligned',
    title: 'H_PUT_TCE_INDIRECT x512, scattered list, whole blocks',
    opcode: 0x13c,
    goal: 0.6,
  },
  {
    name: 'indirect-unaligned',
    title: 'H_PUT_TCE_INDIRECT x512, scattered list, anywhere',
    opcode: 0x13c,
    goal: 0.6,
  },
];

function machine(
  profile: PlatformProfile,
  ramBytes: number,
  trace: TraceLog | undefined,
  clock = createClock(),
): Firmware {
  const firmware = new Firmware({
    profile,
    memory: new GuestMemory(ramBytes),
    layout: memoryLayout(ramBytes),
    clock,
    trace,
  });
  const slotClass = profile.slotClasses[0];
  if (slotClass === undefined) throw new Error('no slot class');
  firmware.addPhb(phbSpec({ slotClass, index: 0, functions: [FUNCTION] }));
  return firmware;
}

let seed = 12_345;
function random(): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return seed >>> 0;
}

/** Operations per CPU second of ours. */
function ours(bench: Bench, traced: boolean): number {
  const clock = createClock();
  const trace = traced ? new TraceLog(clock) : undefined;
  const memory = new GuestMemory(GIB);
  const firmware = new Firmware({ profile: qemuPseries, memory, layout: memoryLayout(GIB), clock, trace });
  const slotClass = qemuPseries.slotClasses[0];
  if (slotClass === undefined) throw new Error('no slot class');
  firmware.addPhb(phbSpec({ slotClass, index: 0, functions: [FUNCTION] }));
  firmware.rtasPort.call(0x2027, [0, 0x0800_0000, 0x2000_0000, 16, 34], 4);
  const words = memory.words(0);
  for (let i = 0; i < 16 * 512; i++) words[2 * i + 1] = bswap32((random() << 12) | 3);
  const where = Int32Array.from({ length: 4096 }, () => random() & (ENTRIES - 1));
  const isBlock = bench.opcode > 0x100;
  const aligned = bench.name.endsWith('-aligned');
  const indirect = bench.opcode === 0x13c;
  const stuff = bench.opcode === 0x138;
  const port = firmware.hcallPort;
  const regs = port.regs;
  let count = 0;
  let failures = 0;
  const run = (rounds: number): void => {
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < 4096; i++) {
        let index = where[i] as number;
        if (isBlock) index = aligned ? index & ~511 : index % (ENTRIES - 512);
        regs[0] = 0;
        regs[1] = bench.opcode;
        regs[2] = 0;
        regs[3] = DDW;
        regs[4] = WINDOW_HI + (index >>> 16);
        regs[5] = index << 16;
        regs[6] = 0;
        regs[7] = indirect ? (i & 15) << 12 : (i << 16) | (stuff && (i & 1) !== 0 ? 0 : 3);
        regs[8] = 0;
        regs[9] = 512;
        if (port.hcall() !== 0) failures++;
      }
      count += 4096;
    }
  };
  run(isBlock ? 4 : 64);
  count = 0;
  const start = process.cpuUsage();
  let spent = 0;
  while (spent < SECONDS) {
    run(isBlock ? 1 : 64);
    // The trace grows without end here; a session would too, but not in half a second.
    if (trace !== undefined && trace.length > 4_000_000) trace.clear();
    const used = process.cpuUsage(start);
    spent = (used.user + used.system) / 1e6;
  }
  if (failures > 0) throw new Error(`${bench.name}: ${failures} calls failed`);
  return count / spent;
}

function theirs(bench: Bench): number | undefined {
  const folder = process.env['DDW_BENCH_C'];
  const program = folder === undefined ? undefined : join(folder, 'hcall');
  if (program === undefined || !existsSync(program)) return undefined;
  return Number(execFileSync(program, [bench.name, String(SECONDS)], { encoding: 'utf8' }));
}

/** ours(), in a process of its own as the C program is: what ran before must not decide how this is compiled. */
function oursAlone(bench: Bench, traced: boolean): number {
  const program = process.argv[1] ?? '';
  return Number(execFileSync(process.execPath, [program, bench.name, String(traced)], { encoding: 'utf8' }));
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const millions = (value: number): string => `${(value / 1e6).toFixed(2)} M/s`;

function compare(bench: Bench): void {
  const c: number[] = [];
  const plain: number[] = [];
  const traced: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const baseline = theirs(bench);
    if (baseline !== undefined) c.push(baseline);
    plain.push(oursAlone(bench, false));
    traced.push(oursAlone(bench, true));
  }
  const ratio = (values: readonly number[], goal: number | undefined): string => {
    if (c.length === 0) return '';
    const value = median(values) / median(c);
    return ` = ${value.toFixed(3)} of C${goal === undefined ? '' : ` (goal ${goal}: ${value >= goal ? 'met' : 'MISSED'})`}`;
  };
  console.log(bench.title);
  if (c.length > 0) console.log(`  C         ${millions(median(c))}`);
  console.log(`  untraced  ${millions(median(plain))}${ratio(plain, bench.goal)}`);
  console.log(`  traced    ${millions(median(traced))}${ratio(traced, bench.tracedGoal)}`);
}

/** 1 TiB mapped 1:1 with 64K pages: 32,768 lists of 512, written and handed over as Linux does. */
function mapTebibyte(profile: PlatformProfile, traced: boolean): void {
  const ramBytes = 1024 * GIB;
  const clock = createClock();
  const trace = traced ? new TraceLog(clock) : undefined;
  const memory = new GuestMemory(ramBytes);
  const firmware = new Firmware({ profile, memory, layout: memoryLayout(ramBytes), clock, trace });
  const slotClass = profile.slotClasses[0];
  if (slotClass === undefined) throw new Error('no slot class');
  const spec = phbSpec({ slotClass, index: 0, functions: [FUNCTION] });
  firmware.addPhb(spec);
  const create = profile.tokens['ibm,create-pe-dma-window']?.value ?? 0;
  const cells = [Number(spec.buid >> 32n), Number(spec.buid & 0xffff_ffffn)];
  const [status, liobn = 0] = firmware.rtasPort.call(create, [0, ...cells, 16, 40], 4);
  if (status !== 0) throw new Error(`create answered ${status}`);
  globalThis.gc?.();
  const before = process.memoryUsage();
  const start = process.cpuUsage();
  const words = memory.words(0);
  const { regs } = firmware.hcallPort;
  for (let call = 0; call < 32_768; call++) {
    for (let i = 0; i < 512; i++) {
      const page = call * 512 + i;
      words[2 * i] = bswap32(page >>> 16);
      words[2 * i + 1] = bswap32((page << 16) | 3);
    }
    regs.set([0, 0x13c, 0, liobn, WINDOW_HI + (call >>> 7), call << 25, 0, 0, 0, 512]);
    if (firmware.hcallPort.hcall() !== 0) throw new Error(`list ${call} was refused`);
  }
  const used = process.cpuUsage(start);
  globalThis.gc?.();
  const after = process.memoryUsage();
  const mib = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 2 ** 20;
  const window = firmware.windows().find((w) => w.liobn === liobn >>> 0);
  console.log(
    `1 TiB in 64K pages, ${profile.id}, ${traced ? 'traced' : 'untraced'}: ${((used.user + used.system) / 1e3).toFixed(0)} ms, ` +
      `${mib.toFixed(1)} MiB, ${window?.usedTces} TCEs live`,
  );
}

/** 1,000 PEs whose windows are empty. */
function emptyPes(): void {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const slotClass = powervmP9.slotClasses[1];
  if (slotClass === undefined) throw new Error('no slot class');
  const firmware = machine(powervmP9, GIB, undefined);
  const pes = 1000;
  for (let index = 0; index < pes; index++) {
    const spec = phbSpec({ slotClass, index, functions: [FUNCTION] });
    firmware.addPhb(spec);
    const cells = [Number(spec.buid >> 32n), Number(spec.buid & 0xffff_ffffn)];
    firmware.rtasPort.call(0x55, [spec.pe.defaultWindow.liobn], 1);
    const [status] = firmware.rtasPort.call(0x54, [0, ...cells, 16, 38], 4);
    if (status !== 0) throw new Error(`create answered ${status}`);
  }
  globalThis.gc?.();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  console.log(`1,000 VFs with an empty window of 0x400000 TCEs: ${(bytes / pes / 1024).toFixed(2)} KiB each`);
  if (firmware.hcalls < 0) throw new Error('kept alive');
}

const alone = BENCHES.find((bench) => bench.name === process.argv[2]);
if (alone !== undefined) console.log(ours(alone, process.argv[3] === 'true'));
else {
  for (const profile of [qemuPseries, powervmP9])
    for (const traced of [false, true]) mapTebibyte(profile, traced);
  emptyPes();
  for (const bench of BENCHES) compare(bench);
}
