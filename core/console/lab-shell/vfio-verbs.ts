// The verbs around VFIO: vfio-tce, a small ioctl exerciser, one row a call, and app, programs that use VFIO. Rows of the lab
// shell's table. What the kernel answers is a result (show vfio), never a mistake of the line.

import type { ApplicationPlan } from '../../abi/linux/application.ts';
import { EEH_PE_OPS, type VfioCall } from '../../abi/linux/vfio.ts';
import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { ShellAction } from './actions.ts';
import { integerOf, oneOf, sizeOf } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { syntaxError } from './tokens.ts';
import type { Word } from './tokens.ts';
import type { Verb } from './verb.ts';

type CallReader = (words: readonly Word[], args: Arguments) => Result<VfioCall>;

const textOf = (word: Word | undefined): string => word?.text ?? '';

/** `vf3`, or its number alone. */
const idOf = (word: Word | undefined): string => {
  const text = textOf(word);
  return /^\d+$/.test(text) ? `vf${text}` : text;
};

const given = (call: VfioCall): Result<VfioCall> => ok(call);

const simple =
  (name: 'get-info' | 'enable' | 'disable' | 'close'): CallReader =>
  () =>
    given({ call: name });

function readMemory(name: 'register' | 'unregister'): CallReader {
  return ([vaddr, size]) => {
    const bytes = sizeOf(size, 'the range', 0);
    return bytes.ok ? given({ call: name, vaddr: textOf(vaddr), bytes: bytes.value }) : bytes;
  };
}

const readMmap: CallReader = ([buffer, size], { options }) => {
  const bytes = sizeOf(size, 'the buffer', 0);
  if (!bytes.ok) return bytes;
  const pages = options.get('pages');
  const pageBytes = sizeOf(pages, 'a page', 0);
  if (!pageBytes.ok) return pageBytes;
  const huge = pages === undefined ? {} : { pageBytes: pageBytes.value };
  return given({ call: 'mmap', buffer: textOf(buffer), bytes: bytes.value, ...huge });
};

const readUlimit: CallReader = ([limit], { flags }) => {
  const capIpcLock = flags.has('ipc-lock');
  if (textOf(limit) === 'unlimited') return given({ call: 'ulimit', bytes: null, capIpcLock });
  const bytes = sizeOf(limit, 'the limit', 0);
  return bytes.ok ? given({ call: 'ulimit', bytes: bytes.value, capIpcLock }) : bytes;
};

const readSetIommu: CallReader = ([word]) => {
  const type = oneOf(word, 'the container', ['v1', 'v2', 'type1'], 'v2');
  return type.ok ? given({ call: 'set-iommu', type: type.value }) : type;
};

const readMap: CallReader = ([iova, vaddr, size], { options }) => {
  const bytes = sizeOf(size, 'the mapping', 0);
  if (!bytes.ok) return bytes;
  const access = oneOf(options.get('access'), 'the access', ['rw', 'r', 'w', 'none'], 'rw');
  if (!access.ok) return access;
  return given({
    call: 'map',
    iova: textOf(iova),
    vaddr: textOf(vaddr),
    bytes: bytes.value,
    read: access.value.includes('r'),
    write: access.value.includes('w'),
  });
};

const readUnmap: CallReader = ([iova, size]) => {
  const bytes = sizeOf(size, 'the mapping', 0);
  return bytes.ok ? given({ call: 'unmap', iova: textOf(iova), bytes: bytes.value }) : bytes;
};

const readCreate: CallReader = ([page, size], { options }) => {
  const pageBytes = sizeOf(page, 'the I/O page', 65_536);
  if (!pageBytes.ok) return pageBytes;
  const bytes = sizeOf(size, 'the window', 0);
  if (!bytes.ok) return bytes;
  const pageShift = Math.log2(pageBytes.value);
  if (page !== undefined && !Number.isInteger(pageShift))
    return syntaxError(page, `an I/O page is a power of two, not ${page.text}`, 'type 4K, 64K, 2M or 16M');
  const levels = integerOf(options.get('levels'), 'the levels', 0, 64, 1);
  if (!levels.ok) return levels;
  const deep = options.has('levels') ? { levels: levels.value } : {};
  return given({ call: 'create', pageShift, bytes: bytes.value, ...deep });
};

const readEeh: CallReader = ([word]) => {
  const op = oneOf(word, 'the operation', EEH_PE_OPS, 'get-state');
  return op.ok ? given({ call: 'eeh', op: op.value }) : op;
};

