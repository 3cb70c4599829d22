// The VFIO step of a plan: the ioctls that a small program made, typed, carried out on our kernel, and compared with what they
// returned. The program's buffer is its own: real addresses are free.

import type { LinuxGuest, Task, VfioCall, VfioResult } from '../../../core/index.ts';
import type { Fields } from './scenario-fields.ts';
import { RecordingError } from './scenario-fields.ts';
import { hex } from './scenario-text.ts';

/** What the recording says of an ioctl, beside what it was called with. */
export interface RecordedIoctl {
  /** Undefined for the program's own steps (close). */
  readonly call: VfioCall | 'remove-created' | 'remove-default' | 'close';
  readonly name: string;
  readonly expected: { readonly ret: number; readonly errno: number } | undefined;
  readonly expectedStart: bigint | undefined;
  /** GET_INFO's fields, by the recording's names. */
  readonly expectedInfo: ReadonlyMap<string, string> | undefined;
}

/** One line of the comparison. */
export interface IoctlPair {
  readonly expected: string;
  readonly got: string;
}

const CONTAINER = 'c0';
const PROCESS = 'vfio_tce';
const BUFFER = 'buf';
/** Larger than any map of the program. */
const BUFFER_BYTES = 0x100_0000;
const KNOWN_FIELDS = [
  'ioctl',
  'expect',
  'expect_info',
  'expect_start',
  'iova',
  'size',
  'write',
  'read',
  'page_bytes',
  'window_bytes',
  'levels',
  'which',
];

/** Errors (thrown): an ioctl or a field that this reader does not know. */
export function readIoctls(container: string, ioctls: readonly Fields[]): readonly RecordedIoctl[] {
  if (container !== 'v1' && container !== 'v2') throw new RecordingError(`a container of kind ${container}`);
  return ioctls.map((one) => readIoctl(container, one));
}

function readIoctl(type: 'v1' | 'v2', fields: Fields): RecordedIoctl {
  const strange = fields.keys().find((key) => !KNOWN_FIELDS.includes(key));
  if (strange !== undefined) throw new RecordingError(`${fields.where}.${strange} is not known.`);
  const expect = fields.has('expect') ? fields.object('expect') : undefined;
  const info = fields.has('expect_info') ? fields.object('expect_info') : undefined;
  return {
    call: callOf(type, fields),
    name: fields.string('ioctl'),
    expected:
      expect === undefined ? undefined : { ret: expect.integer('ret'), errno: expect.integer('errno') },
    expectedStart: fields.has('expect_start') ? fields.hex('expect_start') : undefined,
    expectedInfo: info === undefined ? undefined : new Map(info.keys().map((key) => [key, info.string(key)])),
  };
}

function callOf(type: 'v1' | 'v2', fields: Fields): RecordedIoctl['call'] {
  const name = fields.string('ioctl');
  const size = (): number => Number(fields.hex('size'));
  switch (name) {
    case 'SET_IOMMU':
      return { call: 'set-iommu', type };
    case 'SPAPR_TCE_GET_INFO':
      return { call: 'get-info' };
    case 'ENABLE':
      return { call: 'enable' };
    case 'DISABLE':
      return { call: 'disable' };
    case 'REGISTER_MEMORY':
      return { call: 'register', vaddr: BUFFER, bytes: BUFFER_BYTES };
    case 'UNREGISTER_MEMORY':
      return { call: 'unregister', vaddr: BUFFER, bytes: BUFFER_BYTES };
    case 'MAP_DMA': {
      const write = fields.boolean('write');
      const read = fields.has('read') ? fields.boolean('read') : true;
      return { call: 'map', vaddr: BUFFER, iova: hex(fields.hex('iova')), bytes: size(), read, write };
    }
    case 'UNMAP_DMA':
      return { call: 'unmap', iova: hex(fields.hex('iova')), bytes: size() };
    case 'TCE_CREATE': {
      const levels = fields.has('levels') ? { levels: fields.integer('levels') } : {};
      const pageShift = Math.log2(fields.integer('page_bytes'));
      return { call: 'create', pageShift, bytes: fields.integer('window_bytes'), ...levels };
    }
    case 'TCE_REMOVE':
      return fields.string('which') === 'default' ? 'remove-default' : 'remove-created';
    case 'close':
      return 'close';
    default:
      throw new RecordingError(`${fields.where}.ioctl ${name} is not known.`);
  }
}

