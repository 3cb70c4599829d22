// The shapes of configurations, commands and queries, as anybody outside may send them. Bounds are generous: what makes sense for a
// platform and a kernel is decided in validate.ts.

import type { Command, IoParameters } from './commands.ts';
import type { FirmwareLimits } from '../firmware/limits.ts';
import type { FunctionConfig, MachineConfig, QemuPhbConfig } from './config.ts';
import { INSPECT_SHAPES } from './inspect-shapes.ts';
import type { Query } from './queries.ts';
import {
  boolean,
  integer,
  list,
  literal,
  nullable,
  pattern,
  record,
  sizeInBytes,
  text,
  union,
} from './shape.ts';
import type { Shape } from './shape.ts';
import { applicationPlan, containerName, vfioCall } from './vfio-shapes.ts';
import { systemCommandShapes, systemQueryShapes, systemShape } from './system-shapes.ts';

/** 2^51 bytes: Linux' MAX_PHYSMEM_BITS on this platform. */
export const MAX_MEMORY_BYTES = 2 ** 51;
export const MAX_FUNCTIONS = 1024;
const MAX_UINT32 = 0xffff_ffff;
/** Functions whose figures are asked for one by one. */
const MAX_SERIES_ASKED = 16;

/** How far the numbers of a form may go. */
export const FIELD_BOUNDS = {
  cpus: { least: 1, most: 256 },
  memory: { least: 1, most: MAX_MEMORY_BYTES },
  lmb: { least: 2 ** 24, most: 2 ** 32 },
  nvdimms: { least: 0, most: 32 },
} as const;

const within = ({ least, most }: { readonly least: number; readonly most: number }): Shape<number> =>
  integer(least, most);
const sizeWithin = ({ least, most }: { readonly least: number; readonly most: number }): Shape<number> =>
  sizeInBytes(least, most);
const bytes = sizeWithin(FIELD_BOUNDS.memory);
const uint32 = integer(0, MAX_UINT32);
const name = pattern(/^[\w.,+-]{1,64}$/, 'a name of letters, digits, ".", ",", "+" and "-"');
const id = pattern(/^[a-z][a-z0-9-]{0,31}$/, 'an id such as vf0 or nvme0');
const location = pattern(/^[\w.-]{1,64}$/, 'a location code such as U78D2.001.DDWLAB1-P1-C4-T1-S2');
const hexText = pattern(/^0x[0-9a-f]{1,16}$/i, '0x and up to 16 hex digits');
/** As an int32 or as an unsigned number: 0x80000000 is written both ways. */
const liobn = integer(-(2 ** 31), MAX_UINT32);
const maskBits = integer(1, 64);

const injection = nullable(record({ rc: integer(-32_768, 32_767), count: uint32, skip: uint32 }));

const limits: Shape<FirmwareLimits> = record({
  maxWindows: integer(0, 2),
  blockTces: integer(0, 2 ** 37),
  blockSharedWithDefault: boolean,
  pageMask: integer(0, 0x1ff),
  strict: boolean,
  createBusy9901: uint32,
  createFail: injection,
  inject: injection,
  limited: boolean,
  minTces: integer(0, 2 ** 37),
  ddwStart: hexText,
  ddwStartLimitedMode: nullable(hexText),
});

const phb: Shape<QemuPhbConfig> = record({
  index: integer(0, 30),
  pgsz: hexText,
  ddw: boolean,
  dmaWinAddr: hexText,
  dmaWinSize: hexText,
  dma64WinAddr: hexText,
});

const functionConfig: Shape<FunctionConfig> = record(
  { id, device: name, slotClass: name },
  {
    phb: integer(0, 30),
    slot: integer(0, 31),
    domain: integer(0, 0xffff),
    bus: integer(0, 0xff),
    nodeName: name,
    locCode: location,
    dmaMaskBits: maskBits,
    coherentMaskBits: maskBits,
  },
);

export const configShape: Shape<MachineConfig> = record(
  {
    profile: name,
    kernel: name,
    pageBytes: integer(1, 2 ** 24),
    cpus: within(FIELD_BOUNDS.cpus),
    minMemoryBytes: bytes,
    memoryBytes: bytes,
    maxMemoryBytes: bytes,
    lmbBytes: sizeWithin(FIELD_BOUNDS.lmb),
    bootArgs: list(text(128), 32),
    iommuDebugMessages: boolean,
    functions: list(functionConfig, MAX_FUNCTIONS),
    seed: uint32,
  },
  {
    installedMemoryBytes: bytes,
    nvdimms: within(FIELD_BOUNDS.nvdimms),
    phbs: list(phb, 31),
    limits,
    vio: list(record({ id, device: name }), 64),
    hasDynamicMemory: boolean,
    system: systemShape,
  },
);

