// Shapes of the VFIO calls and programs that commands carry.

import type { ApplicationPlan } from '../abi/linux/application.ts';
import { EEH_PE_OPS, type VfioCall } from '../abi/linux/vfio.ts';
import { boolean, integer, list, literal, nullable, pattern, record, union } from './shape.ts';
import type { Shape } from './shape.ts';

/** Most bytes of a buffer, a window, a program's memory. */
const MAX_BYTES = 2 ** 51;

export const containerName = pattern(/^[a-z][a-z0-9-]{0,31}$/, 'a name such as c0 or app');
const bufferName = pattern(/^[a-z][a-z0-9_-]{0,31}$/, 'a name such as buf');
const word = pattern(/^0x[0-9a-f]{1,16}$/i, '0x and up to 16 hex digits');
/** User addresses lie below 2^52 here. */
const userAddress = pattern(
  /^(0x[0-9a-f]{1,13}|[a-z][a-z0-9_-]{0,31}(\+0x[0-9a-f]{1,13})?)$/i,
  'a buffer, a buffer and an offset such as buf+0x1000, or 0x and up to 13 hex digits',
);
const id = pattern(/^[a-z][a-z0-9-]{0,31}$/, 'an id such as vf0 or nvme0');
const size = integer(0, MAX_BYTES);

const memory = (call: 'register' | 'unregister'): [string, Shape<VfioCall>] => [
  call,
  record({ call: literal(call), vaddr: userAddress, bytes: size }),
];
const alone = (call: 'get-info' | 'enable' | 'disable' | 'close'): [string, Shape<VfioCall>] => [
  call,
  record({ call: literal(call) }),
];

export const vfioCall: Shape<VfioCall> = union<VfioCall>(
  'call',
  new Map<string, Shape<VfioCall>>([
    [
      'mmap',
      record({ call: literal('mmap'), buffer: bufferName, bytes: size }, { pageBytes: integer(1, 2 ** 40) }),
    ],
    ['munmap', record({ call: literal('munmap'), buffer: bufferName })],
    ['ulimit', record({ call: literal('ulimit'), bytes: nullable(size), capIpcLock: boolean })],
    ['set-container', record({ call: literal('set-container'), id })],
    ['set-iommu', record({ call: literal('set-iommu'), type: literal('v1', 'v2', 'type1') })],
    alone('get-info'),
    alone('enable'),
    alone('disable'),
    memory('register'),
    memory('unregister'),
    [
      'map',
      record({
        call: literal('map'),
        vaddr: userAddress,
        iova: word,
        bytes: size,
        read: boolean,
        write: boolean,
      }),
    ],
    ['unmap', record({ call: literal('unmap'), iova: word, bytes: size })],
    [
      'create',
      record({ call: literal('create'), pageShift: integer(3, 63), bytes: size }, { levels: integer(0, 64) }),
    ],
    ['remove', record({ call: literal('remove'), start: word })],
    ['eeh', record({ call: literal('eeh'), op: literal(...EEH_PE_OPS) })],
    alone('close'),
  ]),
);

export const applicationPlan: Shape<ApplicationPlan> = record({
  app: literal('v1', 'v2', 'dpdk'),
  ids: list(id, 16),
  pageBytes: integer(4096, 2 ** 40),
  bytes: integer(1, MAX_BYTES),
  iova: literal('window', 'pa', 'va'),
});
