import { describe, expect, it } from 'vitest';
import { u64 } from '../base/u64.ts';
import type { DmaMode, NewEvent, PlanStep } from '../trace/events.ts';
import { TraceLog } from '../trace/log.ts';
import { dmesgDifferences } from './compare-dmesg.ts';
import { compareLines } from './compare-lines.ts';
import { branchDifferences, stepDifferences } from './compare-plans.ts';
import { compareRows } from './compare-rows.ts';
import { compareFacts, compareRuns } from './compare-runs.ts';
import { runFacts } from './run-facts.ts';
import type { RunFacts } from './run-facts.ts';

const BUID = u64(0x0800_0000_2900_4000n);
const FN = '4000:01:00.0';
const DEFAULT = { liobn: 0x6000_4000, start: u64(0), pageShift: 12, entries: 524_288, isDefault: true };
const DDW = {
  liobn: 0x7000_4000,
  start: u64(1n << 59n),
  pageShift: 16,
  entries: 4_194_304,
  isDefault: false,
};
const IO = { requests: 4, bytes: 2 * 2 ** 20, maps: 9, unmaps: 8, hcalls: 17, durationNs: 5000 };

function step(where: string, text: string, holds?: boolean): PlanStep {
  return holds === undefined
    ? { where, text }
    : { where, text, compared: { left: '1', op: '>=', right: '2', holds } };
}

interface Story {
  readonly mode?: DmaMode;
  readonly fn?: string;
  readonly steps?: readonly PlanStep[];
  readonly lines?: readonly string[];
  readonly windows?: 'default' | 'ddw';
}

/** A VF that boots, decides, does some I/O. */
function run({ mode = 'default', fn = FN, steps = [], lines = [], windows = 'default' }: Story): RunFacts {
  const clock = { nowNs: 0 };
  const log = new TraceLog(clock);
  const rtas = (name: string): NewEvent => ({ kind: 'rtas', token: 1, name, args: [], nret: 1, rets: [0] });
  const description = {
    id: 'vf0',
    fn,
    slotClass: 'sriov-vf',
    device: 'nic',
    buid: BUID,
    defaultLiobn: DEFAULT.liobn,
  };
  log.emit({ kind: 'window-created', buid: BUID, window: DEFAULT });
  log.emit({ kind: 'function-added', description });
  log.emit({ kind: 'machine-state', state: 'booting' });
  log.stuff(DEFAULT.liobn, 0, 0, 0, 0, 0, 512, 0);
  if (windows === 'ddw') {
    log.open(rtas('ibm,remove-pe-dma-window'));
    log.emit({ kind: 'window-removed', buid: BUID, window: DEFAULT });
    log.close();
    log.open(rtas('ibm,create-pe-dma-window'));
    log.emit({ kind: 'window-created', buid: BUID, window: DDW });
    log.close();
  }
  log.emit({ kind: 'ddw-plan', fn, mode, steps });
  // The coherent mask: the window is only found.
  log.emit({ kind: 'ddw-plan', fn, mode, steps: steps.slice(0, 1) });
  for (const text of lines) log.emit({ kind: 'printk', level: 'info', fn, text });
  log.emit({ kind: 'driver-bound', fn, driver: 'vfnet', mode, maskBits: 64 });
  clock.nowNs = 2_000_000;
  log.emit({ kind: 'machine-state', state: 'running' });
  const liobn = windows === 'ddw' ? DDW.liobn : DEFAULT.liobn;
  log.put(liobn, windows === 'ddw' ? 0x0800_0000 : 0, 0, 0, 0x1_0003, 0);
  log.put(liobn, windows === 'ddw' ? 0x0800_0000 : 0, 0x1_0000, 0, 0x2_0003, -4);
  for (let n = 0; n < 2; n++) {
    log.emit({ kind: 'io-figures', id: 'vf0', fn, ...IO, failures: n, corrupted: 0, peakTces: 3 });
  }
  return runFacts(log);
}

const PLAIN = run({ mode: 'default' });
const DYNAMIC = run({ mode: 'indirect', windows: 'ddw' });

