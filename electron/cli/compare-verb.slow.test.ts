import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompareReport, PageSizeReport } from '../../core/index.ts';
import { main } from './command.ts';
import { memoryOutput } from './memory-output.ts';

let folder = '';
let session = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ddw-lab-compare-'));
  session = join(folder, 'io.ddwrun');
  const lines = 'boot; io start vf0 --count 0 --depth 1 --size 4K; run 1ms; mark here; run 500us';
  expect((await ddwLab('exec', lines, '--vfs', '1', '--device', 'nvme', '--save', session)).code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function ddwLab(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const output = memoryOutput();
  const code = await main(args, output);
  return { code, out: output.stdout(), err: output.stderr() };
}

async function reportOf(...args: string[]): Promise<CompareReport & { readonly subject: string }> {
  const { code, out, err } = await ddwLab('compare', ...args, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as CompareReport & { readonly subject: string };
}

const textsOf = (report: CompareReport, key: string): readonly string[] =>
  report.rows.find((row) => row.key === key)?.texts ?? [];

describe('ddw-lab compare', () => {
  it('without a file shows the default scenario side by side', async () => {
    const { code, out } = await ddwLab('compare', '--kernels', '5.13,5.15');
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  '));
    expect(lines[0]).toBe(
      'the default scenario: powervm-p9, 64G now, 512G maximum, pages of 64K, 8 functions',
    );
    expect(lines[2]).toBe('  5.13  5.15');
    expect(lines).toContain('* DMA of vf0, vf1, … vf7 (8)  default  indirect');
    expect(lines).toContain(
      '* windows of vf0, vf1, … vf7 (8)  default 2 GiB of 4K pages  DDW 256 GiB of 64K pages',
    );
    expect(lines).toContain('  requests  128  128');
    expect(lines).toContain(
      'enable_ddw of vf0, vf1, … vf7 (8) parts between 5.13 (default) and 5.15 (indirect)',
    );
    expect(lines).toContain('dmesg, 5.13 (-) against 5.15 (+)');
  });

  it('of a session does its commands, I/O without an end for as long as it went on', async () => {
    const report = await reportOf(session, '--kernels', '5.13,5.15');
    expect(report).toMatchObject({ format: 'ddw-compare', version: 1, subject: 'io.ddwrun' });
    expect(textsOf(report, 'mode')).toEqual(['default', 'indirect']);
    const times = report.rows
      .find((row) => row.key === 'io-ns')
      ?.values.map((ns) => Math.round(Number(ns) / 1e5));
    expect(times).toEqual([15, 15]);
    expect(report.columns.map(({ notes }) => notes)).toEqual([[], []]);
  });

  it('compares platforms, and kernels on each', async () => {
    const report = await reportOf(session, '--profiles', 'powervm-p9,powervm-p10', '--kernels', '5.15,6.12');
    expect(report.columns.map(({ label }) => label)).toEqual([
      '5.15 on powervm-p9',
      '6.12.107 on powervm-p9',
      '5.15 on powervm-p10',
      '6.12.107 on powervm-p10',
    ]);
    expect(textsOf(report, 'mode')).toEqual(['indirect', 'indirect', 'indirect', 'direct']);
  });

  it('takes another memory, and says in its column what a kernel cannot run', async () => {
    const report = await reportOf('--kernels', '5.15,6.1.176', '--max-memory', '64G', '--page-size', '4K');
    expect(textsOf(report, 'mode')).toEqual(['direct', '-']);
    expect(report.columns[1]).toMatchObject({
      ran: false,
      notes: ['kernel 6.1.176 does not come with pages of 4K (choose one of: 64K)'],
    });
  });
});

describe('ddw-lab table page-sizes', () => {
  it('has a row for each kind of slot, with grades', async () => {
    const { code, out } = await ddwLab('table', 'page-sizes');
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  '));
    expect(lines).toContain(
      'PowerVM (pHyp)  FW950.80  POWER9  sriov-vf  1 observed  0x400000 observed  16G observed  256G observed  no observed  no observed',
    );
    expect(lines.some((line) => line.startsWith('QEMU') && line.includes('any verified'))).toBe(true);
    expect(lines).toContain('offered by none of them: 32M, 64M, 128M, 256M, 16G');
    expect(lines).toContain('tce.stuffLimit  0 assumed  0 assumed  512 documented  512 documented');
    expect(lines.slice(lines.indexOf('footnotes'))).toEqual([
      'footnotes',
      '',
      'powervm-p8, power7DdwStart: 0x10000000000000, observed (log: mlx4_core and be2net on POWER7, "Using 64-bit direct DMA at offset 10000000000000": the window began at 2^52)',
      '',
    ]);
  });

  it('--json is the report', async () => {
    const { out } = await ddwLab('table', 'page-sizes', '--json');
    const report = JSON.parse(out) as PageSizeReport;
    expect(report).toMatchObject({ format: 'ddw-page-sizes', version: 1 });
    expect(report.firmware.length).toBeGreaterThan(10);
  });
});

describe('bad input ends with one sentence and exit code 2', () => {
  it.each<[string[], string]>([
    [['compare'], 'compare needs --kernels or --profiles with two or more names'],
    [['compare', '--kernels', '5.15'], 'a comparison needs two or more kernels or platforms'],
    [['compare', '--kernels', '5.15,'], '--kernels cannot be "5.15,"'],
    [['compare', '--kernels', '5.15,2.6'], 'there is no kernel "2.6"'],
    [['compare', '--kernels', '6.12,6.12.107'], '"6.12" and "6.12.107" are the same build here: 6.12.107'],
    [['compare', '--profiles', 'powervm-p9,vax'], 'there is no platform "vax"'],
    [['compare', 'a', 'b', '--kernels', '5.13,5.15'], 'compare takes one file or folder, or none'],
    [['compare', '--kernels', '5.13,5.15', '--memory', 'lots'], '--memory cannot be "lots"'],
    [
      ['compare', '--kernels', '5.13,5.15', '--boot-arg', 'quiet'],
      'the guest model does not know the kernel argument "quiet"',
    ],
    [['compare', '--kernels', '5.13,5.15', '--wat'], "unknown option '--wat'"],
    [
      ['compare', '--kernels', '5.13,5.15', '/nowhere'],
      '/nowhere cannot be read: there is no such file or folder (ENOENT)',
    ],
    [['compare', '--kernels', '5.13,5.15', 'package.json'], 'this is not a session of DDW Lab'],
    [
      ['compare', '--kernels', '5.13,5.15', 'docs'],
      'docs is no scenario: it has no scenario.json with a plan',
    ],
    [['table'], 'table takes one name'],
    [['table', 'chairs'], 'there is no table "chairs"'],
    [['table', 'page-sizes', 'more'], 'table takes one name'],
    [['table', 'page-sizes', '--wat'], "unknown option '--wat'"],
  ])('ddw-lab %j', async (args, message) => {
    const { code, out, err } = await ddwLab(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`ddw-lab: ${message}`);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('a session that was cut off', async () => {
    const file = join(folder, 'cut.ddwrun');
    await writeFile(file, '{"format": "ddwrun", ');
    expect(await ddwLab('compare', file, '--kernels', '5.13,5.15')).toMatchObject({ code: 2, out: '' });
  });
});

it('a scenario folder is run under each kernel, with the limits of its firmware', async () => {
  const name = 'phyp_61-64k_1g_w1_b4000_m3_nvme';
  const recorded = join(import.meta.dirname, 'conform/fixtures/scenarios', name);
  const report = await reportOf(recorded, '--kernels', '5.13,6.1.176,7.2.13');
  expect(report.subject).toBe(name);
  expect(textsOf(report, 'mode')).toEqual(['default', 'indirect', 'indirect']);
  expect(textsOf(report, 'windows')).toEqual([
    'default 2 GiB of 4K pages',
    'DDW 1 GiB of 64K pages',
    'DDW 1 GiB of 64K pages',
  ]);
  const requests = report.rows.find((row) => row.key === 'requests')?.values;
  expect(requests).toEqual([114, 114, 114]);
});
