// H_RTAS(buffer): QEMU's own carrier of RTAS calls (hw/ppc/spapr_hcall.c h_rtas). The buffer holds token, nargs, nret, inputs and
// then the return cells, 32 bits each, big-endian.

import { H_RTAS } from '../../abi/papr/hcall.ts';
import { joinU64, numberFromHalves } from '../../base/u64.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { RtasDispatch } from '../rtas/dispatch.ts';
import { R4_HI, R4_LO, type HcallDefinition } from './context.ts';

/** No call has more inputs; a wild count is handed on, its cells are not read. */
const MOST_INPUTS = 16;

export function rtasHcall(rtas: RtasDispatch, bufferAddressBits: number): HcallDefinition {
  const mask = bufferAddressBits < 64 ? 2 ** (bufferAddressBits - 32) - 1 : -1;
  return {
    opcode: H_RTAS,
    name: 'H_RTAS',
    args: [{ name: 'buffer', format: 'address' }],
    section: 'QEMU h_rtas',
    functionSet: undefined,
    perform({ memory, trace, clock, hcallNs }, regs) {
      const hi = regs[R4_HI] as number;
      const lo = regs[R4_LO] as number;
      const event = { kind: 'hcall' as const, opcode: H_RTAS, args: [joinU64(hi, lo)] };
      const seq = trace?.open({ ...event, ret: 0 });
      const ret = callThroughMemory(rtas, memory, numberFromHalves(hi & mask, lo));
      if (seq !== undefined) {
        trace?.amend(seq, { ...event, ret });
        trace?.close();
      }
      clock.nowNs += hcallNs;
      return ret;
    },
  };
}

function callThroughMemory(rtas: RtasDispatch, memory: GuestMemory, buffer: number): number {
  const cell = (n: number): number => memory.load32(buffer + 4 * n);
  const nargs = cell(1) >>> 0;
  const args = Array.from({ length: Math.min(nargs, MOST_INPUTS) }, (_, i) => cell(3 + i));
  const { cells, hcallStatus } = rtas.perform(cell(0), { nargs, nret: cell(2) >>> 0, args });
  const rets = buffer + 12 + ((4 * nargs) >>> 0);
  cells.forEach((value, i) => memory.store32(rets + 4 * i, value));
  return hcallStatus;
}