describe('the facts of a run', () => {
  it('are its boot, its windows by function, its I/O added up', () => {
    expect(DYNAMIC).toMatchObject({
      state: 'running',
      boot: { hcalls: 1, durationNs: 2_000_000 },
      windowsCreated: 1,
      defaultsRemoved: 1,
      io: { requests: 8, bytes: 4 * 2 ** 20, hcalls: 34, failures: 1 },
      functions: [
        {
          id: 'vf0',
          mode: 'indirect',
          windows: [{ start: '0x0800000000000000', sizeBytes: 2 ** 38, usedTces: 1, hcalls: 2, refused: 1 }],
        },
      ],
    });
  });

  it('keep the decision that made the window, not the one that found it', () => {
    const steps = [step('enable_ddw', 'one'), step('query_ddw', 'two')];
    expect(run({ steps }).functions[0]?.plan).toEqual(steps);
  });

  it('count no window that came with its PHB', () => {
    expect(PLAIN).toMatchObject({ windowsCreated: 0, defaultsRemoved: 0 });
  });
});

describe('rows of two runs', () => {
  it.each([
    ['mode', ['default', 'indirect'], true],
    ['driver', ['bound vfnet', 'bound vfnet'], false],
    ['windows', ['default 2 GiB of 4K pages', 'DDW 256 GiB of 64K pages'], true],
    ['start', ['0x0000000000000000', '0x0800000000000000'], true],
    ['tces', ['524,288', '4,194,304'], true],
    ['state', ['running', 'running'], false],
    ['boot-ns', ['2 ms', '2 ms'], false],
    ['windows-created', ['0', '1'], true],
    ['window-bytes', ['2 GiB', '256 GiB'], true],
    ['used-bytes', ['4 KiB', '64 KiB'], true],
    ['hcalls', ['3', '3'], false],
    ['rtas', ['0', '2'], true],
    ['hcalls-per-mib', ['8.5', '8.5'], false],
    ['bytes', ['4 MiB', '4 MiB'], false],
    ['refused', ['1', '1'], false],
    ['failed-requests', ['1', '1'], false],
  ])('%s: %j', (key, texts, differs) => {
    const { rows } = compareFacts(PLAIN, DYNAMIC);
    expect(rows.find((row) => row.key === key)).toMatchObject({ texts, differs });
  });

  it('have nothing to say in the column of a run that could not be made', () => {
    const rows = compareRows([PLAIN, undefined, DYNAMIC]);
    expect(rows.find((row) => row.key === 'mode')).toMatchObject({
      values: ['default', null, 'indirect'],
      texts: ['default', '-', 'indirect'],
      differs: true,
    });
    expect(compareRows([PLAIN, undefined]).filter((row) => row.differs)).toEqual([]);
  });

  it('join functions that have the same values', () => {
    const [vf] = PLAIN.functions;
    const two = {
      ...PLAIN,
      functions:
        vf === undefined ? [] : [vf, { ...vf, id: 'vf1' }, { ...vf, id: 'vf2', mode: 'none' as const }],
    };
    const modes = compareRows([two, two]).filter((row) => row.key === 'mode');
    expect(modes.map(({ functions, values }) => [functions, values])).toEqual([
      [
        ['vf0', 'vf1'],
        ['default', 'default'],
      ],
      [['vf2'], ['none', 'none']],
    ]);
  });
});

describe('the branch at which two decisions part', () => {
  const query = step('query_ddw', 'asked', true);
  const stay = step('enable_ddw', 'the default window stays');
  const go = step('enable_ddw', 'indirect mapping');
  const remark = step('enable_ddw', 'not looked at');
  const look = step('enable_ddw', 'looked at');
  const undo = step('reset_dma_window', 'undo');
  const make = step('create_ddw', 'made: LIOBN 0x70004000');

  it('is none where the same way is gone on other numbers, unless it led elsewhere', () => {
    const other = step('enable_ddw', 'indirect mapping in 2M pages');
    const flags = (endsDiffer: boolean): boolean[] =>
      stepDifferences([query, go], [query, other], endsDiffer).map(({ decides }) => decides);
    expect(flags(false)).toEqual([false]);
    expect(flags(true)).toEqual([true]);
  });

  it.each<[string, PlanStep[], PlanStep[], [number, boolean][]]>([
    ['nowhere', [query, go], [query, go], []],
    [
      'where another sentence follows',
      [query, stay, undo],
      [query, go, make],
      [
        [2, true],
        [3, false],
      ],
    ],
    [
      'at the last of several sentences',
      [remark, stay, undo],
      [look, go, make],
      [
        [1, false],
        [2, true],
        [3, false],
      ],
    ],
    [
      'at a comparison with another outcome',
      [remark, query, stay],
      [look, step('query_ddw', 'asked', false), go],
      [
        [1, false],
        [2, true],
        [3, false],
      ],
    ],
    ['where the kernel goes elsewhere', [query, undo], [query, make], [[2, true]]],
    ['where one goes on', [query], [query, go], [[2, true]]],
    ['where one never decides', [], [query, go], [[1, true]]],
    ['nowhere when only a LIOBN differs', [make], [step('create_ddw', 'made: LIOBN 0x80000001')], []],
  ])('is %s', (_what, before, after, expected) => {
    expect(stepDifferences(before, after).map(({ number, decides }) => [number, decides])).toEqual(expected);
  });

  it('names both ends and the functions that went the same way', () => {
    const a = run({ mode: 'default', steps: [query, stay] });
    const b = run({ mode: 'indirect', steps: [query, go] });
    const twice = (facts: RunFacts): RunFacts => ({
      ...facts,
      functions: facts.functions.flatMap((fn) => [fn, { ...fn, id: 'vf1' }]),
    });
    expect(branchDifferences(twice(a), twice(b))).toEqual([
      {
        functions: ['vf0', 'vf1'],
        modes: ['default', 'indirect'],
        steps: [{ number: 2, before: stay, after: go, decides: true }],
      },
    ]);
  });
});

