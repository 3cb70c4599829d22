import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from './command.ts';
import { memoryOutput } from './memory-output.ts';

const recordings = join(import.meta.dirname, '../../core/firmware/fixtures');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ddw-lab-conform-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function conform(...args: string[]): Promise<{ code: number; lines: string[]; err: string }> {
  const output = memoryOutput();
  const code = await main(['conform', ...args], output);
  return { code, lines: output.stdout().trimEnd().split('\n'), err: output.stderr() };
}

describe('ddw-lab conform', () => {
  it('compares all recordings below a folder, a line each, and exits with 0 when all are equal', async () => {
    const sample = join(folder, 'sample');
    for (const name of ['probe_default', 'probe_ddwoff', 'public-1.jsonl.gz']) {
      await cp(join(recordings, name), join(sample, 'some', 'where', name), { recursive: true });
    }
    const { code, lines, err } = await conform(sample);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines.slice(0, -1).every((line) => /^OK \S+ (\d+)\/\1 {2}\[.*\]$/.test(line))).toBe(true);
    expect(lines.at(-1)).toBe('3 inputs, 3 equal');
  });

  it('names the first difference in full, and exits with 1', async () => {
    const calls = gunzipSync(await readFile(join(recordings, 'public-1.jsonl.gz'))).toString('utf8');
    const lines = calls.split('\n');
    const at = lines.findIndex((line) => line.includes('"rets":[0,'));
    lines[at] = (lines[at] ?? '').replace('"rets":[0,', '"rets":[4294967293,');
    const altered = join(folder, 'altered.jsonl.gz');
    await writeFile(altered, gzipSync(lines.join('\n')));
    const report = await conform(altered);
    expect(report.code).toBe(1);
    expect(report.lines[0]).toMatch(/^DIFF altered\.jsonl\.gz \d+\/\d+ {2}\[/);
    expect(report.lines[1]).toContain(`first difference at line ${at + 1}`);
    expect(report.lines.at(-1)).toBe('1 inputs, 0 equal');
  });

  it('--json gives reports that a program reads', async () => {
    const { code, lines } = await conform(join(recordings, 'probe_ddwoff'), '--json');
    expect(code).toBe(0);
    const value: unknown = JSON.parse(lines.join('\n'));
    expect(value).toMatchObject({
      inputs: 1,
      equal: 1,
      reports: [{ name: 'probe_ddwoff', kind: 'probe', status: 'OK' }],
    });
  });

  it('compares the others when one input is damaged, says what is wrong, and exits with 2', async () => {
    const good = join(folder, 'mixed', 'probe_ddwoff');
    await cp(join(recordings, 'probe_ddwoff'), good, { recursive: true });
    await writeFile(join(folder, 'mixed', 'damaged.jsonl'), '{"op":"boot"}\n{"op":\n');
    const { code, lines, err } = await conform(join(folder, 'mixed'));
    expect(code).toBe(2);
    expect(lines[0]).toMatch(/^OK probe_ddwoff /);
    expect(lines.at(-1)).toBe('2 inputs, 1 equal');
    expect(err).toMatch(/^ddw-lab: .*damaged\.jsonl.*\n$/);
  });
});
