import { describe, expect, it } from 'vitest';
import type { Command } from '../machine/commands.ts';
import type { MachineConfig } from '../machine/config.ts';
import type { CompareReport } from '../projection/compare-runs.ts';
import { Comparison, compareSessions } from './comparison.ts';
import type { CompareRequest } from './comparison.ts';
import { DEFAULT_COMMANDS, DEFAULT_LPAR, defaultScenario } from './default-scenario.ts';
import { scriptOf } from './scripted-run.ts';

const DEFAULT: CompareRequest = { config: defaultScenario(), script: scriptOf(DEFAULT_COMMANDS) };

const one: MachineConfig = {
  ...DEFAULT_LPAR,
  functions: [{ id: 'vf0', device: 'nvme', slotClass: 'sriov-vf' }],
};

function compared(request: CompareRequest): CompareReport {
  const report = compareSessions(request);
  if (!report.ok) throw new Error(report.error.message);
  return report.value;
}

const textsOf = (report: CompareReport, key: string): readonly (readonly string[])[] =>
  report.rows.filter((row) => row.key === key).map((row) => row.texts);

describe('the default scenario under 5.13 and 5.15', () => {
  const report = compared({ ...DEFAULT, kernels: ['5.13', '5.15'] });

  it.each([
    ['mode', ['default', 'indirect']],
    ['windows', ['default 2 GiB of 4K pages', 'DDW 256 GiB of 64K pages']],
    ['tces', ['524,288', '4,194,304']],
    ['windows-created', ['0', '8']],
    ['defaults-removed', ['8', '8']],
    ['window-bytes', ['16 GiB', '2 TiB']],
    ['requests', ['128', '128']],
    ['failed-requests', ['0', '0']],
    ['refused', ['0', '0']],
  ])('%s: %j', (key, texts) => {
    expect(textsOf(report, key)).toEqual([texts]);
  });

  it('maps the same payload with a tenth of the TCEs', () => {
    const [mapped] = report.rows.filter((row) => row.key === 'tces-mapped').map((row) => row.values);
    expect(mapped).toEqual([3258, 1090]);
  });

  it('parts where the block is too small for all memory', () => {
    const [pair] = report.branches;
    expect(pair?.differences.map(({ functions, modes }) => [functions.length, modes])).toEqual([
      [8, ['default', 'indirect']],
    ]);
    const decisive = pair?.differences[0]?.steps.find((step) => step.decides);
    expect(decisive?.before?.text).toBe(
      'Memory of 2^39 bytes does not fit 1:1 into 4,194,304 TCEs of 64K. This kernel knows no other way: the 4K default window stays.',
    );
    expect(decisive?.after?.text).toBe(
      'Memory of 2^39 bytes does not fit 1:1 into 4,194,304 TCEs of 64K: indirect mapping in a window of 2^38 bytes.',
    );
  });

  it('says in dmesg that the newer one made a window', () => {
    const lines = report.dmesg[0]?.differences.flatMap(({ lines: all }) =>
      all.filter(({ change }) => change !== 'same'),
    );
    expect(
      lines?.every(({ change, text }) => change === 'new' && text.includes('ibm,create-pe-dma-window(54)')),
    ).toBe(true);
    expect(report.dmesg[0]?.differences.flatMap(({ functions }) => functions).sort()).toEqual(
      DEFAULT.config.functions.map(({ id }) => id),
    );
  });

  it('is the same JSON every time', () => {
    expect(JSON.stringify(compared({ ...DEFAULT, kernels: ['5.13', '5.15'] }))).toBe(JSON.stringify(report));
  });
});