const callName = pattern(/^[\w,-]{1,64}$/, 'the name of a call, such as ibm,create-pe-dma-window');
const status = integer(-32_768, 32_767);
const remark = pattern(/^\P{Cc}{1,250}$/u, 'a line of at most 250 characters');

const io: Shape<IoParameters> = record({
  sizeBytes: integer(1, 2 ** 24),
  depth: integer(1, 65_536),
  count: integer(0, 2 ** 40),
  direction: literal('read', 'write'),
  intervalNs: integer(0, 2 ** 40),
});

export const commandShape: Shape<Command> = union<Command>(
  'do',
  new Map<string, Shape<Command>>([
    ['configure', record({ do: literal('configure'), config: configShape })],
    ...systemCommandShapes,
    ['boot', record({ do: literal('boot') })],
    ['shutdown', record({ do: literal('shutdown') })],
    ['reset', record({ do: literal('reset') })],
    [
      'vf-add',
      record({ do: literal('vf-add'), count: integer(1, MAX_FUNCTIONS), device: name }, { slotClass: name }),
    ],
    ['vf-remove', record({ do: literal('vf-remove'), id })],
    ['io-start', record({ do: literal('io-start'), id, io })],
    ['io-stop', record({ do: literal('io-stop'), id })],
    [
      'inject',
      record(
        {
          do: literal('inject'),
          call: callName,
          rc: status,
          count: integer(1, MAX_UINT32),
          skip: uint32,
        },
        { id },
      ),
    ],
    ['pe-freeze', record({ do: literal('pe-freeze'), id }, { unavailableNs: integer(0, 2 ** 50) })],
    ['tce-set', record({ do: literal('tce-set'), id, ioba: hexText, tce: hexText })],
    ['memory-add', record({ do: literal('memory-add'), bytes })],
    ['memory-remove', record({ do: literal('memory-remove'), bytes })],
    ['driver-bind', record({ do: literal('driver-bind'), id }, { driver: literal('vfio-pci') })],
    [
      'vfio',
      record({ do: literal('vfio'), container: containerName, call: vfioCall }, { process: containerName }),
    ],
    ['app-start', record({ do: literal('app-start'), name: containerName, plan: applicationPlan })],
    ['app-stop', record({ do: literal('app-stop'), name: containerName })],
    ['driver-unbind', record({ do: literal('driver-unbind'), id })],
    ['pci-remove', record({ do: literal('pci-remove'), id })],
    ['pci-rescan', record({ do: literal('pci-rescan') })],
    ['kexec', record({ do: literal('kexec') }, { withoutProperties: boolean })],
    ['crash', record({ do: literal('crash') })],
    ['mark', record({ do: literal('mark'), text: remark })],
  ]),
);

const simpleQueries = [
  'status',
  'config',
  'functions',
  'dmesg',
  'device-tree',
  'plans',
  'profiles',
  'kernels',
  'page-sizes',
  'fault-choices',
  'vfio',
  'meminfo',
] as const;

/** Most TCEs that one query answers, and most cells of an overview. */
export const MAX_TCES_ASKED = 65_536;

/** Most commands that one query asks about. */
export const MAX_COMMANDS_ASKED = 64;
/** What is asked about may be wrong: that is the question. */
const anyConfig: Shape<MachineConfig> = { check: () => undefined };

export const queryShape: Shape<Query> = union<Query>(
  'ask',
  new Map<string, Shape<Query>>([
    ...simpleQueries.map((ask): [string, Shape<Query>] => [ask, record({ ask: literal(ask) })]),
    ['verdict', record({ ask: literal('verdict'), config: configShape })],
    ['config-check', record({ ask: literal('config-check'), config: anyConfig })],
    ['may', record({ ask: literal('may'), commands: list(commandShape, MAX_COMMANDS_ASKED) })],
    ...systemQueryShapes,
    ['hmc', record({ ask: literal('hmc'), command: commandShape })],
    ['windows', record({ ask: literal('windows') }, { id })],
    [
      'io-series',
      record({
        ask: literal('io-series'),
        ids: list(id, MAX_FUNCTIONS),
        limit: integer(0, MAX_SERIES_ASKED),
      }),
    ],
    ['function', record({ ask: literal('function'), id })],
    [
      'tces',
      record({ ask: literal('tces'), liobn, index: integer(0, 2 ** 43), count: integer(1, MAX_TCES_ASKED) }),
    ],
    [
      'tce-overview',
      record(
        { ask: literal('tce-overview'), liobn, cells: integer(1, MAX_TCES_ASKED) },
        { from: integer(0, 2 ** 43), to: integer(0, 2 ** 43) },
      ),
    ],
    ...INSPECT_SHAPES,
  ]),
);
