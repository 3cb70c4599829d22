// What `show` answers, as text and as JSON. Pure: it asks the machine through a function and never sees the machine.

import { pageSizeName } from '../../base/bits.ts';
import { sizeText } from '../../base/quantities.ts';
import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { hex16, hex8 } from '../../base/u64.ts';
import type { AnswerTo, FunctionAnswer, Query, WindowAnswer } from '../../machine/queries.ts';
import type { PlanStep } from '../../trace/events.ts';
import type { ShellConfig, ShowRequest, ShowTopic } from './actions.ts';
import { jsonText } from './plain-json.ts';
import { deviceTreeText } from './show-device-tree.ts';
import { showTces } from './show-tces.ts';
import type { Ask, Shown } from './shown.ts';
import { meminfoText, vfioText } from './show-vfio.ts';
import { grouped, secondsText, tableText } from './table.ts';

/** The text of a `show` line: a table, or JSON when asked for. */
export function showText(ask: Ask, show: ShowRequest): Result<string> {
  const shown = TOPICS[show.topic](ask, show);
  if (!shown.ok) return shown;
  return ok(show.json ? jsonText(shown.value.value) : shown.value.text);
}

type Topic = (ask: Ask, show: ShowRequest) => Result<Shown>;

/** A topic whose answer is shown as it is. */
function topic<Q extends Query>(query: Q, text: (answer: AnswerTo<Q>) => string): Topic {
  return (ask) => {
    const answer = ask(query);
    return answer.ok ? ok({ value: answer.value, text: text(answer.value) }) : answer;
  };
}

/** Rows of one function when the line names one. */
function rowsOf<T extends { readonly id: string }>(
  rows: readonly T[],
  target: string | undefined,
): Result<readonly T[]> {
  const chosen = target === undefined ? rows : rows.filter((row) => row.id === target);
  if (chosen.length > 0 || target === undefined) return ok(chosen);
  return fail('no-such-function', `there is nothing to show of "${target}"`, 'type: show functions');
}

const showWindows: Topic = (ask, { target }) => {
  const windows = target === undefined ? ask({ ask: 'windows' }) : ask({ ask: 'windows', id: target });
  return windows.ok ? ok({ value: windows.value, text: windowsText(windows.value) }) : windows;
};

function windowsText(windows: readonly WindowAnswer[]): string {
  if (windows.length === 0) return 'no windows: the machine has no function';
  const columns = [
    { title: 'function' },
    { title: 'liobn' },
    { title: 'start' },
    { title: 'size', right: true },
    { title: 'page', right: true },
    { title: 'TCEs', right: true },
    { title: 'in use', right: true },
    { title: 'window' },
    { title: 'use' },
  ];
  const rows = windows.map((window) => [
    window.id,
    hex8(window.liobn),
    hex16(window.start),
    sizeText(window.entries * 2 ** window.pageShift),
    pageSizeName(window.pageShift),
    grouped(window.entries),
    grouped(window.usedTces),
    `${window.isDefault ? 'default' : 'DDW'}${window.active ? '' : ' (removed)'}`,
    window.use,
  ]);
  return tableText(columns, rows);
}

const showFunctions: Topic = (ask, { target }) => {
  const all = ask({ ask: 'functions' });
  if (!all.ok) return all;
  const rows = rowsOf(
    all.value.map((row) => ({ id: row.description.id, row })),
    target,
  );
  if (!rows.ok) return rows;
  const value = rows.value.map(({ row }) => row);
  return ok({ value, text: functionsText(value) });
};

function functionsText(functions: readonly FunctionAnswer[]): string {
  if (functions.length === 0) return 'no functions; add some: vf add 8';
  const columns = [
    { title: 'id' },
    { title: 'function' },
    { title: 'device' },
    { title: 'slot' },
    { title: 'state' },
    { title: 'driver' },
    { title: 'DMA' },
    { title: 'mask', right: true },
    { title: 'TCEs of block', right: true },
    { title: 'in use', right: true },
  ];
  const rows = functions.map((fn) => [
    fn.description.id,
    fn.description.fn,
    fn.description.device,
    fn.description.slotClass,
    fn.state,
    fn.driver ?? '-',
    fn.mode,
    String(fn.maskBits),
    grouped(fn.blockTces),
    grouped(fn.usedTces),
  ]);
  return tableText(columns, rows);
}

function stepLines(steps: readonly PlanStep[]): string[] {
  return steps.map(({ where, text, compared }, n) => {
    const numbers =
      compared === undefined
        ? ''
        : `  [${compared.left} ${compared.op} ${compared.right}: ${compared.holds ? 'yes' : 'no'}]`;
    return `  ${n + 1}. ${where}: ${text}${numbers}`;
  });
}