describe('the difference of two kernel logs', () => {
  it('is nothing when each device says the same, in whatever order', () => {
    const a = run({ lines: [`vfnet ${FN}: one`, `vfnet ${FN}: two`] });
    const other = { ...a, dmesg: [{ seq: 9, timeNs: 0, level: 'info' as const, text: 'hello' }] };
    const before = { ...a, dmesg: [...a.dmesg, ...other.dmesg] };
    const after = { ...a, dmesg: [...other.dmesg, ...a.dmesg] };
    expect(dmesgDifferences(before, after)).toEqual([]);
  });

  it('does not mind that a function has another address', () => {
    const a = run({ lines: [`vfnet ${FN}: link up`] });
    const b = run({ fn: '0000:00:01.0', lines: ['vfnet 0000:00:01.0: link up'] });
    expect(dmesgDifferences(a, b)).toEqual([]);
  });

  it('joins functions whose lines differ in numbers only', () => {
    const of = (made: boolean): RunFacts => {
      const a = run({});
      const [vf] = a.functions;
      const functions = vf === undefined ? [] : [vf, { ...vf, id: 'vf1', fn: '4001:01:00.0' }];
      const dmesg = functions.flatMap(({ fn }, n) => [
        { seq: 0, timeNs: 0, level: 'info' as const, fn, text: `pci ${fn}: iommu group ${n}` },
        ...(made
          ? [{ seq: 0, timeNs: 0, level: 'info' as const, fn, text: `vfnet ${fn}: liobn = 0x7000400${n}` }]
          : []),
      ]);
      return { ...a, functions, dmesg };
    };
    expect(dmesgDifferences(of(false), of(true))).toEqual([
      {
        functions: ['vf0', 'vf1'],
        lines: [
          { change: 'same', text: `pci ${FN}: iommu group 0` },
          { change: 'new', text: `vfnet ${FN}: liobn = 0x70004000` },
        ],
      },
    ]);
  });
});

describe('a report', () => {
  const report = compareRuns([
    { label: '5.13', kernel: '5.13', profile: 'p', notes: [], facts: PLAIN },
    { label: '6.1', kernel: '6.1', profile: 'p', notes: [], cannot: 'no pages of 4K' },
    { label: '5.15', kernel: '5.15', profile: 'p', notes: ['a note'], facts: DYNAMIC },
  ]);

  it('holds a sentence in the column that could not run, and compares the others', () => {
    expect(report.columns.map(({ ran, notes }) => [ran, notes])).toEqual([
      [true, []],
      [false, ['no pages of 4K']],
      [true, ['a note']],
    ]);
    expect(report.dmesg.map(({ before, after }) => [before, after])).toEqual([[0, 2]]);
  });

  it('is JSON as it stands', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('as text marks the rows that differ', () => {
    const lines = compareLines(report);
    const squeezed = lines.slice(0, 3).map((line) => line.replaceAll(/ {2,}/g, '  '));
    expect(squeezed).toEqual([
      '  5.13  6.1 (did not run)  5.15',
      'outcome',
      '* DMA of vf0  default  -  indirect',
    ]);
    expect(lines).toContain('  6.1: no pages of 4K');
    expect(lines).toContain('enable_ddw takes the same branches under 5.13 and 5.15');
    expect(lines).toContain('dmesg is the same under 5.13 and 5.15');
  });
});