/** One row: the container is the first word. */
function verb(
  name: string,
  words: string,
  meaning: string,
  count: number,
  read: CallReader,
  more: Pick<Verb, 'options' | 'flags'> = {},
): Verb {
  return {
    name: `vfio-tce ${name}`,
    meaning,
    usage: `vfio-tce ${name} c0${words === '' ? '' : ` ${words}`}`,
    least: 1 + count,
    most: 1 + count,
    ...more,
    options: ['process', ...(more.options ?? [])],
    read: (args) => {
      const [container, ...rest] = args.plain;
      const call = read(rest, args);
      if (!call.ok) return call;
      const process = args.options.get('process');
      const who = process === undefined ? {} : { process: process.text };
      return ok({
        do: 'command',
        command: { do: 'vfio', container: textOf(container), call: call.value, ...who },
      });
    },
  };
}

function readStart({ plain: [name, ...ids], options }: Arguments): Result<ShellAction> {
  const app = oneOf(options.get('as'), 'the program', ['v1', 'v2', 'dpdk'], 'v2');
  if (!app.ok) return app;
  const iova = oneOf(options.get('iova'), 'bus addresses', ['window', 'pa', 'va'], 'window');
  if (!iova.ok) return iova;
  const bytes = sizeOf(options.get('memory'), 'its memory', 2 ** 30);
  if (!bytes.ok) return bytes;
  const pageBytes = sizeOf(options.get('pages'), 'a page of its memory', 65_536);
  if (!pageBytes.ok) return pageBytes;
  const plan: ApplicationPlan = {
    app: app.value,
    ids: ids.map(idOf),
    pageBytes: pageBytes.value,
    bytes: bytes.value,
    iova: iova.value,
  };
  return ok({ do: 'command', command: { do: 'app-start', name: textOf(name), plan } });
}

const pages = { options: ['pages'] };

export const VFIO_VERBS: readonly Verb[] = [
  verb(
    'mmap',
    'buf 64M [--pages 2M]',
    'gives the process memory, of huge pages if asked',
    2,
    readMmap,
    pages,
  ),
  verb('munmap', 'buf', 'takes a buffer away', 1, ([buffer]) =>
    given({ call: 'munmap', buffer: textOf(buffer) }),
  ),
  verb('ulimit', '64M|unlimited [--ipc-lock]', 'sets the limit of locked memory (ulimit -l)', 1, readUlimit, {
    flags: ['ipc-lock'],
  }),
  verb('set-container', 'vf0', "puts a function's group into the container", 1, ([id]) =>
    given({ call: 'set-container', id: idOf(id) }),
  ),
  verb('set-iommu', 'v1|v2', 'makes it a v1 or v2 container', 1, readSetIommu),
  verb(
    'get-info',
    '',
    'asks for the default window, page sizes and number of windows',
    0,
    simple('get-info'),
  ),
  verb('enable', '', 'v1: charges the whole default window as locked memory', 0, simple('enable')),
  verb('disable', '', 'v1: takes the charge back', 0, simple('disable')),
  verb('register', 'buf 64M', 'v2: pins memory and charges it', 2, readMemory('register')),
  verb('unregister', 'buf 64M', 'v2: lets memory go', 2, readMemory('unregister')),
  verb(
    'map',
    '0x10000 buf 64K [--access rw]',
    'maps memory at a bus address: two hcalls a page',
    3,
    readMap,
    {
      options: ['access'],
    },
  ),
  verb('unmap', '0x10000 64K', 'takes a mapping down', 2, readUnmap),
  verb('create', '2M 1G [--levels 1]', 'v2: asks for a window of pages of 2M', 2, readCreate, {
    options: ['levels'],
  }),
  verb('remove', '0x0', 'v2: removes the window that holds an address', 1, ([start]) =>
    given({ call: 'remove', start: textOf(start) }),
  ),
  verb('eeh', 'get-state', 'asks and steers the error state of the PE', 1, readEeh),
  verb('close', '', 'closes the container: the kernel has its PEs back', 0, simple('close')),
  {
    name: 'app start',
    meaning: 'starts a program that uses VFIO: v1, v2 or as DPDK does',
    usage: 'app start NAME vf0 [--as v1|v2|dpdk] [--memory 1G] [--pages 2M] [--iova window|pa|va]',
    least: 2,
    most: 17,
    options: ['as', 'memory', 'pages', 'iova'],
    read: readStart,
  },
  {
    name: 'app stop',
    meaning: 'kills a program: its container is closed with what is mapped',
    usage: 'app stop NAME',
    least: 1,
    most: 1,
    read: ({ plain: [name] }) => ok({ do: 'command', command: { do: 'app-stop', name: textOf(name) } }),
  },
];
