// What one kernel leaves to the next: the device tree by kexec (kexec-tools read it from /proc/device-tree), and for a crash kernel
// its part of memory (arch/powerpc/kexec/core.c). Windows and their TCEs stay in the firmware as they are.

import type { DtNode, GuestMemoryPort } from '../../abi/ports.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';
import { DIRECT_WINDOW, DYNAMIC_WINDOW } from './window-property.ts';

/** Where the area begins in a large enough RAM. */
export const CRASH_AREA_START = 2 ** 29;

/**
 * End of the memory that a crash kernel may use, bytes: of the area that `crashkernel=` asks for, which begins at 512 MiB, or at half
 * of a smaller RAM. What lies below it may be used as well. Without the argument there is no area: 0.
 */
export function crashMemoryEnd(bootArgs: readonly string[], ramBytes: number): number {
  const argument = bootArgs.find((a) => a.startsWith('crashkernel='));
  const [, digits, letter] = /^crashkernel=(\d+)([KMG])/.exec(argument ?? '') ?? [];
  if (digits === undefined || letter === undefined) return 0;
  const size = Number(digits) * 2 ** (10 * ('KMG'.indexOf(letter) + 1));
  return Math.min(ramBytes, Math.min(ramBytes / 2, CRASH_AREA_START) + size);
}

/** Real memory for a kernel that may use only its beginning. */
export function beginningOf(memory: GuestMemoryPort, ramBytes: number): GuestMemoryPort {
  return {
    ramBytes,
    bytes: (address, length) => memory.bytes(address, length),
    words: (address) => memory.words(address),
    discard: (address, length) => memory.discard(address, length),
  };
}

/** The tree that the kernel after `build` boots with: functions below a PHB come in reverse order. */
export function kexecTree(tree: DtNode): DtNode {
  const copy = copyOf(tree);
  for (const node of copy.children) if (node.name.startsWith('pci@')) node.children.reverse();
  return copy;
}

/**
 * The tree that a crash kernel loaded under `build` boots with: memory above `usableBytes` is not its own. Builds before 6.0 leave
 * their windows out of it, whether the default one is there or not.
 */
export function crashTree(build: KernelBuild, tree: DtNode, usableBytes: number): DtNode {
  const copy = kexecTree(tree);
  if (!build.kdumpCarriesWindows.value) forgetWindows(copy);
  for (const node of copy.children) if (node.name.startsWith('memory@')) limit(node, usableBytes);
  return copy;
}

function copyOf({ name, properties, children }: DtNode): DtNode {
  const copies = [...properties].map(([key, value]): [string, Uint8Array] => [key, value.slice()]);
  return { name, properties: new Map(copies), children: children.map(copyOf) };
}

function forgetWindows({ properties, children }: DtNode): void {
  properties.delete(DIRECT_WINDOW);
  properties.delete(DYNAMIC_WINDOW);
  for (const child of children) forgetWindows(child);
}

/** `linux,usable-memory` on a memory node of which a crash kernel may use a part: its beginning and length. */
function limit({ properties }: DtNode, usableBytes: number): void {
  const reg = properties.get('reg');
  if (reg === undefined || reg.length < 16) return;
  const view = new DataView(reg.buffer, reg.byteOffset);
  const start = view.getBigUint64(0);
  const length = view.getBigUint64(8);
  const left = BigInt(usableBytes) - start;
  if (left <= 0n) return;
  const usable = new DataView(new ArrayBuffer(16));
  usable.setBigUint64(0, start);
  usable.setBigUint64(8, left < length ? left : length);
  properties.set('linux,usable-memory', new Uint8Array(usable.buffer));
}
