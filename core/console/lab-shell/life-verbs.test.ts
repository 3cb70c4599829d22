import { describe, expect, it } from 'vitest';
import type { Command } from '../../machine/commands.ts';
import { commandText } from '../../machine/command-text.ts';
import { DEFAULT_LPAR } from '../../session/default-scenario.ts';
import { helpText } from './help.ts';
import { parseScript } from './parse.ts';

const GiB = 2 ** 30;

const rows: readonly (readonly [string, Command])[] = [
  ['mem add 4G', { do: 'memory-add', bytes: 4 * GiB }],
  ['mem rm 256M', { do: 'memory-remove', bytes: GiB / 4 }],
  ['bind nvme0', { do: 'driver-bind', id: 'nvme0' }],
  ['unbind vf0', { do: 'driver-unbind', id: 'vf0' }],
  ['pci rm vf3', { do: 'pci-remove', id: 'vf3' }],
  ['pci rescan', { do: 'pci-rescan' }],
  ['kexec', { do: 'kexec' }],
  ['kexec --without-properties', { do: 'kexec', withoutProperties: true }],
  ['crash', { do: 'crash' }],
];

function parsed(line: string): unknown {
  const lines = parseScript(line);
  return lines.ok ? lines.value.map(({ action }) => action) : lines.error.message;
}

describe('the verbs of a partition’s life', () => {
  it.each(rows)('%s is a command, and the trace shows it as it was typed', (line, command) => {
    expect(parsed(line)).toEqual([{ do: 'command', command }]);
    expect(commandText(command, DEFAULT_LPAR)).toBe(line);
    expect(helpText(line.replace(/ (\d.*|vf\d|nvme\d|--.*)$/, ''))).not.toMatch(/there is no command/);
  });

  it('a number alone is a VF', () => {
    expect(parsed('unbind 3')).toEqual([{ do: 'command', command: { do: 'driver-unbind', id: 'vf3' } }]);
  });

  it.each([
    ['mem add', '"add" needs more words'],
    ['mem add much', '"much" is not a size'],
    ['mem grow 4G', '"mem" is followed by something else'],
    ['kexec now', '"now" is one word too many'],
    ['kexec --with-properties', 'there is no option --with-properties here'],
  ])('%s is refused', (line, message) => {
    expect(parsed(line)).toContain(message);
  });
});
