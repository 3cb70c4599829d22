import { describe, expect, it } from 'vitest';
import type { Command } from '../../machine/commands.ts';
import { commandText } from '../../machine/command-text.ts';
import { DEFAULT_LPAR } from '../../session/default-scenario.ts';
import type { ShellAction } from './actions.ts';
import { helpText } from './help.ts';
import { parseScript, VERBS } from './parse.ts';

function actions(script: string): readonly ShellAction[] {
  const lines = parseScript(script);
  if (!lines.ok) throw new Error(lines.error.message);
  return lines.value.map((line) => line.action);
}

const command = (value: Command): ShellAction => ({ do: 'command', command: value });
const io = { sizeBytes: 65_536, depth: 32, count: 1000, direction: 'read', intervalNs: 0 } as const;

describe('a line of the lab shell', () => {
  it.each<[string, ShellAction]>([
    ['boot', command({ do: 'boot' })],
    ['reset', command({ do: 'reset' })],
    ['shutdown', command({ do: 'shutdown' })],
    ['vf add', command({ do: 'vf-add', count: 1, device: 'nic' })],
    ['vf add 8', command({ do: 'vf-add', count: 8, device: 'nic' })],
    ['vf add 2 --device nvme', command({ do: 'vf-add', count: 2, device: 'nvme' })],
    [
      'vf add --device nvme --slot dedicated',
      command({ do: 'vf-add', count: 1, device: 'nvme', slotClass: 'dedicated' }),
    ],
    ['vf add --device=nvme 2', command({ do: 'vf-add', count: 2, device: 'nvme' })],
    ['vf rm 3', command({ do: 'vf-remove', id: 'vf3' })],
    ['vf rm nvme0', command({ do: 'vf-remove', id: 'nvme0' })],
    ['io start vf0', command({ do: 'io-start', id: 'vf0', io })],
    [
      'io start vf0 --size 4K --depth 1 --count 0 --direction write --interval 10us',
      command({
        do: 'io-start',
        id: 'vf0',
        io: { sizeBytes: 4096, depth: 1, count: 0, direction: 'write', intervalNs: 10_000 },
      }),
    ],
    ['io stop vf0', command({ do: 'io-stop', id: 'vf0' })],
    ['mark insmod nvme --now', command({ do: 'mark', text: 'insmod nvme --now' })],
    ['show windows', { do: 'show', show: { topic: 'windows', json: false } }],
    [
      'show tces vf0 --index 16 --count 4 --json',
      { do: 'show', show: { topic: 'tces', target: 'vf0', json: true, index: 16, count: 4 } },
    ],
    ['set memory 128G', { do: 'configure', change: { memoryBytes: 137_438_953_472 } }],
    [
      'set boot-args "disable_ddw multitce=off"',
      { do: 'configure', change: { bootArgs: ['disable_ddw', 'multitce=off'] } },
    ],
    ['set boot-args ""', { do: 'configure', change: { bootArgs: [] } }],
    ['set iommu-debug on', { do: 'configure', change: { iommuDebugMessages: true } }],
    ['run 10ms', { do: 'run', run: { until: 'ns', ns: 10_000_000 } }],
    ['run until idle', { do: 'run', run: { until: 'idle' } }],
    ['run 5 steps', { do: 'run', run: { until: 'steps', steps: 5 } }],
    ['help', { do: 'help' }],
    ['help io start', { do: 'help', topic: 'io start' }],
  ])('%s', (line, action) => {
    expect(actions(line)).toEqual([action]);
  });

  it('stands beside others, parted by ; or a new line, with remarks', () => {
    expect(actions('boot; vf add 2 # two ports\n\n# only a remark\r\nshow status;;')).toEqual([
      command({ do: 'boot' }),
      command({ do: 'vf-add', count: 2, device: 'nic' }),
      { do: 'show', show: { topic: 'status', json: false } },
    ]);
  });

  it('keeps ; and # inside quotes', () => {
    expect(actions('mark "a; b # c"')).toEqual([command({ do: 'mark', text: 'a; b # c' })]);
  });
});

