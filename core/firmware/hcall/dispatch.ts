// From an opcode to its handler: the firmware's own dispatch (QEMU spapr_hypercall; LoPAR: unknown opcodes are H_FUNCTION).

import { H_FUNCTION, H_GET_TCE, H_PUT_TCE } from '../../abi/papr/hcall.ts';
import type { HcallPort } from '../../abi/ports.ts';
import { joinU64, numberFromHalves } from '../../base/u64.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { HcallContext, HcallDefinition } from './context.ts';
import { exchangeRange } from './exchange.ts';
import { canBeRefused, refusing } from './refuse.ts';

/** Opcodes below this are looked up in a table. */
const TABLE_END = 0x400;

type Perform = HcallDefinition['perform'];

export class HcallDispatch implements HcallPort {
  readonly regs = new Int32Array(20);
  private answered = 0;
  private readonly context: HcallContext;
  private readonly table: Perform[];
  private readonly rest = new Map<number, Perform>();
  private readonly definitions: readonly HcallDefinition[];
  private commonest: Perform;
  /** H_GET_TCE and H_PUT_TCE as declared: while one is made to fail, no range goes at once. */
  private readonly exchanged: readonly HcallDefinition[];

  constructor(context: HcallContext, definitions: readonly HcallDefinition[]) {
    this.context = context;
    this.definitions = definitions;
    this.exchanged = definitions.filter(({ opcode }) => opcode === H_GET_TCE || opcode === H_PUT_TCE);
    this.table = new Array<Perform>(TABLE_END).fill(unknown);
    for (const { opcode, perform } of definitions) {
      if (opcode < TABLE_END) this.table[opcode] = perform;
      else this.rest.set(opcode, perform);
    }
    this.commonest = this.table[H_PUT_TCE] ?? unknown;
  }

  /** Hcalls answered so far, unknown ones included. */
  get count(): number {
    return this.answered;
  }

  hcall(): number {
    const regs = this.regs;
    this.answered++;
    // The commonest call has a call site of its own: there the engine can inline all of it.
    const ret =
      regs[1] === H_PUT_TCE && regs[0] === 0
        ? this.commonest(this.context, regs)
        : this.performerOf(regs)(this.context, regs);
    regs[0] = ret >> 31;
    regs[1] = ret;
    return ret;
  }

  exchange(count: number): boolean {
    const isPlain = ({ opcode, perform }: HcallDefinition): boolean => this.table[opcode] === perform;
    if (!this.exchanged.every(isPlain) || !exchangeRange(this.context, this.regs, count)) return false;
    this.answered += 2 * count;
    return true;
  }

  /** Calls that can be made to fail. */
  get refusableNames(): readonly string[] {
    return this.definitions.filter(canBeRefused).map((row) => row.name);
  }

  /**
   * Asks `refusal` before each call of this name, from now on (undefined: not any more). It stands in the call's own place, so that
   * calls pay nothing while none is made to fail.
   */
  refuse(name: string, refusal: ((liobn: number) => number | undefined) | undefined): void {
    const definition = this.definitions.find((row) => row.name === name && canBeRefused(row));
    if (definition === undefined) return;
    const perform = refusal === undefined ? definition.perform : refusing(definition, refusal);
    this.table[definition.opcode] = perform;
    if (definition.opcode === H_PUT_TCE) this.commonest = perform;
  }

  private performerOf(regs: Int32Array): Perform {
    const opcode = regs[1] as number;
    if (regs[0] !== 0) return unknown;
    return opcode >>> 0 < TABLE_END ? (this.table[opcode] as Perform) : (this.rest.get(opcode) ?? unknown);
  }
}

function unknown(context: HcallContext, regs: Int32Array): number {
  if (context.trace !== undefined) traceUnknown(context.trace, regs);
  context.clock.nowNs += context.hcallNs;
  return H_FUNCTION;
}

function traceUnknown(trace: TraceSink, regs: Int32Array): void {
  const args = [2, 4, 6, 8].map((at) => joinU64(regs[at] as number, regs[at + 1] as number));
  const opcode = numberFromHalves(regs[0] as number, regs[1] as number);
  trace.emit({ kind: 'hcall', opcode, args, ret: H_FUNCTION });
}
