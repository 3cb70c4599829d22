// The lab shell's grammar as a table: one row a verb. A new verb is a row; `help` and completion read the same table.

import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { Command } from '../../machine/commands.ts';
import type { RunUntil, ShellAction, ShellLine, ShowTopic } from './actions.ts';
import { durationOf, integerOf, oneOf, readArguments, sizeOf } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { FAULT_VERBS } from './faults.ts';
import { LIFE_VERBS } from './life-verbs.ts';
import { SYSTEM_VERBS } from './system-verbs.ts';
import { readSetting } from './settings.ts';
import { splitStatements, syntaxError } from './tokens.ts';
import type { Statement, Word } from './tokens.ts';
import type { Verb } from './verb.ts';
import { VFIO_VERBS } from './vfio-verbs.ts';

/** Most functions added by one line, most requests in flight, longest request. */
export const MAX_ADD = 1024;
const MAX_DEPTH = 65_536;
const MAX_COUNT = 2 ** 40;

const command = (value: Command): Result<ShellAction> => ok({ do: 'command', command: value });
const plainVerb = (name: 'boot' | 'shutdown' | 'reset', meaning: string): Verb => ({
  name,
  meaning,
  usage: name,
  least: 0,
  most: 0,
  read: () => command({ do: name }),
});

export const SHOW_TOPICS: readonly { readonly topic: ShowTopic; readonly meaning: string }[] = [
  { topic: 'status', meaning: 'state, time, events, hcalls, I/O running' },
  { topic: 'functions', meaning: 'PCI functions: driver, DMA mode, TCEs of the PE' },
  { topic: 'windows', meaning: 'DMA windows: where, page size, TCEs in use' },
  { topic: 'tces', meaning: 'entries of a window: show tces vf0, show tces 0x70000016' },
  { topic: 'plan', meaning: "enable_ddw()'s decision, step by step" },
  { topic: 'verdict', meaning: 'what this configuration would lead to, before anything is booted' },
  { topic: 'dmesg', meaning: "the guest's kernel log" },
  { topic: 'dt', meaning: 'the device tree: show dt /pci@800000020000000' },
  { topic: 'config', meaning: 'the configuration' },
  { topic: 'profiles', meaning: 'platforms, each value with grade and source' },
  { topic: 'kernels', meaning: 'guest kernels' },
  { topic: 'vfio', meaning: 'groups, VFIO containers and programs, locked memory, the last calls' },
  { topic: 'meminfo', meaning: 'memory and huge pages of the guest' },
];

function readVfAdd({ plain, options }: Arguments): Result<ShellAction> {
  const count = integerOf(plain[0], 'the number of functions', 1, MAX_ADD, 1);
  if (!count.ok) return count;
  const slot = options.get('slot')?.text;
  const device = options.get('device')?.text ?? 'nic';
  return command({
    do: 'vf-add',
    count: count.value,
    device,
    ...(slot === undefined ? {} : { slotClass: slot }),
  });
}

function readVfRemove({ plain: [word] }: Arguments): Result<ShellAction> {
  const text = word?.text ?? '';
  return command({ do: 'vf-remove', id: /^\d+$/.test(text) ? `vf${text}` : text });
}

function readIoStart({ plain: [id], options }: Arguments): Result<ShellAction> {
  const sizeBytes = sizeOf(options.get('size'), 'a request', 65_536);
  if (!sizeBytes.ok) return sizeBytes;
  const depth = integerOf(options.get('depth'), 'the depth', 1, MAX_DEPTH, 32);
  if (!depth.ok) return depth;
  const count = integerOf(options.get('count'), 'the count', 0, MAX_COUNT, 1000);
  if (!count.ok) return count;
  const direction = oneOf(options.get('direction'), 'the direction', ['read', 'write'], 'read');
  if (!direction.ok) return direction;
  const intervalNs = durationOf(options.get('interval'), 'the interval', 0);
  if (!intervalNs.ok) return intervalNs;
  const io = {
    sizeBytes: sizeBytes.value,
    depth: depth.value,
    count: count.value,
    direction: direction.value,
    intervalNs: intervalNs.value,
  };
  return command({ do: 'io-start', id: id?.text ?? '', io });
}

