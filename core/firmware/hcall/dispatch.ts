// From an opcode to its handler: the firmware's own dispatch (QEMU spapr_hypercall; LoPAR: unknown opcodes are H_FUNCTION).

import { H_FUNCTION } from '../../abi/papr/hcall.ts';
import type { HcallPort } from '../../abi/ports.ts';
import { joinU64, numberFromHalves } from '../../base/u64.ts';
import type { HcallContext, HcallDefinition } from './context.ts';

/** Opcodes below this have a slot in the table, a quarter each: opcodes are multiples of four. */
const TABLE_END = 0x400;

type Perform = HcallDefinition['perform'];

export class HcallDispatch implements HcallPort {
  readonly regs = new Int32Array(20);
  private answered = 0;
  private readonly context: HcallContext;
  private readonly table: Perform[];
  private readonly rest = new Map<number, Perform>();

  constructor(context: HcallContext, definitions: readonly HcallDefinition[]) {
    this.context = context;
    this.table = new Array<Perform>(TABLE_END / 4).fill(unknown);
    for (const { opcode, perform } of definitions) {
      if (opcode < TABLE_END) this.table[opcode / 4] = perform;
      else this.rest.set(opcode, perform);
    }
  }

  /** Hcalls answered so far, unknown ones included. */
  get count(): number {
    return this.answered;
  }

  hcall(): number {
    const regs = this.regs;
    this.answered++;
    const opcode = regs[1] as number;
    let perform: Perform = unknown;
    if (regs[0] === 0 && (opcode & 3) === 0) {
      perform =
        opcode >= 0 && opcode < TABLE_END
          ? (this.table[opcode >> 2] as Perform)
          : (this.rest.get(opcode) ?? unknown);
    }
    const ret = perform(this.context, regs);
    regs[0] = ret >> 31;
    regs[1] = ret;
    return ret;
  }
}

function unknown(context: HcallContext, regs: Int32Array): number {
  const args = [2, 4, 6, 8].map((at) => joinU64(regs[at] as number, regs[at + 1] as number));
  const opcode = numberFromHalves(regs[0] as number, regs[1] as number);
  context.trace?.emit({ kind: 'hcall', opcode, args, ret: H_FUNCTION });
  context.clock.nowNs += context.costs.hcallNs;
  return H_FUNCTION;
}
