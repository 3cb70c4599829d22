// plpar_tce_put/get/stuff/put_indirect (asm/plpar_wrappers.h): the four TCE calls as the kernel makes them, registers written
// straight into the port. No retry on H_BUSY: the kernel has none here.

import type { GuestMemoryPort, HcallPort } from '../../abi/ports.ts';
import { bswap32 } from '../../base/bits.ts';
import { hiOfNumber, loOfNumber } from '../../base/u64.ts';
import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE } from '../../abi/papr/hcall.ts';

const BLOCK_BYTES = 65536;

export class TceHcalls {
  private readonly port: HcallPort;
  private readonly regs: Int32Array;
  private readonly memory: GuestMemoryPort;
  /** What H_GET_TCE answered. */
  tceHi = 0;
  tceLo = 0;
  /** Calls made since boot. */
  calls = 0;

  constructor(port: HcallPort, memory: GuestMemoryPort) {
    this.port = port;
    this.regs = port.regs;
    this.memory = memory;
  }

  private arguments(opcode: number, liobn: number, iobaHi: number, iobaLo: number): void {
    const regs = this.regs;
    regs[0] = 0;
    regs[1] = opcode;
    regs[2] = 0;
    regs[3] = liobn;
    regs[4] = iobaHi;
    regs[5] = iobaLo;
    this.calls++;
  }

  put(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number): number {
    this.arguments(H_PUT_TCE, liobn, iobaHi, iobaLo);
    this.regs[6] = tceHi;
    this.regs[7] = tceLo;
    return this.port.hcall();
  }

  get(liobn: number, iobaHi: number, iobaLo: number): number {
    this.arguments(H_GET_TCE, liobn, iobaHi, iobaLo);
    const rc = this.port.hcall();
    this.tceHi = this.regs[2] ?? 0;
    this.tceLo = this.regs[3] ?? 0;
    return rc;
  }

  /**
   * `range.count` times get() and put() of neighbouring entries, where the platform takes them as one: TCEs from real address
   * `real` on with `perm` (perm 0: all zero). False: not taken, nothing was done; then they are made one by one.
   */
  exchange(
    range: {
      readonly liobn: number;
      readonly iobaHi: number;
      readonly iobaLo: number;
      readonly count: number;
    },
    real: number,
    perm: number,
  ): boolean {
    if (this.port.exchange === undefined) return false;
    this.arguments(H_PUT_TCE, range.liobn, range.iobaHi, range.iobaLo);
    this.regs[6] = hiOfNumber(real);
    this.regs[7] = loOfNumber(real) | perm;
    this.calls--;
    if (!this.port.exchange(range.count)) return false;
    this.calls += 2 * range.count;
    return true;
  }

  stuff(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, count: number): number {
    this.arguments(H_STUFF_TCE, liobn, iobaHi, iobaLo);
    const regs = this.regs;
    regs[6] = tceHi;
    regs[7] = tceLo;
    regs[8] = hiOfNumber(count);
    regs[9] = loOfNumber(count);
    return this.port.hcall();
  }

  /** `list`: guest real address of the list page, filled before by {@link fillList}. */
  putIndirect(liobn: number, iobaHi: number, iobaLo: number, list: number, count: number): number {
    this.arguments(H_PUT_TCE_INDIRECT, liobn, iobaHi, iobaLo);
    const regs = this.regs;
    regs[6] = hiOfNumber(list);
    regs[7] = loOfNumber(list);
    regs[8] = 0;
    regs[9] = count;
    return this.port.hcall();
  }

  /** Writes `count` big-endian TCEs to the list page, from (hi, lo) on, each one page of 2^pageShift above the last. */
  fillList(list: number, count: number, tceHi: number, tceLo: number, pageShift: number): void {
    const words = this.memory.words(list);
    const step = pageShift < 32 ? (1 << pageShift) >>> 0 : 0;
    const stepHi = pageShift < 32 ? 0 : 2 ** (pageShift - 32);
    let hi = tceHi;
    let lo = tceLo >>> 0;
    let hiSwapped = bswap32(hi);
    let at = (list % BLOCK_BYTES) >>> 2;
    for (let i = 0; i < count; i++) {
      words[at++] = hiSwapped;
      words[at++] = bswap32(lo);
      lo += step;
      if (lo > 0xffff_ffff || stepHi !== 0) {
        if (lo > 0xffff_ffff) {
          lo -= 0x1_0000_0000;
          hi++;
        }
        hi += stepHi;
        hiSwapped = bswap32(hi);
      }
    }
  }
}