/** A mark that the lab's checks read (core/lab/check-fold.ts), so that it is part of the session. */
function readPredict({ verb, plain: [word, number] }: Arguments): Result<ShellAction> {
  const name = word?.text ?? '';
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    return syntaxError(word ?? verb, `"${name}" is no name of a prediction`, 'the lab says its name');
  }
  const value = integerOf(number, 'a prediction', 0, 1e15 - 1, 512);
  return value.ok ? command({ do: 'mark', text: `predict ${name} ${value.value}` }) : value;
}

function readShow({ plain: [topicWord, target], options, flags }: Arguments): Result<ShellAction> {
  const topics = SHOW_TOPICS.map((row) => row.topic);
  const topic = oneOf(topicWord, 'what is shown', topics, 'status');
  if (!topic.ok) return topic;
  const index = integerOf(options.get('index'), 'the index', 0, Number.MAX_SAFE_INTEGER, 0);
  if (!index.ok) return index;
  const count = integerOf(options.get('count'), 'the count', 1, 65_536, 16);
  if (!count.ok) return count;
  return ok({
    do: 'show',
    show: {
      topic: topic.value,
      json: flags.has('json'),
      ...(target === undefined ? {} : { target: target.text }),
      ...(options.has('index') ? { index: index.value } : {}),
      ...(options.has('count') ? { count: count.value } : {}),
    },
  });
}

const RUN_USAGE = 'run 10ms | run until idle | run 100 steps';

function readRun({ verb, plain: [first, second] }: Arguments): Result<ShellAction> {
  const run = (value: RunUntil): Result<ShellAction> => ok({ do: 'run', run: value });
  if (first?.text === 'until' && second?.text === 'idle') return run({ until: 'idle' });
  if (second?.text === 'steps' || second?.text === 'step') {
    const steps = integerOf(first, 'the number of steps', 1, 1e9, 1);
    return steps.ok ? run({ until: 'steps', steps: steps.value }) : steps;
  }
  if (second !== undefined)
    return syntaxError(second, `"${second.text}" does not belong here`, `type: ${RUN_USAGE}`);
  if (first === undefined) return syntaxError(verb, '"run" needs to know how far', `type: ${RUN_USAGE}`);
  const ns = durationOf(first, 'how long to run', 0);
  return ns.ok ? run({ until: 'ns', ns: ns.value }) : ns;
}

