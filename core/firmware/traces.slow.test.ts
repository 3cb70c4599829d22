// The firmware side of recorded Linux guests: every call that reached it is answered as recorded, limits and faults included.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE } from '../abi/papr/hcall.ts';
import { hex, hi32, lo32, numberFromHalves, u64 } from '../base/u64.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { createClock } from '../time/clock.ts';
import { Firmware } from './firmware.ts';
import type { FirmwareLimits } from './limits.ts';
import { phbSpec } from './phb-spec.ts';
import { qemuPseries } from './profiles/qemu-pseries.ts';
import { memoryLayout } from './tree/layout.ts';

const SHARED = new URL('../../../shared/oracle/scenarios/', import.meta.url);
const FIXTURES = new URL('./fixtures/traces/', import.meta.url);

interface Line {
  readonly seq: number;
  readonly call?: string;
  readonly event?: string;
  readonly [field: string]: unknown;
}

interface PlanPhb {
  readonly index: number;
  readonly pgsz: string;
  readonly ddw: boolean;
  readonly dma_win_addr: string;
  readonly dma_win_size: string;
  readonly dma64_win_addr: string;
}

interface Plan {
  readonly machine: {
    readonly firmware: { readonly limits?: Record<string, never> };
    readonly ram_bytes: number;
    readonly phbs: readonly PlanPhb[];
    readonly vio_devices: readonly { readonly kind: string }[];
  };
}

function text(folder: URL, name: string): string | undefined {
  const plain = new URL(name, folder);
  if (existsSync(plain)) return readFileSync(plain, 'utf8');
  const packed = new URL(`${name}.gz`, folder);
  return existsSync(packed) ? gunzipSync(readFileSync(packed)).toString('utf8') : undefined;
}

function limitsOf(raw: Readonly<Record<string, never>> | undefined): FirmwareLimits | undefined {
  if (raw === undefined) return undefined;
  return {
    maxWindows: raw['max_windows']!,
    blockTces: Number(raw['block_tces']!),
    blockSharedWithDefault: raw['block_shared_with_default']!,
    pageMask: Number(raw['page_mask']!),
    strict: raw['strict']!,
    createBusy9901: raw['create_busy_9901']!,
    createFail: raw['create_fail']!,
    inject: raw['inject']!,
    limited: raw['limited']!,
    minTces: raw['min_tces']!,
    ddwStart: raw['ddw_start']!,
    ddwStartLimitedMode: raw['ddw_start_limited_mode']!,
  };
}

class Replay {
  private readonly memory: GuestMemory;
  readonly firmware: Firmware;

  constructor(plan: Plan) {
    const { ram_bytes, phbs, firmware, vio_devices } = plan.machine;
    const limits = limitsOf(firmware.limits);
    this.memory = new GuestMemory(ram_bytes);
    this.firmware = new Firmware({
      profile: qemuPseries,
      memory: this.memory,
      layout: memoryLayout(ram_bytes),
      clock: createClock(),
      limits,
      vioDevices: vio_devices.map(({ kind }, i) => ({
        nodeName: kind,
        unit: 0x7100_0002 + i,
        liobn: 0x7100_0002 + i,
      })),
    });
    for (const phb of phbs) {
      const qemu = {
        pgsz: phb.pgsz,
        ddw: phb.ddw,
        dmaWinAddr: phb.dma_win_addr,
        dmaWinSize: phb.dma_win_size,
        dma64WinAddr: phb.dma64_win_addr,
      };
      const slotClass = qemuPseries.slotClasses[0]!;
      this.firmware.addPhb(
        phbSpec({ slotClass, index: phb.index, functions: [], qemu, ...(limits && { limits }) }),
      );
    }
  }

  /** An LMB was added: its DRC index is its number. */
  memoryAdded(detail: string): void {
    const drc = /^drc: 0x8([0-9a-f]{7})$/.exec(detail);
    if (drc !== null)
      this.memory.resize(Math.max(this.memory.ramBytes, (parseInt(drc[1]!, 16) + 1) * 0x1000_0000));
  }

  hcall(opcode: number, ...args: readonly bigint[]): readonly [number, bigint] {
    const { regs } = this.firmware.hcallPort;
    [BigInt(opcode), ...args].forEach((value, i) => regs.set([hi32(value), lo32(value)], 2 * i));
    const ret = this.firmware.hcallPort.hcall();
    return [ret, u64((BigInt(regs[2]!) << 32n) | BigInt(regs[3]! >>> 0))];
  }

  /** What we answer to a recorded line, in its own words. */
  answer(line: Line): string {
    const big = (name: string): bigint => BigInt(line[name] as string);
    switch (line.call) {
      case 'H_PUT_TCE':
        return `${this.hcall(H_PUT_TCE, big('liobn'), big('ioba'), big('tce'))[0]}`;
      case 'H_GET_TCE': {
        const [ret, tce] = this.hcall(H_GET_TCE, big('liobn'), big('ioba'));
        return ret === 0 ? `${ret} ${hex(tce)}` : `${ret}`;
      }
      case 'H_STUFF_TCE': {
        const ioba = line['ioba'] === undefined ? 0n : big('ioba');
        return `${this.hcall(H_STUFF_TCE, big('liobn'), ioba, big('tce'), BigInt(line['npages'] as number))[0]}`;
      }
      case 'H_PUT_TCE_INDIRECT':
        return String(this.indirect(line, big));
      default:
        return this.rtas(line, big);
    }
  }

