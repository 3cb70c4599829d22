import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { conformProbe } from './probe.ts';
import { reportLines } from './report.ts';

const FIXTURES = new URL('../../../core/firmware/fixtures/', import.meta.url);
const SHARED = new URL('../../../../shared/oracle/scenarios/', import.meta.url);
const probesIn = (base: URL): readonly string[] =>
  existsSync(base) ? readdirSync(base).filter((name) => name.startsWith('probe_')) : [];

function textsOf(base: URL, name: string): readonly [string, string] {
  const folder = new URL(`${name}/`, base);
  const packed = new URL('probe.jsonl.gz', folder);
  const probe = existsSync(packed)
    ? gunzipSync(readFileSync(packed)).toString('utf8')
    : readFileSync(new URL('probe.jsonl', folder), 'utf8');
  return [readFileSync(new URL('scenario.json', folder), 'utf8'), probe];
}

function linesFor(name: string, scenario: string, probe: string): readonly string[] {
  const report = conformProbe(name, scenario, probe);
  return report.ok ? reportLines(report.value) : [report.error.message];
}

describe('recorded edge cases of every call', () => {
  it.each(probesIn(FIXTURES))('%s are answered exactly', (name) => {
    expect(linesFor(name, ...textsOf(FIXTURES, name))).toEqual([
      `OK ${name} 800/800  [hcall 578/578, rtas 222/222]`,
    ]);
  });
});

describe('a probe', () => {
  const [scenario, probe] = textsOf(FIXTURES, 'probe_default');

  it('whose machine had other page sizes differs', () => {
    const other = scenario.replace('-nodefaults', '-nodefaults -global spapr-pci-host-bridge.pgsz=0x1000');
    expect(linesFor('p', other, probe)[0]).toMatch(/^DIFF p /);
  });

  it('with one answer altered shows it, and what came before', () => {
    const altered = probe.replace('"ret":0,"tce":"0x7f000001"', '"ret":0,"tce":"0x7f000002"');
    expect(linesFor('p', scenario, altered)).toEqual([
      'DIFF p 799/800  [hcall 577/578, rtas 222/222]',
      '  hcall: first difference at seq 4: H_GET_TCE(0x80000000, 0x1000)',
      '      both      H_PUT_TCE(0x80000000, 0x0, 0x12345003) -> 0',
      '      both      H_GET_TCE(0x80000000, 0x0) -> 0 tce 0x12345003',
      '      both      H_PUT_TCE(0x80000000, 0x1000, 0x7f000001) -> 0',
      '      expected  0 tce 0x7f000002',
      '      got       0 tce 0x7f000001',
    ]);
  });

  it.each([
    ['a scenario without its command line', '{}', probe, 'p/scenario.json.command_line must be a string.'],
    [
      'a call that nobody knows',
      scenario,
      '{"seq":0,"call":"H_JUMP","args":[]}',
      'p/probe.jsonl line 1 has a call that is not known: H_JUMP.',
    ],
    ['a line that is not JSON', scenario, '{"seq":0', 'p/probe.jsonl line 1 is not JSON.'],
    [
      'a list that no call uses',
      scenario,
      '{"seq":0,"list":{"first":"0x1","second":"0x2","last":"0x3"}}',
      'p/probe.jsonl line 1.list: no indirect call tells where the lists lie.',
    ],
  ])('of %s is refused in one sentence', (_what, about, lines, message) => {
    expect(linesFor('p', about, lines)).toEqual([message]);
  });
});

const shared = probesIn(SHARED);
describe.runIf(shared.length > 0)('every recorded probe of the whole folder', () => {
  it.each(shared)('%s is answered exactly', (name) => {
    expect(linesFor(name, ...textsOf(SHARED, name))).toEqual([expect.stringMatching(/^OK /)]);
  });
});
