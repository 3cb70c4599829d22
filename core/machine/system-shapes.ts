// The shapes of the managed system and of commands and questions to it, as anybody outside may send them.

import type { SystemCommand } from './commands.ts';
import type { BackupDevice, LogicalPortConfig, SlotConfig, SystemConfig } from './config.ts';
import type { SystemQuery, WhatIf } from './queries.ts';
import { boolean, integer, list, literal, nullable, number, pattern, record, union } from './shape.ts';
import type { Shape } from './shape.ts';

const MAX_BYTES = 2 ** 51;
export const MAX_LPARS = 400;
const MAX_SLOTS = 64;
const MAX_PORTS = 1024;

const name = pattern(/^[\w.,+-]{1,64}$/, 'a name of letters, digits, ".", ",", "+" and "-"');
const slotName = pattern(/^C\d{1,3}$/, 'a slot such as C4');
const portId = pattern(/^[0-9a-f]{8}$/, 'the id of a logical port, such as 27004002');
const unit = pattern(/^[\w.-]{1,40}$/, 'a location such as U78D2.001.DDWLAB1');
const lpar = integer(1, 65_535);
const adapter = integer(1, 48);
const physPort = integer(0, 7);
const percent = number(0, 100);
const pvid = integer(0, 4094);
const bytes = integer(0, MAX_BYTES);
const portType = literal('eth', 'roce');

const backup: Shape<BackupDevice> = union<BackupDevice>(
  'type',
  new Map<string, Shape<BackupDevice>>([
    ['veth', record({ type: literal('veth'), network: name })],
    ['vnic', record({ type: literal('vnic'), logicalPort: portId })],
  ]),
);

const logicalPort: Shape<LogicalPortConfig> = record(
  {
    index: integer(0, MAX_PORTS - 1),
    physPort,
    place: integer(0, MAX_PORTS - 1),
    lpar,
    capacity: percent,
    type: portType,
    configId: integer(0, 65_535),
    pvid,
    promiscuous: boolean,
  },
  { backup },
);

const slot: Shape<SlotConfig> = record(
  { name: slotName, bus: integer(0x10, 0x3ff), model: name },
  {
    owner: lpar,
    shared: record({ id: adapter, logicalPorts: list(logicalPort, MAX_PORTS) }),
  },
);

export const systemShape: Shape<SystemConfig> = record({
  name,
  unit,
  guest: lpar,
  lpars: list(
    record({
      id: lpar,
      name,
      env: literal('aixlinux', 'vioserver'),
      state: literal('Running', 'Not Activated'),
      memoryBytes: bytes,
    }),
    MAX_LPARS,
  ),
  slots: list(slot, MAX_SLOTS),
  vnics: list(
    record({
      lpar,
      slot: integer(0, 65_535),
      backing: list(record({ vios: lpar, logicalPort: portId, priority: integer(1, 100) }), 8),
    }),
    MAX_PORTS,
  ),
});

const wish = record(
  { adapter, physPort, lpar },
  { capacity: number(-1e6, 1e6), type: portType, pvid, promiscuous: boolean, backup },
);
const portIds = list(portId, MAX_PORTS);

export const systemCommandShapes: readonly (readonly [string, Shape<SystemCommand>])[] = [
  [
    'adapter-mode',
    record(
      { do: literal('adapter-mode'), slot: slotName, mode: literal('shared', 'dedicated') },
      { adapter },
    ),
  ],
  ['slot-assign', record({ do: literal('slot-assign'), slot: slotName, lpar: nullable(lpar) })],
  [
    'logical-port-add',
    record(
      { do: literal('logical-port-add'), port: wish },
      { count: integer(1, MAX_PORTS), logicalPort: portId, device: name },
    ),
  ],
  [
    'logical-port-set',
    record({ do: literal('logical-port-set'), logicalPorts: portIds }, { capacity: number(-1e6, 1e6), pvid }),
  ],
  ['logical-port-assign', record({ do: literal('logical-port-assign'), logicalPorts: portIds, lpar })],
  ['logical-port-remove', record({ do: literal('logical-port-remove'), logicalPorts: portIds })],
  [
    'vnic-add',
    record({ do: literal('vnic-add'), lpar, vios: lpar, adapter, physPort }, { capacity: number(-1e6, 1e6) }),
  ],
  ['vnic-remove', record({ do: literal('vnic-remove'), lpar, slot: integer(0, 65_535) })],
  ['lpar-memory', record({ do: literal('lpar-memory'), lpar, bytes: integer(1, MAX_BYTES) })],
];

const whatIf: Shape<WhatIf> = record(
  { vfs: integer(0, MAX_PORTS) },
  {
    device: name,
    kernel: name,
    memoryBytes: integer(1, MAX_BYTES),
    maxMemoryBytes: integer(1, MAX_BYTES),
    installedMemoryBytes: integer(1, MAX_BYTES),
    nvdimms: integer(0, 32),
    largestPageShift: integer(12, 34),
    blockTces: integer(1, 2 ** 37),
  },
);

const rows = integer(0, Number.MAX_SAFE_INTEGER);

/** Those without a command or a function's id in them. */
export const systemQueryShapes: readonly (readonly [string, Shape<SystemQuery>])[] = [
  ['system', record({ ask: literal('system') })],
  [
    'logical-ports',
    record({ ask: literal('logical-ports') }, { adapter, lpar, from: rows, limit: integer(1, MAX_PORTS) }),
  ],
  ['budget', record({ ask: literal('budget') })],
  ['what-if', record({ ask: literal('what-if'), what: whatIf })],
  ['functions-summary', record({ ask: literal('functions-summary') })],
  ['acts', record({ ask: literal('acts') }, { limit: integer(1, 1000) })],
];
