// What xhci_mem_init and xhci_alloc_virt_device take (drivers/usb/host/xhci-mem.c), in their order: base address array, ring segments,
// event ring table, scratchpads; then contexts and rings of the device. Recorded without scratchpads: four coherent pages on a 64K kernel.

import { allocCoherent, freeCoherent, type CoherentMemory } from './coherent-memory.ts';
import { createDmaPool, type PoolBlock } from './dma-pool.ts';
import type { DriverContext } from '../types.ts';
import {
  createEventRing,
  createProducerRing,
  SEGMENT_BYTES,
  type EventRing,
  type ProducerRing,
} from './xhci-rings.ts';

/** struct xhci_device_context_array. */
const DCBAA_BYTES = 2056;
const ERST_BYTES = 16;
/** Input context: control, slot, 31 endpoints; padded as Linux pads it. */
const CONTEXTS_BYTES = 2112;
/** usb_alloc_coherent of usb-storage's 64 bytes comes from a pool of this size. */
const IOBUF_BYTES = 128;
const SCRATCHPAD_BYTES = 4096;

export interface XhciMemory {
  readonly dcbaa: CoherentMemory;
  readonly commands: ProducerRing;
  readonly erst: CoherentMemory;
  readonly events: EventRing;
  readonly scratchpads: readonly CoherentMemory[];
  readonly output: PoolBlock;
  readonly input: PoolBlock;
  readonly control: ProducerRing;
  readonly bulkIn: ProducerRing;
  readonly bulkOut: ProducerRing;
  readonly iobuf: PoolBlock;
  free(): void;
}

/** Undefined: no coherent memory, and nothing is held. */
export function allocXhciMemory(context: DriverContext, scratchpads: number): XhciMemory | undefined {
  const held: CoherentMemory[] = [];
  const coherent = (bytes: number): CoherentMemory | undefined => {
    const memory = allocCoherent(context, bytes);
    if (memory !== undefined) held.push(memory);
    return memory;
  };
  const segments = createDmaPool(context, SEGMENT_BYTES);
  const contexts = createDmaPool(context, CONTEXTS_BYTES);
  const buffers = createDmaPool(context, IOBUF_BYTES);
  const free = (): void => {
    for (const pool of [segments, contexts, buffers]) pool.destroy();
    for (const memory of held.splice(0)) freeCoherent(context, memory);
  };

  const made = ((): Omit<XhciMemory, 'free'> | undefined => {
    const dcbaa = coherent(DCBAA_BYTES);
    const commands = dcbaa && createProducerRing(segments, 1);
    const events = commands && createEventRing(segments);
    const erst = events && coherent(ERST_BYTES);
    if (erst === undefined || dcbaa === undefined || commands === undefined || events === undefined)
      return undefined;
    const pads = lendScratchpads(dcbaa, scratchpads, coherent);
    const output = pads && contexts.alloc();
    const input = output && contexts.alloc();
    const control = input && createProducerRing(segments, 2);
    const bulkIn = control && createProducerRing(segments, 2);
    const bulkOut = bulkIn && createProducerRing(segments, 2);
    const iobuf = bulkOut && buffers.alloc();
    if (!pads || !output || !input || !control || !bulkIn || !bulkOut || !iobuf) return undefined;
    const rings = { commands, events, control, bulkIn, bulkOut };
    return { dcbaa, erst, scratchpads: pads, output, input, iobuf, ...rings };
  })();
  if (made === undefined) {
    free();
    return undefined;
  }
  return { ...made, free };
}

/** scratchpad_alloc: an array of addresses in entry 0 of the base address array. Undefined: no memory. */
function lendScratchpads(
  dcbaa: CoherentMemory,
  count: number,
  coherent: (bytes: number) => CoherentMemory | undefined,
): readonly CoherentMemory[] | undefined {
  if (count === 0) return [];
  const array = coherent(count * 8);
  if (array === undefined) return undefined;
  dcbaa.set32(0, array.lo);
  dcbaa.set32(4, array.hi);
  const pads: CoherentMemory[] = [];
  for (let i = 0; i < count; i++) {
    const pad = coherent(SCRATCHPAD_BYTES);
    if (pad === undefined) return undefined;
    array.set32(i * 8, pad.lo);
    array.set32(i * 8 + 4, pad.hi);
    pads.push(pad);
  }
  return pads;
}
