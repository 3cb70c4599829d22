import { describe, expect, it } from 'vitest';
import type { Command } from '../../machine/commands.ts';
import { commandText } from '../../machine/command-text.ts';
import { DEFAULT_LPAR } from '../../session/default-scenario.ts';
import { helpText } from './help.ts';
import { parseScript } from './parse.ts';

function parsed(line: string): Command | string {
  const lines = parseScript(line);
  if (!lines.ok) return lines.error.message;
  const action = lines.value[0]?.action;
  return action?.do === 'command' ? action.command : 'not a command';
}

const inject = (call: string, rc: number, more = {}): Command => ({
  do: 'inject',
  call,
  rc,
  count: 1,
  skip: 0,
  ...more,
});

describe('a line that makes something go wrong', () => {
  it.each<[string, Command]>([
    ['inject create 9902', inject('ibm,create-pe-dma-window', 9902)],
    ['inject query -3 --on vf0', inject('ibm,query-pe-dma-window', -3, { id: 'vf0' })],
    ['inject remove -1 --count 2 --skip 1', inject('ibm,remove-pe-dma-window', -1, { count: 2, skip: 1 })],
    ['inject reset -1', inject('ibm,reset-pe-dma-window', -1)],
    ['inject put H_NOT_ENOUGH_RESOURCES --count=5', inject('H_PUT_TCE', -44, { count: 5 })],
    ['inject indirect h_parameter', inject('H_PUT_TCE_INDIRECT', -4)],
    ['inject stuff H_HARDWARE', inject('H_STUFF_TCE', -1)],
    ['inject H_GET_TCE -4', inject('H_GET_TCE', -4)],
    ['inject ibm,set-slot-reset -1', inject('ibm,set-slot-reset', -1)],
    ['pe freeze vf0', { do: 'pe-freeze', id: 'vf0' }],
    ['pe freeze vf0 --unavailable 2s', { do: 'pe-freeze', id: 'vf0', unavailableNs: 2e9 }],
    ['tce clear vf0 0x800000000010000', { do: 'tce-set', id: 'vf0', ioba: '0x800000000010000', tce: '0x0' }],
    ['tce set vf0 0x10000 0x12340003', { do: 'tce-set', id: 'vf0', ioba: '0x10000', tce: '0x12340003' }],
  ])('%s', (line, command) => {
    expect(parsed(line)).toEqual(command);
    // What the trace says of it reads back as the same command.
    expect(parsed(commandText(command, DEFAULT_LPAR))).toEqual(command);
  });

  it.each([
    ['inject create', 'line 1, column 1: "inject" needs more words'],
    ['inject create busy', 'line 1, column 15: "busy" is not a status'],
    ['inject create 0', 'line 1, column 15: "0" is success: nothing would fail'],
    ['inject create 40000', 'line 1, column 15: "40000" is not a status'],
    ['inject create -1 --count 0', 'line 1, column 26: the count must be 1 to 4294967295, not 0'],
    ['pe freeze', 'line 1, column 4: "freeze" needs more words'],
    ['pe thaw vf0', 'line 1, column 4: "pe" is followed by something else'],
    ['pe freeze vf0 --unavailable long', 'line 1, column 29: "long" is not a time'],
    ['tce clear vf0 64K', 'line 1, column 15: "64K" is not a bus address'],
    ['tce set vf0 0x10000 none', 'line 1, column 21: "none" is not a TCE'],
  ])('%s: %s', (line, message) => {
    expect(parsed(line)).toBe(message);
  });

  it('is in the help', () => {
    expect(helpText('inject')).toContain('inject create 9902');
    expect(helpText('tce')).toContain('tce set vf0');
    expect(helpText('pe')).toContain('pe freeze vf0');
  });
});
