// A program that does as DPDK's sPAPR code does (EAL, Linux VFIO): it tries type 1, then v2; takes the default window away, asks for
// one window with I/O pages as large as its huge pages, and cannot use it unless it starts at bus address 0.

import { errnoText } from '../../../abi/linux/errno.ts';
import type { VfioCall } from '../../../abi/linux/vfio.ts';
import { hex } from '../../../base/u64.ts';
import {
  attempt,
  Failure,
  inTurn,
  mapMemory,
  memoryOf,
  powerOfTwo,
  type ProgramHost,
  registerOf,
  setContainers,
  windowBytes,
} from './application.ts';

type Program = Generator<number, Failure | undefined, void>;

const errorText = (ret: number): string => `error ${Math.abs(ret)} (${errnoText(ret)})`;

export function* runDpdk(host: ProgramHost): Program {
  const { plan } = host.state;
  const memory = yield* attempt(host, memoryOf(plan));
  if (memory instanceof Failure) {
    host.print(`EAL: Cannot get hugepage information: ${errnoText(memory.ret)}`);
    return memory;
  }
  const attached = yield* inTurn(host, setContainers(plan));
  if (attached !== undefined) {
    host.print(`EAL: ${plan.ids.join(' ')} cannot add VFIO group to container, ${errorText(attached.ret)}`);
    return attached;
  }
  const type = yield* selectType(host);
  if (type !== undefined) return type;
  const window = yield* makeWindow(host);
  if (window instanceof Failure) return window;
  const registered = yield* attempt(host, registerOf(plan));
  if (registered instanceof Failure) {
    host.print(`EAL: Cannot register vaddr for IOMMU, ${errorText(registered.ret)}`);
    return registered;
  }
  const mapped = yield* mapMemory(host, window, plan.pageBytes, undefined);
  if (mapped !== undefined) host.print(`EAL: Cannot map vaddr for IOMMU, ${errorText(mapped.ret)}`);
  return mapped;
}

function* selectType(host: ProgramHost): Program {
  const type1 = yield* host.call({ call: 'set-iommu', type: 'type1' });
  if (type1.ret === 0) return undefined;
  const v2 = yield* attempt(host, { call: 'set-iommu', type: 'v2' });
  if (!(v2 instanceof Failure)) return undefined;
  host.print(`EAL: ${host.state.plan.ids.join(' ')} failed to select IOMMU type`);
  return v2;
}

/** The start of the window, or the failure. */
function* makeWindow(host: ProgramHost): Generator<number, bigint | Failure, void> {
  const told = yield* attempt(host, { call: 'get-info' });
  if (told instanceof Failure) {
    host.print(`EAL: Cannot get IOMMU info, ${errorText(told.ret)}`);
    return told;
  }
  const { info } = told;
  const removed = yield* attempt(host, { call: 'remove', start: hex(info?.dma32Start ?? 0) }, info);
  if (removed instanceof Failure) return removed;
  const request: VfioCall = {
    call: 'create',
    pageShift: Math.log2(host.state.plan.pageBytes),
    bytes: powerOfTwo(windowBytes(host)),
    levels: 1,
  };
  let made = yield* attempt(host, request, info);
  for (let levels = 2; made instanceof Failure && levels <= (info?.levels ?? 0); levels++)
    made = yield* attempt(host, { ...request, levels }, info);
  if (made instanceof Failure) {
    host.print(`EAL: Cannot create new DMA window, ${errorText(made.ret)}`);
    host.print('EAL: Consider using a larger hugepage size if supported by the system');
    return made;
  }
  const { start = 0n } = made;
  if (start === 0n) return start;
  host.print(`EAL: Received unsupported start address ${hex(start)}`);
  const why = `the platform chose bus address ${hex(start)} for the window, and this program can only use one that starts at 0`;
  return new Failure(request, 0, why);
}
