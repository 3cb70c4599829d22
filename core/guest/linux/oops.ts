// An Oops as a modelled end: the kernel says so in its log and is dead; what it was doing stops where it is.

import type { KernelState } from './kernel-state.ts';

/** `bug`: the line of the fault handler; `why`: for the machine's state, one sentence. */
export function die(k: KernelState, bug: string, why: string): void {
  if (k.oops !== undefined) return;
  k.oops = why;
  k.printk.line('err', bug);
  k.printk.line('err', 'Oops: Kernel access of bad area, sig: 11 [#1]');
}
