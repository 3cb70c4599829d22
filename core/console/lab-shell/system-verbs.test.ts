import { describe, expect, it } from 'vitest';
import type { Command } from '../../machine/commands.ts';
import { commandText } from '../../machine/command-text.ts';
import { DEFAULT_LPAR } from '../../session/default-scenario.ts';
import { parseScript } from './parse.ts';

const port = { adapter: 2, physPort: 0, lpar: 1 };

function parsed(line: string): unknown {
  const lines = parseScript(line);
  return lines.ok ? lines.value.map(({ action }) => action) : lines.error.message;
}

describe('the verbs of the managed system', () => {
  it.each<[string, Command]>([
    ['adapter shared C4', { do: 'adapter-mode', slot: 'C4', mode: 'shared' }],
    ['adapter shared C4 --id 5', { do: 'adapter-mode', slot: 'C4', mode: 'shared', adapter: 5 }],
    ['adapter dedicated C4', { do: 'adapter-mode', slot: 'C4', mode: 'dedicated' }],
    ['slot give C4 --lpar 3', { do: 'slot-assign', slot: 'C4', lpar: 3 }],
    ['slot take C4', { do: 'slot-assign', slot: 'C4', lpar: null }],
    ['port add --adapter 2 --port 0 --lpar 1', { do: 'logical-port-add', port }],
    [
      'port add --adapter 2 --port 0 --lpar 1 --capacity 2.5 --count 4 --type roce --pvid 7 --veth net --device nvme --promiscuous',
      {
        do: 'logical-port-add',
        port: {
          ...port,
          capacity: 2.5,
          type: 'roce',
          pvid: 7,
          promiscuous: true,
          backup: { type: 'veth', network: 'net' },
        },
        count: 4,
        device: 'nvme',
      },
    ],
    [
      'port add --adapter 2 --port 0 --lpar 1 --id 27008002 --vnic 27008001',
      {
        do: 'logical-port-add',
        port: { ...port, backup: { type: 'vnic', logicalPort: '27008001' } },
        logicalPort: '27008002',
      },
    ],
    [
      'port set 27008002 27008003 --capacity 4 --pvid 9',
      { do: 'logical-port-set', logicalPorts: ['27008002', '27008003'], capacity: 4, pvid: 9 },
    ],
    ['port give 27008002 --lpar 3', { do: 'logical-port-assign', logicalPorts: ['27008002'], lpar: 3 }],
    ['port rm 27008002', { do: 'logical-port-remove', logicalPorts: ['27008002'] }],
    [
      'vnic add --lpar 3 --vios 2 --adapter 2 --port 1 --capacity 2',
      { do: 'vnic-add', lpar: 3, vios: 2, adapter: 2, physPort: 1, capacity: 2 },
    ],
    ['vnic rm --lpar 3 --slot 2', { do: 'vnic-remove', lpar: 3, slot: 2 }],
    ['lpar mem 3 16G', { do: 'lpar-memory', lpar: 3, bytes: 2 ** 34 }],
  ])('%s is a command, and the trace shows it as it was typed', (line, command) => {
    expect(parsed(line)).toEqual([{ do: 'command', command }]);
    expect(commandText(command, DEFAULT_LPAR)).toBe(line);
  });

  it.each([
    ['port add --adapter 2 --lpar 1', '--port is missing'],
    ['port add --adapter 2 --port 0 --lpar 1 --capacity much', '"much" is not a capacity'],
    ['slot give C4', '--lpar is missing'],
    ['port rm', '"rm" needs more words'],
    ['lpar mem 3 much', '"much" is not a size'],
  ])('%s: %s', (line, message) => {
    expect(parsed(line)).toContain(message);
  });
});
