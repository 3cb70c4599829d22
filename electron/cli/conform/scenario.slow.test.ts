import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ConformPart, ConformReport } from './report.ts';
import { reportLines, statusOf } from './report.ts';
import { conformScenario } from './scenario.ts';
import type { Recording } from './scenario-recording.ts';
import { isScenario, readScenario } from './scenario-recording.ts';
import { bytesOf } from './scenario-samples.ts';

type Files = ReadonlyMap<string, Uint8Array>;

const fixtures = fileURLToPath(new URL('fixtures/scenarios', import.meta.url));
const whole = fileURLToPath(new URL('../../../../shared/oracle/scenarios', import.meta.url));

function filesOf(folder: string): Files {
  return new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}

function scenariosIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isScenario(filesOf(join(folder, entry.name))))
    .map((entry) => entry.name);
}

function reportOf(name: string, files: Files): ConformReport {
  const report = conformScenario(name, files);
  if (!report.ok) throw new Error(report.error.message);
  return report.value;
}

const part = (report: ConformReport, name: string): ConformPart | undefined =>
  report.parts.find((p) => p.part === name);

describe('the machine does what real Linux did', () => {
  it.each(scenariosIn(fixtures))('in %s', (name) => {
    const report = reportOf(name, filesOf(join(fixtures, name)));
    expect(statusOf(report), reportLines(report).join('\n')).toBe('OK');
  });
});

/** A copy of a fixture with one file's text changed; the change must have hit something. */
function changed(name: string, file: string, change: (text: string) => string): Files {
  const files = new Map(filesOf(join(fixtures, name)));
  const before = new TextDecoder().decode(gunzipSync(files.get(`${file}.gz`) ?? new Uint8Array()));
  const after = change(before);
  expect(after).not.toBe(before);
  files.delete(`${file}.gz`);
  files.set(file, bytesOf(after));
  return files;
}