const showPlan: Topic = (ask, { target }) => {
  const plans = ask({ ask: 'plans' });
  if (!plans.ok) return plans;
  const rows = rowsOf(plans.value, target);
  if (!rows.ok) return rows;
  const text = rows.value
    .flatMap(({ id, fn, mode, steps }) => [`${id} ${fn}: ${mode}`, ...stepLines(steps)])
    .join('\n');
  return ok({
    value: rows.value,
    text: text === '' ? 'no plan yet: boot, so that a driver asks for a 64-bit mask' : text,
  });
};

const showVerdict: Topic = (ask) => {
  const config = ask({ ask: 'config' });
  if (!config.ok) return config;
  const verdicts = ask({ ask: 'verdict', config: config.value });
  if (!verdicts.ok) return verdicts;
  const text = verdicts.value
    .flatMap((v) => [
      `${v.slotClass}, ${v.device}: ${v.mode}`,
      `  ${v.summary}`,
      ...stepLines(v.steps),
      `  decided in ${v.kernelFunction}()`,
    ])
    .join('\n');
  return ok({
    value: verdicts.value,
    text: text === '' ? 'no verdict: the configuration has no function' : text,
  });
};

const showDeviceTree: Topic = (ask, { target }) => {
  const tree = ask({ ask: 'device-tree' });
  if (!tree.ok) return tree;
  const text = deviceTreeText(tree.value, target ?? '/');
  if (text === '')
    return fail('no-such-node', `no node of the device tree begins with ${target ?? '/'}`, 'type: show dt');
  return ok({ value: tree.value, text });
};

function configText(config: ShellConfig): string {
  const rows = [
    ['profile', config.profile],
    ['kernel', config.kernel],
    ['page-size', sizeText(config.pageBytes)],
    [
      'memory',
      `${sizeText(config.memoryBytes)} now, ${sizeText(config.minMemoryBytes)} min, ${sizeText(config.maxMemoryBytes)} max, blocks of ${sizeText(config.lmbBytes)}`,
    ],
    ['cpus', String(config.cpus)],
    ['boot-args', config.bootArgs.join(' ') || 'none'],
    ['seed', String(config.seed)],
    [
      'functions',
      config.functions.map((fn) => `${fn.id} (${fn.device}, ${fn.slotClass})`).join(', ') || 'none',
    ],
  ];
  return rows.map(([name, value]) => `${(name ?? '').padEnd(10)} ${value ?? ''}`).join('\n');
}

const TOPICS: Readonly<Record<ShowTopic, Topic>> = {
  status: topic({ ask: 'status' }, (status) =>
    [
      `${status.state} at ${secondsText(status.nowNs)} s, ${status.busy ? 'work to do' : 'idle'}`,
      `${grouped(status.events)} events, ${grouped(status.hcalls)} hcalls, ${grouped(status.problems)} problems`,
      ...status.workloads.map(
        (io) =>
          `${io.id}: ${grouped(io.requests)} requests, ${grouped(io.bytes)} bytes, ${io.failures} failed, ${io.corrupted} corrupted`,
      ),
    ].join('\n'),
  ),
  functions: showFunctions,
  windows: showWindows,
  tces: showTces,
  plan: showPlan,
  verdict: showVerdict,
  dmesg: topic({ ask: 'dmesg' }, (lines) =>
    lines.map((line) => `[${secondsText(line.timeNs).padStart(12)}] ${line.text}`).join('\n'),
  ),
  dt: showDeviceTree,
  config: topic({ ask: 'config' }, configText),
  profiles: topic({ ask: 'profiles' }, (profiles) =>
    profiles
      .map(({ id, title, slotClasses, values }) => {
        const rows = values.map((value) => [`  ${value.path}`, value.value, value.grade, value.source]);
        const columns = [{ title: '  value' }, { title: '' }, { title: 'grade' }, { title: 'source' }];
        return `${id}: ${title} (${slotClasses.join(', ')})\n${tableText(columns, rows)}`;
      })
      .join('\n\n'),
  ),
  vfio: topic({ ask: 'vfio' }, vfioText),
  meminfo: topic({ ask: 'meminfo' }, meminfoText),
  kernels: topic({ ask: 'kernels' }, (kernels) => {
    const columns = [{ title: 'kernel' }, { title: 'what' }, { title: 'generation' }, { title: 'pages' }];
    const rows = kernels.map(({ id, title, generation, pageBytes }) => {
      return [id, title, generation, pageBytes.map(sizeText).join(', ')];
    });
    const stories = kernels.map(({ id, story = '' }) => `${id}: ${story}`);
    return `${tableText(columns, rows)}\n\n${stories.join('\n')}`;
  }),
};
