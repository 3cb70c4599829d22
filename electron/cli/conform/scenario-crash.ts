// What a crash kernel is given: its part of memory, and the tree that says so (kexec-tools; arch/powerpc/kexec/core.c).

import type { DtNode, GuestMemory, GuestPorts } from '../../../core/index.ts';
import type { PlanMachine } from './scenario-plan.ts';

/**
 * The end of the reserved area that `crashkernel=` asks for: it begins at 512 MiB, or at half of a smaller RAM. A crash kernel may
 * use what lies below as well.
 */
export function crashMemoryEnd({ bootArgs, ramBytes }: PlanMachine): number {
  const argument = bootArgs.find((a) => a.startsWith('crashkernel=')) ?? '';
  const [, digits = '0', letter = 'M'] = /^crashkernel=(\d+)([KMG])/.exec(argument) ?? [];
  const size = Number(digits) * 2 ** (10 * ('KMG'.indexOf(letter) + 1));
  return Math.min(ramBytes, Math.min(ramBytes / 2, 2 ** 29) + size);
}

/** Real memory as a kernel sees it that may use only its beginning. */
export function partOf(memory: GuestMemory, ramBytes: number): GuestPorts['memory'] {
  return {
    ramBytes,
    bytes: (address, length) => memory.bytes(address, length),
    words: (a) => memory.words(a),
  };
}

/** kexec-tools: `linux,usable-memory` on each memory node that a crash kernel may use a part of. */
export function limitMemory(tree: DtNode, usableBytes: number): void {
  for (const { name, properties } of tree.children) {
    const reg = properties.get('reg');
    if (!name.startsWith('memory@') || reg === undefined) continue;
    const view = new DataView(reg.buffer, reg.byteOffset);
    const start = view.getBigUint64(0);
    const end = start + view.getBigUint64(8);
    const usable = new DataView(new ArrayBuffer(16));
    usable.setBigUint64(0, start);
    usable.setBigUint64(8, BigInt(usableBytes) < end ? BigInt(usableBytes) - start : end - start);
    if (BigInt(usableBytes) > start) properties.set('linux,usable-memory', new Uint8Array(usable.buffer));
  }
}