  private indirect(line: Line, big: (name: string) => bigint): number {
    const shift = this.firmware.windows().find((w) => w.liobn === Number(big('liobn')))?.pageShift ?? 12;
    const derived = line['derived'] as { tce_first: string } | undefined;
    const runs = (line['runs'] as [string, number][] | undefined) ?? [
      [derived!.tce_first, line['npages'] as number],
    ];
    // The list's page was the kernel's; any page of our memory will do.
    const list = 0x100_0000;
    let at = list;
    for (const [first, count] of runs)
      for (let i = 0; i < count; i++, at += 8)
        this.memory.store64(at, BigInt(first) + (BigInt(i) << BigInt(shift)));
    return this.hcall(
      H_PUT_TCE_INDIRECT,
      big('liobn'),
      big('ioba'),
      BigInt(list),
      BigInt(line['npages'] as number),
    )[0];
  }

  private rtas(line: Line, big: (name: string) => bigint): string {
    const { call } = this.firmware.rtasPort;
    const pe = (): number[] => [Number(big('cfgaddr')), hi32(big('buid')), lo32(big('buid'))];
    switch (line.call) {
      case 'ibm,query-pe-dma-window': {
        // Stock traces do not tell the form; only the 5-output one answers this constant.
        const nret = (line['nret'] as number | undefined) ?? (line['max_tces'] === '0x80000000' ? 5 : 6);
        const [ret, available, blockHi = 0, blockLo = 0, mask] = call(0x2026, pe(), nret);
        const block = nret === 6 ? numberFromHalves(blockHi, blockLo) : blockHi >>> 0;
        return `${ret} ${available} ${line['max_tces'] === undefined ? '' : hex(block)} ${hex(nret === 6 ? mask! : blockLo)}`;
      }
      case 'ibm,create-pe-dma-window': {
        const args = [...pe(), line['page_shift'] as number, line['window_shift'] as number];
        const [ret, liobn = 0, hi = 0, lo = 0] = call(0x2027, args, 4);
        return ret === 0
          ? `0 ${hex(liobn >>> 0)} ${hex((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0))}`
          : `${ret}`;
      }
      case 'ibm,remove-pe-dma-window':
        return `${call(0x2028, [Number(big('liobn'))], 1)[0]}`;
      case 'ibm,reset-pe-dma-windows':
        return `${call(0x2029, line['nargs'] === 4 ? [...pe(), line['limited'] as number] : pe(), 1)[0]}`;
      default:
        throw new Error(`line ${line.seq}: ${line.call}`);
    }
  }
}

function recorded(line: Line): string {
  switch (line.call) {
    case 'H_GET_TCE':
      return line['ret'] === 0 ? `0 ${line['tce'] as string}` : `${line['ret'] as number}`;
    case 'ibm,query-pe-dma-window':
      return `${line['ret'] as number} ${line['winnum'] as number} ${(line['max_tces'] as string | undefined) ?? ''} ${line['pgmask'] as string}`;
    case 'ibm,create-pe-dma-window':
      return line['ret'] === 0
        ? `0 ${line['liobn'] as string} ${line['start'] as string}`
        : `${line['ret'] as number}`;
    default:
      return `${line['ret'] as number}`;
  }
}

/** A default window's table made anew outside an RTAS call: the partition was reset. */
function isReset(lines: readonly Line[], at: number): boolean {
  const line = lines[at]!;
  if (at === 0 || line.event !== 'table-new' || (Number(line['liobn']) & 1) !== 0) return false;
  const next = lines.slice(at + 1).find((l) => l.call !== undefined || l.event === 'linux-cas');
  return next?.call?.startsWith('ibm,') !== true && lines.slice(0, at).some((l) => l.event === 'linux-cas');
}

function differences(folder: URL): readonly string[] {
  const scenario = JSON.parse(text(folder, 'scenario.json')!) as { plan: Plan };
  const lines = text(folder, 'trace.jsonl')!
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  const replay = new Replay(scenario.plan);
  const found: string[] = [];
  lines.forEach((line, at) => {
    if (isReset(lines, at)) replay.firmware.reset();
    if (line.event === 'drc-set-configured') replay.memoryAdded(line['detail'] as string);
    if (line.call === undefined || found.length > 3) return;
    const ours = replay.answer(line);
    if (ours !== recorded(line))
      found.push(`seq ${line.seq} ${line.call}: recorded ${recorded(line)}, ours ${ours}`);
  });
  return found;
}

const foldersOf = (base: URL): readonly string[] =>
  existsSync(base)
    ? readdirSync(base).filter((name) => text(new URL(`${name}/`, base), 'trace.jsonl') !== undefined)
    : [];

describe.runIf(foldersOf(SHARED).length > 0)('calls of recorded guests in the whole folder', () => {
  it.each(foldersOf(SHARED))('%s', (name) => {
    expect(differences(new URL(`${name}/`, SHARED))).toEqual([]);
  });
});

describe.runIf(foldersOf(FIXTURES).length > 0)('calls of recorded guests', () => {
  it.each(foldersOf(FIXTURES))('%s', (name) => {
    expect(differences(new URL(`${name}/`, FIXTURES))).toEqual([]);
  });
});