export const VERBS: readonly Verb[] = [
  plainVerb('boot', 'powers the partition on and boots its kernel'),
  plainVerb('reset', 'resets the partition: default windows come back, the kernel boots again'),
  plainVerb('shutdown', 'powers the partition off'),
  {
    name: 'vf add',
    meaning: 'adds functions (SR-IOV VFs on PowerVM); a running guest probes them',
    usage: 'vf add [COUNT] [--device nic|nvme|e1000|e1000e] [--slot dedicated]',
    least: 0,
    most: 1,
    options: ['device', 'slot'],
    read: readVfAdd,
  },
  {
    name: 'vf rm',
    meaning: 'takes a function away',
    usage: 'vf rm 3 (or: vf rm vf3)',
    least: 1,
    most: 1,
    read: readVfRemove,
  },
  {
    name: 'io start',
    meaning: 'starts I/O; count 0 goes on until stopped',
    usage: 'io start vf0 [--size 64K] [--depth 32] [--count 1000] [--direction read|write] [--interval 10us]',
    least: 1,
    most: 1,
    options: ['size', 'depth', 'count', 'direction', 'interval'],
    read: readIoStart,
  },
  {
    name: 'io stop',
    meaning: 'stops I/O; requests in flight are finished',
    usage: 'io stop vf0',
    least: 1,
    most: 1,
    read: ({ plain: [id] }) => command({ do: 'io-stop', id: id?.text ?? '' }),
  },
  ...LIFE_VERBS,
  ...VFIO_VERBS,
  ...SYSTEM_VERBS,
  {
    name: 'show',
    meaning: 'shows what is asked for',
    usage: `show ${SHOW_TOPICS.map((row) => row.topic).join('|')} [ID] [--index N] [--count N] [--json]`,
    least: 1,
    most: 2,
    options: ['index', 'count'],
    flags: ['json'],
    read: readShow,
  },
  {
    name: 'set',
    meaning: 'changes the configuration, while the machine is off',
    usage: 'set memory 128G (help set: all names)',
    least: 1,
    most: 16,
    read: ({ plain }) => {
      const [name, ...values] = plain;
      if (name === undefined) return ok({ do: 'help', topic: 'set' });
      const change = readSetting(name, values);
      return change.ok ? ok({ do: 'configure', change: change.value }) : change;
    },
  },
  { name: 'run', meaning: 'lets virtual time pass', usage: RUN_USAGE, least: 0, most: 2, read: readRun },
  ...FAULT_VERBS,
  {
    name: 'mark',
    meaning: 'puts a remark into the trace',
    usage: 'mark TEXT',
    least: 1,
    most: Number.MAX_SAFE_INTEGER,
    read: ({ plain }) => command({ do: 'mark', text: plain.map((word) => word.text).join(' ') }),
  },
  {
    name: 'predict',
    meaning: 'says beforehand what a number will be; a lab compares it with what happens',
    usage: 'predict NAME NUMBER',
    least: 2,
    most: 2,
    read: readPredict,
  },
  {
    name: 'help',
    meaning: 'says what can be typed',
    usage: 'help [VERB]',
    least: 0,
    most: 2,
    read: ({ plain }) =>
      ok(
        plain.length === 0 ? { do: 'help' } : { do: 'help', topic: plain.map((word) => word.text).join(' ') },
      ),
  },
];

/** Every statement of the lines, or the first mistake. */
export function parseScript(script: string): Result<readonly ShellLine[]> {
  const statements = splitStatements(script);
  if (!statements.ok) return statements;
  const lines: ShellLine[] = [];
  for (const statement of statements.value) {
    const line = parseStatement(statement);
    if (!line.ok) return line;
    lines.push(line.value);
  }
  return ok(lines);
}

function parseStatement(statement: Statement): Result<ShellLine> {
  const [first, second] = statement.words;
  if (first === undefined) return syntaxError({ line: 1, column: 1 }, 'nothing was typed');
  const family = VERBS.filter((verb) => verb.name.split(' ')[0] === first.text);
  if (family.length === 0) return unknownVerb(first);
  const verb = family.find(
    (row) => row.name === first.text || row.name === `${first.text} ${second?.text ?? ''}`,
  );
  if (verb === undefined) {
    const forms = family.map((row) => row.name).join(', ');
    return syntaxError(
      second ?? first,
      `"${first.text}" is followed by something else`,
      `type one of: ${forms}`,
    );
  }
  const taken = verb.name.split(' ').length;
  // A remark is taken as it is typed: what looks like an option in it is text.
  const rest = statement.words.slice(taken);
  const words = verb.name === 'mark' ? rest.map((word) => ({ ...word, quoted: true })) : rest;
  const args = readArguments(statement.words[taken - 1] ?? first, words, verb);
  if (!args.ok) return args;
  const action = verb.read(args.value, statement);
  if (!action.ok) return action;
  return ok({
    action: action.value,
    text: statement.text,
    place: { line: first.line, column: first.column },
  });
}

function unknownVerb(word: Word): {
  readonly ok: false;
  readonly error: { readonly code: string; readonly message: string };
} {
  const verbs = [...new Set(VERBS.map((verb) => verb.name.split(' ')[0] ?? ''))].join(', ');
  return syntaxError(word, `there is no command "${word.text}"`, `type one of: ${verbs}`);
}