/** What the program remembers between its ioctls. */
interface Program {
  /** Start of the last window that it made; 0 when that failed. */
  created: bigint;
  /** Start of the default window, as GET_INFO told it. */
  dma32Start: bigint;
}

/** Carries the ioctls out on the group of function `fn`; `perform` runs a task of the kernel to its end. */
export function runIoctls(
  guest: LinuxGuest,
  fn: string | undefined,
  ioctls: readonly RecordedIoctl[],
  perform: (task: Task) => void,
): readonly IoctlPair[] {
  const call = (request: VfioCall): VfioResult => {
    const done: { answer: VfioResult } = { answer: { ret: 0 } };
    perform(keepAnswer(guest, fn, request, done));
    return done.answer;
  };
  call({ call: 'mmap', buffer: BUFFER, bytes: BUFFER_BYTES });
  call({ call: 'set-container', id: 'group' });
  const program: Program = { created: 0n, dma32Start: 0n };
  const pairs = ioctls.flatMap((one) => {
    const answer = call(requestOf(one.call, program));
    if (answer.info !== undefined) program.dma32Start = BigInt(answer.info.dma32Start);
    if (one.name === 'TCE_CREATE') program.created = answer.start ?? 0n;
    return one.expected === undefined ? [] : [pairOf(one, one.expected, answer)];
  });
  call({ call: 'munmap', buffer: BUFFER });
  return pairs;
}

function* keepAnswer(
  guest: LinuxGuest,
  fn: string | undefined,
  request: VfioCall,
  done: { answer: VfioResult },
): Task {
  const whose = request.call === 'set-container' ? fn : undefined;
  done.answer = yield* guest.vfio.call(PROCESS, CONTAINER, request, whose);
}

function requestOf(call: RecordedIoctl['call'], { created, dma32Start }: Program): VfioCall {
  switch (call) {
    case 'remove-created':
      return { call: 'remove', start: hex(created) };
    case 'remove-default':
      return { call: 'remove', start: hex(dma32Start) };
    case 'close':
      return { call: 'close' };
    default:
      return call;
  }
}

function pairOf(one: RecordedIoctl, expected: { ret: number; errno: number }, answer: VfioResult): IoctlPair {
  const failed = answer.ret < 0;
  const parts = (ret: number, errno: number, start: bigint | undefined, info: string): string =>
    [
      `${one.name} ret=${ret} errno=${errno}`,
      ...(one.expectedStart === undefined ? [] : [`start=${hex(start ?? 0n)}`]),
      ...(one.expectedInfo === undefined ? [] : [info]),
    ].join(' ');
  const told = [...(one.expectedInfo ?? [])].map(([name, value]) => `${name}=${value}`).join(' ');
  return {
    expected: parts(expected.ret, expected.errno, one.expectedStart, told),
    got: parts(failed ? -1 : answer.ret, failed ? -answer.ret : 0, answer.start, infoText(one, answer)),
  };
}

/** The fields that the recording names, in its order; of a call that failed the program's zeros. */
function infoText({ expectedInfo }: RecordedIoctl, { info }: VfioResult): string {
  const values: Readonly<Record<string, string>> = {
    flags: hex(info?.flags ?? 0),
    dma32_start: hex(info?.dma32Start ?? 0),
    dma32_size: hex(info?.dma32Size ?? 0),
    'ddw.pgsizes': hex(info?.pgsizes ?? 0),
    max_dynamic_windows: String((info?.maxDynamicWindows ?? 0) | 0),
    levels: String(info?.levels ?? 0),
  };
  return [...(expectedInfo ?? [])].map(([name]) => `${name}=${values[name] ?? '(unknown)'}`).join(' ');
}
