// A program that uses VFIO, from its start until its memory is mapped, and its end. What it asks for it asks by calls, as anybody;
// here is what it does with the answers. dpdk.ts has the one that is known to be particular.

import type { ApplicationPlan } from '../../../abi/linux/application.ts';
import type { TceInfo, VfioCall, VfioResult } from '../../../abi/linux/vfio.ts';
import { hex } from '../../../base/u64.ts';
import type { UserBuffer } from './user-process.ts';

/** Where a program stands, for people and for the matrix of answers. */
export interface ApplicationState {
  readonly name: string;
  readonly plan: ApplicationPlan;
  state: 'starting' | 'running' | 'failed';
  /** The call that ended it, its result, and the reason in a sentence. */
  failed: { readonly call: string; readonly ret: number; readonly why: string } | undefined;
  /** What it wrote to its terminal. */
  readonly lines: string[];
  mappedBytes: number;
  /** I/O page that it maps through, bytes; 0: none yet. */
  ioPageBytes: number;
  /** Bus address of its first byte. */
  iova: bigint;
  /** TCEs of its memory; TCE hcalls and virtual ns since it began. */
  tces: number;
  hcalls: number;
  ns: number;
}

/** What a program has of the kernel: its calls, under its own name. */
export interface ProgramHost {
  readonly state: ApplicationState;
  readonly pageBytes: number;
  /** End of RAM, as /proc/iomem shows it. */
  readonly ramBytes: number;
  call(request: VfioCall): Generator<number, VfioResult, void>;
  buffer(name: string): UserBuffer | undefined;
  /** A line on its terminal. */
  print(line: string): void;
  /** Why such a call could not be done here: the kernel's and the platform's reason, as far as it shows. */
  reason(request: VfioCall, ret: number, info: TceInfo | undefined): string;
}

/** A call failed and the program gives up. */
export class Failure {
  readonly request: VfioCall;
  readonly ret: number;
  readonly why: string;

  constructor(request: VfioCall, ret: number, why: string) {
    this.request = request;
    this.ret = ret;
    this.why = why;
  }
}

type Program = Generator<number, Failure | undefined, void>;

/** The name of the one buffer that a program has. */
export const MEMORY = 'mem';

/** One call, with what to do when it fails. */
export function* attempt(
  host: ProgramHost,
  request: VfioCall,
  info?: TceInfo,
): Generator<number, VfioResult | Failure, void> {
  const answer = yield* host.call(request);
  if (answer.ret === 0) return answer;
  return new Failure(request, answer.ret, host.reason(request, answer.ret, info));
}

/** All calls in turn; the first failure ends them. */
export function* inTurn(host: ProgramHost, requests: readonly VfioCall[], info?: TceInfo): Program {
  for (const request of requests) {
    const answer = yield* attempt(host, request, info);
    if (answer instanceof Failure) return answer;
  }
  return undefined;
}

/** v1: enable, then map into the default window from its start. */
export function* runV1(host: ProgramHost): Program {
  const { plan } = host.state;
  const attached = yield* inTurn(host, [...setContainers(plan), { call: 'set-iommu', type: 'v1' }]);
  if (attached !== undefined) return attached;
  const answer = yield* attempt(host, { call: 'get-info' });
  if (answer instanceof Failure) return answer;
  const ready = yield* inTurn(host, [memoryOf(plan), { call: 'enable' }], answer.info);
  if (ready !== undefined) return ready;
  return yield* mapMemory(host, BigInt(answer.info?.dma32Start ?? 0), 4096, answer.info);
}

/** v2: memory is registered, a window of the largest I/O page that fits it is made, and all is mapped from its start. */
export function* runV2(host: ProgramHost): Program {
  const { plan } = host.state;
  const attached = yield* inTurn(host, [...setContainers(plan), { call: 'set-iommu', type: 'v2' }]);
  if (attached !== undefined) return attached;
  const answer = yield* attempt(host, { call: 'get-info' });
  if (answer instanceof Failure) return answer;
  const { info } = answer;
  const ready = yield* inTurn(host, [memoryOf(plan), registerOf(plan)], info);
  if (ready !== undefined) return ready;
  const pageShift = largestPage(info?.pgsizes ?? 0, plan.pageBytes);
  const bytes = powerOfTwo(windowBytes(host));
  const made = yield* attempt(host, { call: 'create', pageShift, bytes }, info);
  if (made instanceof Failure) return made;
  return yield* mapMemory(host, made.start ?? 0n, 2 ** pageShift, info);
}

export function setContainers({ ids }: ApplicationPlan): readonly VfioCall[] {
  return ids.map((id) => ({ call: 'set-container', id }));
}

export function memoryOf({ bytes, pageBytes }: ApplicationPlan): VfioCall {
  return { call: 'mmap', buffer: MEMORY, bytes: Math.ceil(bytes / pageBytes) * pageBytes, pageBytes };
}

export function registerOf(plan: ApplicationPlan): VfioCall {
  return { call: 'register', vaddr: MEMORY, bytes: Math.ceil(plan.bytes / plan.pageBytes) * plan.pageBytes };
}

/** Bytes that a window must span for the program's bus addresses. */
export function windowBytes(host: ProgramHost): number {
  const { plan } = host.state;
  if (plan.iova === 'pa') return host.ramBytes;
  const memory = host.buffer(MEMORY);
  return plan.iova === 'va' ? (memory?.vaddr ?? 0) + (memory?.bytes ?? 0) : (memory?.bytes ?? 0);
}

export function powerOfTwo(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}

/** log2 of the largest page of `pgsizes` that is no larger than `most`; 12 when none is. */
function largestPage(pgsizes: number, most: number): number {
  let shift = 12;
  for (let one = 12; 2 ** one <= most; one++) if (Math.floor(pgsizes / 2 ** one) % 2 === 1) shift = one;
  return shift;
}

/** Maps the memory, at addresses of the program's choice: one call for each run of real memory where they are real addresses. */
export function* mapMemory(
  host: ProgramHost,
  start: bigint,
  ioPageBytes: number,
  info: TceInfo | undefined,
): Program {
  const { state } = host;
  const memory = host.buffer(MEMORY);
  if (memory === undefined) return undefined;
  const pieces = state.plan.iova === 'pa' ? memory.runs.all() : [{ real: 0, bytes: memory.bytes }];
  let offset = 0;
  for (const { real, bytes } of pieces) {
    const iova = { window: start + BigInt(offset), pa: BigInt(real), va: BigInt(memory.vaddr + offset) }[
      state.plan.iova
    ];
    const vaddr = `${MEMORY}+${hex(offset)}`;
    const answer = yield* attempt(
      host,
      { call: 'map', iova: hex(iova), vaddr, bytes, read: true, write: true },
      info,
    );
    if (answer instanceof Failure) return answer;
    if (offset === 0) state.iova = iova;
    offset += bytes;
  }
  state.mappedBytes = memory.bytes;
  state.ioPageBytes = ioPageBytes;
  state.tces = memory.bytes / ioPageBytes;
  return undefined;
}