describe('a changed copy of a recording is told from the real one', () => {
  const direct = '61-64k_1g_nvme';
  const dynamic = 'phyp_61-64k_1g_w1_b4000_m3_nvme';
  it.each<[string, string, string, (text: string) => string, string]>([
    [
      'one clear of the default window begins elsewhere',
      direct,
      'trace.jsonl',
      (t) => t.replace('"ioba":"0x200000"', '"ioba":"0x201000"'),
      'set-up calls',
    ],
    [
      'one clear covers an entry less',
      direct,
      'trace.jsonl',
      (t) => t.replace('"npages":512', '"npages":511'),
      'set-up calls',
    ],
    [
      'the create asks for another length',
      direct,
      'trace.jsonl',
      (t) => t.replace('"window_shift":30', '"window_shift":31'),
      'set-up calls',
    ],
    [
      'the query answers another mask',
      direct,
      'trace.jsonl',
      (t) => t.replace('"pgmask":"0x107"', '"pgmask":"0x103"'),
      'set-up calls',
    ],
    [
      'one set-up call is missing',
      direct,
      'trace.jsonl',
      (t) => t.replace(/^.*"ioba":"0x400000".*\n/m, ''),
      'set-up calls',
    ],
    [
      'the fill begins at another page',
      direct,
      'trace.jsonl',
      (t) => t.replace('"tce_first":"0x3"', '"tce_first":"0x1000003"'),
      'set-up calls',
    ],
    [
      'removing the default window failed',
      dynamic,
      'trace.jsonl',
      (t) => t.replace(/("ibm,remove-pe-dma-window".*"ret":)0/, '$1-3'),
      'set-up calls',
    ],
    [
      'one byte of the window property is another',
      direct,
      'devicetree.json',
      (t) => t.replace('000000180000001e', '000000180000001f'),
      'device tree',
    ],
    [
      'the default window property is gone',
      direct,
      'devicetree.json',
      (t) => t.replace(/ *"[^"]*\/ibm,dma-window": "[0-9a-f]*",\n/, ''),
      'device tree',
    ],
    [
      'a line of the log is missing',
      direct,
      'dmesg.txt',
      (t) => t.replace(/^.*ibm,create-pe-dma-window.*\n/m, ''),
      'dmesg',
    ],
    ['a number in the log is another', dynamic, 'dmesg.txt', (t) => t.replace('lb=4000', 'lb=4001'), 'dmesg'],
    [
      'one map of a driver lies elsewhere',
      dynamic,
      'trace.jsonl',
      (t) => t.replace('"ioba":"0x800000000200000","tce":"0x', '"ioba":"0x800000000210000","tce":"0x'),
      'workload calls',
    ],
    [
      'one map lets the device write only, which this kernel never does',
      dynamic,
      'trace.jsonl',
      (t) => t.replace(/("tce":"0x2[0-9a-f]*)1"/, '$12"'),
      'workload calls',
    ],
  ])('%s', (_, name, file, change, differing) => {
    const report = reportOf(name, changed(name, file, change));
    expect(part(report, differing)?.status).toBe('DIFF');
    expect(part(report, differing)?.firstDifference).toBeDefined();
    expect(statusOf(report)).toBe('DIFF');
  });

  it('in the plan alone: the prediction follows it, not the recording', () => {
    const files = changed(direct, 'scenario.json', (t) =>
      t.replace('"pgsz": "0x1211000"', '"pgsz": "0x11000"'),
    );
    expect(part(reportOf(direct, files), 'set-up calls')).toMatchObject({
      status: 'DIFF',
      firstDifference: { at: 'set-up call 513 of PHB 0' },
    });
  });

  it('by a step that nobody understands, which is never passed over', () => {
    const files = changed(direct, 'scenario.json', (t) => t.replace('"do": "load"', '"do": "levitate"'));
    expect(part(reportOf(direct, files), 'steps')?.firstDifference?.expected).toContain('levitate');
  });

  it('by a device that the model does not have', () => {
    const files = changed(direct, 'scenario.json', (t) =>
      t.replace('"kind": "nvme"', '"kind": "warp-drive"'),
    );
    expect(part(reportOf(direct, files), 'steps')?.firstDifference?.expected).toBe('PCI device warp-drive');
  });

  it('by an ioctl that returned something else, and by one that nobody understands', () => {
    const name = 'phyp_612-64k_1g_w1_b4000_m3_vfio-v2remove-alone';
    const other = changed(name, 'scenario.json', (t) => t.replace('"errno": 19', '"errno": 28'));
    expect(part(reportOf(name, other), 'ioctls')).toMatchObject({
      status: 'DIFF',
      firstDifference: { at: 'ioctl 6', got: 'TCE_CREATE ret=-1 errno=19 start=0x0' },
    });
    const strange = changed(name, 'scenario.json', (t) => t.replace('"UNMAP_DMA"', '"FLY_DMA"'));
    expect(part(reportOf(name, strange), 'steps')?.firstDifference?.expected).toContain('FLY_DMA');
  });

  it('by a kernel that the model does not have', () => {
    const files = changed(direct, 'scenario.json', (t) =>
      t.replace(/("kernel": )"6\.1[^"]*"(,\s*"page_bytes")/, '$1"3.14.0"$2'),
    );
    expect(reportOf(direct, files).parts).toMatchObject([
      { status: 'DIFF', firstDifference: { got: 'the model has no kernel 3.14.0' } },
    ]);
  });
});

describe('a map whose search an interrupt followed', () => {
  const full = '612-64k_1g_maxmem4g_win16m_ddwoff_nvme';
  const moved = /("seq":582,.*"ioba":)"0x10000"/;

  it('is placed as recorded, and told', () =>
    expect(part(reportOf(full, filesOf(join(fixtures, full))), 'workload calls')).toMatchObject({
      status: 'OK',
      moved: 1,
      note: 'maps 175/175, 1 search put before earlier calls',
    }));

  it.each(['0x20000', '0xd60000'])('does not excuse another place: %s', (ioba) => {
    const files = changed(full, 'trace.jsonl', (t) => t.replace(moved, `$1"${ioba}"`));
    expect(part(reportOf(full, files), 'workload calls')?.status).toBe('DIFF');
  });
});

it('leaves out what a recording lacks', () => {
  const files = new Map(filesOf(join(fixtures, '61-64k_1g_nvme')));
  files.delete('dmesg.txt.gz');
  files.delete('devicetree.json.gz');
  const { parts } = reportOf('less', files);
  expect(parts.map((p) => [p.part, p.status])).toEqual([
    ['set-up calls', 'OK'],
    ['device tree', 'N/A'],
    ['dmesg', 'N/A'],
    ['workload calls', 'N/A'],
  ]);
});

/** All but what nobody understands. */
function isInScope({ plan }: Recording): boolean {
  const dos = plan.epochs.flat().map((s) => s.do);
  return !dos.includes('not-understood');
}

describe.runIf(existsSync(whole))('all recordings, where they lie beside the project', () => {
  const recordings = (existsSync(whole) ? scenariosIn(whole) : []).flatMap((name) => {
    const files = filesOf(join(whole, name));
    const recording = readScenario(name, files);
    return recording.ok && isInScope(recording.value)
      ? [{ name, files, cpus: recording.value.plan.machine.cpus }]
      : [];
  });
  const reports = recordings.map(({ name, files, cpus }) => ({ report: reportOf(name, files), cpus }));

  it('are many', () => expect(recordings.length).toBeGreaterThan(100));

  it.each(reports.map(({ report }) => [report.name, report] as const))(
    '%s: set-up calls, device tree and log',
    (_, report) => {
      for (const name of ['steps', 'machine', 'ioctls', 'set-up calls', 'device tree', 'dmesg'])
        expect(part(report, name)?.status ?? 'OK', reportLines(report).join('\n')).not.toBe('DIFF');
    },
  );

  it.each([
    ['one CPU', 1, 1],
    ['several CPUs', 2, 1],
  ])('with %s: the allocator places requests as recorded', (_, leastCpus, share) => {
    const work = reports
      .filter(({ cpus }) => (leastCpus === 1 ? cpus === 1 : cpus >= leastCpus))
      .flatMap(({ report }) => report.parts.filter((p) => p.part === 'workload calls'));
    const equal = work.reduce((sum, p) => sum + p.equal, 0);
    const compared = work.reduce((sum, p) => sum + p.compared, 0);
    expect(compared).toBeGreaterThan(300);
    expect(equal / compared).toBeGreaterThanOrEqual(share);
  });
});
