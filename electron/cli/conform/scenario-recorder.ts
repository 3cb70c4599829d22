// Stands at the guest's ports and writes down every TCE hcall and DDW call that passes, in the form that recordings have.

import type { DtNode, GuestMemory, HcallPort, RtasPort } from '../../../core/index.ts';
import type { Call, TceOp, TceRun } from './scenario-call.ts';
import { hex } from './scenario-text.ts';

const opcodes: ReadonlyMap<number, TceOp> = new Map([
  [0x1c, 'H_GET_TCE'],
  [0x20, 'H_PUT_TCE'],
  [0x138, 'H_STUFF_TCE'],
  [0x13c, 'H_PUT_TCE_INDIRECT'],
]);

/** Properties of /rtas that hold the tokens, and the calls' names in traces. */
const ddwTokens: readonly (readonly [property: string, call: string])[] = [
  ['ibm,query-pe-dma-window', 'ibm,query-pe-dma-window'],
  ['ibm,create-pe-dma-window', 'ibm,create-pe-dma-window'],
  ['ibm,remove-pe-dma-window', 'ibm,remove-pe-dma-window'],
  ['ibm,reset-pe-dma-window', 'ibm,reset-pe-dma-windows'],
  ['ibm,reset-pe-dma-windows', 'ibm,reset-pe-dma-windows'],
];

const maxListEntries = 512;

export class PortRecorder {
  readonly hcall: HcallPort;
  readonly rtas: RtasPort;
  /** Calls since the last take(). */
  private calls: Call[] = [];
  private seq = 0;
  private readonly tokens = new Map<number, string>();
  private readonly memory: GuestMemory;
  private readonly regs: Int32Array;
  /** log2 of a window's I/O page by LIOBN: tells whether a list is consecutive. */
  private readonly pageShifts = new Map<number, number>();

  constructor(hcall: HcallPort, rtas: RtasPort, memory: GuestMemory, tree: DtNode) {
    this.memory = memory;
    this.regs = hcall.regs;
    const properties = tree.children.find((c) => c.name === 'rtas')?.properties;
    for (const [property, call] of ddwTokens) {
      const value = properties?.get(property);
      if (value !== undefined)
        this.tokens.set(
          value.reduce((sum, byte) => sum * 256 + byte, 0),
          call,
        );
    }
    this.hcall = { regs: hcall.regs, hcall: () => this.passHcall(hcall) };
    this.rtas = { call: (token, args, nret) => this.passRtas(rtas, token, args, nret) };
  }

  take(): readonly Call[] {
    const taken = this.calls;
    this.calls = [];
    return taken;
  }

  private register(n: number): bigint {
    const at = 2 * (n - 3);
    return (BigInt((this.regs[at] ?? 0) >>> 0) << 32n) | BigInt((this.regs[at + 1] ?? 0) >>> 0);
  }

  private passHcall(port: HcallPort): number {
    const op = opcodes.get(this.regs[1] ?? 0);
    if (op === undefined || this.regs[0] !== 0) return port.hcall();
    const liobn = Number(this.register(4));
    const ioba = this.register(5);
    const value = this.register(6);
    const count = op === 'H_STUFF_TCE' || op === 'H_PUT_TCE_INDIRECT' ? Number(this.register(7)) : 1;
    const runs = op === 'H_PUT_TCE_INDIRECT' ? this.list(liobn, Number(value), count) : undefined;
    const ret = port.hcall();
    const read = op === 'H_GET_TCE' && ret === 0 ? this.register(4) : value;
    const tce = runs === undefined ? read : (runs[0]?.first ?? 0n);
    this.calls.push({ kind: 'tce', op, liobn, ioba, tce, count, runs, ret, seq: this.seq++ });
    return ret;
  }

  private list(liobn: number, address: number, count: number): readonly TceRun[] {
    const step = 1n << BigInt(this.pageShifts.get(liobn) ?? 12);
    const runs: { first: bigint; count: number }[] = [];
    for (let i = 0; i < Math.min(count, maxListEntries); i++) {
      const tce = this.memory.load64(address + 8 * i);
      const last = runs.at(-1);
      if (last !== undefined && tce === last.first + BigInt(last.count) * step) last.count++;
      else runs.push({ first: tce, count: 1 });
    }
    return runs;
  }

  private passRtas(port: RtasPort, token: number, args: readonly number[], nret: number): readonly number[] {
    const rets = port.call(token, args, nret);
    const name = this.tokens.get(token);
    if (name !== undefined) this.calls.push(this.rtasCall(name, args, nret, rets));
    return rets;
  }

  private rtasCall(name: string, args: readonly number[], nret: number, rets: readonly number[]): Call {
    const fields = new Map<string, string>();
    const cell = (i: number): number => (rets[i] ?? 0) >>> 0;
    const ret = rets[0] ?? 0;
    const isRemove = name === 'ibm,remove-pe-dma-window';
    const buid = isRemove ? undefined : (BigInt((args[1] ?? 0) >>> 0) << 32n) | BigInt((args[2] ?? 0) >>> 0);
    let liobn = isRemove ? (args[0] ?? 0) >>> 0 : undefined;
    if (buid !== undefined) fields.set('cfgaddr', hex((args[0] ?? 0) >>> 0)).set('buid', hex(buid));
    if (name === 'ibm,query-pe-dma-window') this.queryFields(fields, nret, cell);
    if (name === 'ibm,create-pe-dma-window') {
      fields.set('page_shift', String(args[3])).set('window_shift', String(args[4]));
      if (ret === 0) {
        liobn = cell(1);
        fields.set('start', hex((BigInt(cell(2)) << 32n) | BigInt(cell(3))));
        this.pageShifts.set(liobn, args[3] ?? 12);
      }
    }
    if (name === 'ibm,reset-pe-dma-windows') {
      fields.set('nargs', String(args.length));
      if (args.length === 4) fields.set('limited', String(args[3]));
    }
    if (liobn !== undefined) fields.set('liobn', hex(liobn));
    if (isRemove && liobn !== undefined) this.pageShifts.delete(liobn);
    return { kind: 'rtas', name, fields, buid, liobn, ret, seq: this.seq++ };
  }

  /** Five outputs with the status, or six: then the block has two cells. */
  private queryFields(fields: Map<string, string>, nret: number, cell: (i: number) => number): void {
    const wide = nret === 6 ? 1 : 0;
    const block = wide === 1 ? (BigInt(cell(2)) << 32n) | BigInt(cell(3)) : BigInt(cell(2));
    fields
      .set('nret', String(nret))
      .set('winnum', String(cell(1)))
      .set('max_tces', hex(block))
      .set('pgmask', hex(cell(3 + wide)));
  }
}
