// Small made-up recordings for tests: one PHB, one function, lines written as the oracle writes them.

import type { Call, TceCall, TceOp } from './scenario-call.ts';
import { Fields } from './scenario-fields.ts';
import type { PlanMachine } from './scenario-plan.ts';
import { readPlan } from './scenario-plan.ts';

export const sampleScenario = {
  name: 'sample',
  ended_cleanly: true,
  rtas_as_logged_by_guest: [],
  plan: {
    machine: {
      firmware: { base: 'qemu-7.2.22' },
      kernel: '6.1.0-50-powerpc64le',
      page_bytes: 65536,
      cpus: 1,
      boot_args: [] as string[],
      iommu_debug_messages: true,
      ram_bytes: 1073741824,
      maxmem_bytes: null,
      memory_slots: null,
      nvdimm: [],
      phbs: [
        {
          pgsz: '0x1211000',
          ddw: true,
          dma_win_addr: '0x0',
          dma_win_size: '0x1000000',
          dma64_win_addr: '0x800000000000000',
          index: 0,
          buid: '0x800000020000000',
        },
      ],
      pci_devices: [
        {
          kind: 'nvme',
          slot: 1,
          module: 'nvme',
          phb: 0,
          address: '0000:00:01.0',
          dma_mask_bits: 64,
          coherent_mask_bits: 64,
        },
      ],
      vio_devices: [],
    },
    epochs: [[{ do: 'load', modules: ['nvme'] }]],
  },
};

export function sampleMachine(): PlanMachine {
  return readPlan(new Fields(sampleScenario, 'scenario.json')).machine;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

let seq = 0;

function tce(op: TceOp, liobn: number, ioba: bigint, value: bigint, count: number, ret: number): TceCall {
  const runs = op === 'H_PUT_TCE_INDIRECT' ? [{ first: value, count }] : undefined;
  return { kind: 'tce', op, liobn, ioba, tce: value, count, runs, ret, seq: seq++ };
}

export const put = (liobn: number, ioba: bigint, value: bigint, ret = 0): TceCall =>
  tce('H_PUT_TCE', liobn, ioba, value, 1, ret);
export const get = (liobn: number, ioba: bigint, value = 0n): TceCall =>
  tce('H_GET_TCE', liobn, ioba, value, 1, 0);
export const stuff = (liobn: number, ioba: bigint, count: number, ret = 0): TceCall =>
  tce('H_STUFF_TCE', liobn, ioba, 0n, count, ret);
export const indirect = (liobn: number, ioba: bigint, first: bigint, count: number, ret = 0): TceCall =>
  tce('H_PUT_TCE_INDIRECT', liobn, ioba, first, count, ret);

export function rtas(name: string, fields: Readonly<Record<string, string>>, ret = 0): Call {
  const { buid, liobn } = fields;
  return {
    kind: 'rtas',
    name,
    fields: new Map(Object.entries(fields)),
    buid: buid === undefined ? undefined : BigInt(buid),
    liobn: liobn === undefined ? undefined : Number(liobn),
    ret,
    seq: seq++,
  };
}

/** A window of 2^30 bytes with pages of 2^pageShift, LIOBN 0x80000001. */
export const create = (pageShift: number): Call =>
  rtas('ibm,create-pe-dma-window', {
    cfgaddr: '0x800',
    buid: '0x800000020000000',
    page_shift: String(pageShift),
    window_shift: '30',
    start: '0x800000000000000',
    liobn: '0x80000001',
  });