describe('one kernel on two firmwares', () => {
  it('takes the pages of 2M that POWER10 offers, and all memory fits', () => {
    const report = compared({ ...DEFAULT, kernels: ['6.12'], profiles: ['powervm-p9', 'powervm-p10'] });
    expect(report.columns.map(({ label }) => label)).toEqual(['powervm-p9', 'powervm-p10']);
    expect(textsOf(report, 'mode')).toEqual([['indirect', 'direct']]);
    expect(report.branches[0]?.differences[0]?.steps.find((step) => step.decides)?.after?.text).toContain(
      'All of it fits into one window with 2M pages',
    );
  });

  it('with two kernels makes a column of each pair', () => {
    const report = compared({
      config: one,
      script: scriptOf([{ do: 'boot' }]),
      kernels: ['5.13', '5.15'],
      profiles: ['powervm-p9', 'powervm-p10'],
    });
    expect(report.columns.map(({ label }) => label)).toEqual([
      '5.13 on powervm-p9',
      '5.15 on powervm-p9',
      '5.13 on powervm-p10',
      '5.15 on powervm-p10',
    ]);
  });
});

describe('a column', () => {
  it('of a kernel that does not come with the pages says so in a sentence', () => {
    const report = compared({
      config: { ...one, pageBytes: 4096 },
      script: scriptOf([{ do: 'boot' }]),
      kernels: ['5.15', '6.1.176', '6.12'],
    });
    expect(report.columns.map(({ ran, notes }) => [ran, notes])).toEqual([
      [true, []],
      [false, ['kernel 6.1.176 does not come with pages of 4K (choose one of: 64K)']],
      [true, []],
    ]);
    expect(textsOf(report, 'state')).toEqual([['running', '-', 'running']]);
  });

  it('notes a command that its machine refused, and goes on', () => {
    const commands: readonly Command[] = [
      { do: 'boot' },
      { do: 'vf-remove', id: 'vf9' },
      { do: 'mark', text: 'here' },
    ];
    const report = compared({ config: one, script: scriptOf(commands), kernels: ['5.13', '5.15'] });
    expect(report.columns[0]?.notes).toEqual(['"vf rm vf9" was refused: there is no function "vf9"']);
    expect(textsOf(report, 'state')).toEqual([['running', 'running']]);
  });
});

describe('what cannot be compared', () => {
  it.each<[Partial<CompareRequest>, string]>([
    [{ kernels: ['5.15'] }, 'a comparison needs two or more kernels or platforms'],
    [{}, 'a comparison needs two or more kernels or platforms'],
    [{ kernels: ['5.15', '2.6'] }, 'there is no kernel "2.6"'],
    [{ kernels: ['5.15', '5.15'] }, '"5.15" is named twice'],
    [{ kernels: ['6.12', '6.12.107'] }, '"6.12" and "6.12.107" are the same build here: 6.12.107'],
    [{ profiles: ['powervm-p9', 'vax'] }, 'there is no platform "vax"'],
    [
      { kernels: ['5.13', '5.15', '6.12'], profiles: ['powervm-p8', 'powervm-p9', 'powervm-p10'] },
      '9 machines are more than the 8 that are compared at once',
    ],
    [
      { config: { ...one, pageBytes: 16_384 }, kernels: ['5.13', '5.15'] },
      'kernel 5.13 does not come with pages of 16K (choose one of: 4K, 64K)',
    ],
  ])('%j: %s', (request, message) => {
    expect(Comparison.create({ ...DEFAULT, ...request })).toMatchObject({ ok: false, error: { message } });
  });
});

describe('a comparison in pieces', () => {
  it('steps its machines in turn, and ends as the whole', () => {
    const request = { config: one, script: scriptOf([{ do: 'boot' }]), kernels: ['5.13', '5.15'] };
    const made = Comparison.create(request);
    if (!made.ok) throw new Error(made.error.message);
    // One turn each to make the machine, three each to run it.
    made.value.advance(8);
    expect(made.value.progress.map(({ label, steps }) => [label, steps])).toEqual([
      ['5.13', 3],
      ['5.15', 3],
    ]);
    for (let n = 0; made.value.report === undefined && n < 1_000_000; n++) made.value.advance(1);
    expect(made.value.report).toEqual(compared(request));
    expect(made.value.progress.map(({ done }) => done)).toEqual([true, true]);
  });
});