describe('a mistyped line says where and what to type', () => {
  it.each<[string, string, string]>([
    [
      'bot',
      'line 1, column 1: there is no command "bot"',
      'type one of: boot, reset, shutdown, vf, io, mem, ',
    ],
    ['boot;\n  boot now', 'line 2, column 8: "now" is one word too many', 'type: boot'],
    ['vf', 'line 1, column 1: "vf" is followed by something else', 'type one of: vf add, vf rm'],
    ['vf drop 1', 'line 1, column 4: "vf" is followed by something else', 'type one of: vf add, vf rm'],
    [
      'vf add many',
      'line 1, column 8: "many" is not a whole number',
      'the number of functions is a number, such as 1',
    ],
    ['vf add 9999', 'line 1, column 8: the number of functions must be 1 to 1024, not 9999', ''],
    ['vf rm', 'line 1, column 4: "rm" needs more words', 'type: vf rm 3 (or: vf rm vf3)'],
    [
      'io start vf0 --size big',
      'line 1, column 21: "big" is not a size',
      'a request is written like 64K, 128G or 4096',
    ],
    [
      'io start vf0 --size',
      'line 1, column 14: --size needs a value',
      VERBS.find((v) => v.name === 'io start')?.usage ?? '',
    ],
    [
      'io start vf0 --sise 4K',
      'line 1, column 14: there is no option --sise here',
      VERBS.find((v) => v.name === 'io start')?.usage ?? '',
    ],
    [
      'io start vf0 --depth 1 --depth 2',
      'line 1, column 24: --depth is given twice',
      'leave one of them out',
    ],
    [
      'io start vf0 --direction up',
      'line 1, column 26: the direction cannot be "up"',
      'type one of: read, write',
    ],
    ['show everything', 'line 1, column 6: what is shown cannot be "everything"', 'type one of: status,'],
    ['set speed 11', 'line 1, column 5: there is no setting "speed"', 'type one of: profile,'],
    ['set memory', 'line 1, column 5: "set memory" needs a value', 'type: set memory 64G'],
    ['set memory lots', 'line 1, column 12: "lots" is not a value of memory', 'type: set memory 64G'],
    ['set memory 64 G', 'line 1, column 15: "G" is one word too many', 'type: set memory 64G'],
    [
      'run',
      'line 1, column 1: "run" needs to know how far',
      'type: run 10ms | run until idle | run 100 steps',
    ],
    [
      'run fast',
      'line 1, column 5: "fast" is not a time',
      'how long to run is written like 10ms, 5us or 100ns',
    ],
    ['mark "open', 'line 1, column 6: this quote has no end', 'close it with another "'],
  ])('%s', (line, message, hint) => {
    const parsed = parseScript(line);
    expect(parsed).toMatchObject({ ok: false, error: { code: 'syntax', message } });
    expect(parsed.ok ? '' : (parsed.error.hint ?? '')).toContain(hint.replace(/^type: /, ''));
  });
});

it.each<Command>([
  { do: 'boot' },
  { do: 'vf-add', count: 3, device: 'nvme' },
  { do: 'vf-add', count: 1, device: 'nvme', slotClass: 'dedicated' },
  { do: 'vf-remove', id: 'vf12' },
  {
    do: 'io-start',
    id: 'vf0',
    io: { sizeBytes: 4096, depth: 7, count: 0, direction: 'write', intervalNs: 2500 },
  },
  { do: 'io-stop', id: 'vf0' },
  { do: 'mark', text: 'before the storm' },
  { do: 'mark', text: 'a; b # c' },
  { do: 'mark', text: 'the "default" window' },
])('a command as the trace shows it can be typed: $do', (value) => {
  expect(actions(commandText(value, DEFAULT_LPAR))).toEqual([command(value)]);
});

it('a changed configuration is shown as the lines that change it', () => {
  const after = { ...DEFAULT_LPAR, kernel: '5.13', maxMemoryBytes: 2 ** 36, bootArgs: ['disable_ddw'] };
  expect(commandText({ do: 'configure', config: after }, DEFAULT_LPAR)).toBe(
    'set kernel 5.13; set max-memory 64G; set boot-args "disable_ddw"',
  );
});

it('help names every verb, and every name that set knows', () => {
  for (const verb of VERBS) expect(helpText()).toContain(verb.name);
  expect(helpText('set')).toContain('max-memory 512G');
  expect(helpText('nonsense')).toContain('there is no command "nonsense"');
});
