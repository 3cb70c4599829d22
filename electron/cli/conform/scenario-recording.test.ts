import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readScenario } from './scenario-recording.ts';
import { bytesOf, sampleScenario } from './scenario-samples.ts';

const filesWith = (changes: Readonly<Record<string, string | Uint8Array>>): Map<string, Uint8Array> =>
  new Map(
    Object.entries({ 'scenario.json': JSON.stringify(sampleScenario), ...changes }).map(([name, content]) => [
      name,
      typeof content === 'string' ? bytesOf(content) : content,
    ]),
  );

const stuffLine =
  '{"seq":2,"us":5,"call":"H_STUFF_TCE","liobn":"0x80000000","ioba":"0x200000","tce":"0x0","npages":512,"ret":0,"qemu_ioba_after":"0x400000"}';
const listLine =
  '{"seq":3,"us":6,"call":"H_PUT_TCE_INDIRECT","liobn":"0x80000001","ioba":"0x800000000000000","list":"0x2270000","npages":64,"tce_last":"0x3f000003","derived":{"page":"0x1000000","tce_first":"0x3"},"ret":0}';

describe('a scenario folder', () => {
  it('gives machine, steps, calls and dumps', () => {
    const files = filesWith({
      'trace.jsonl': `${stuffLine}\n${listLine}\n`,
      'dmesg.txt': '[    0.000000] Linux version\n',
      'devicetree.json': '{"end":{"/rtas/ibm,query-pe-dma-window":"00002026"}}',
    });
    const read = readScenario('sample', files);
    expect(read).toMatchObject({ ok: true, value: { name: 'sample', endedCleanly: true } });
    if (!read.ok) return;
    const { plan, trace, dumps } = read.value;
    expect(plan.machine.phbs[0]).toMatchObject({ buid: 0x800000020000000n, dmaWinSize: 0x1000000n });
    expect(plan.epochs).toEqual([[{ do: 'load', modules: ['nvme'] }]]);
    expect(trace).toMatchObject([
      { op: 'H_STUFF_TCE', liobn: 0x80000000, ioba: 0x200000n, count: 512, ret: 0 },
      { op: 'H_PUT_TCE_INDIRECT', liobn: 0x80000001, count: 64, runs: [{ first: 3n, count: 64 }] },
    ]);
    expect(dumps?.get('end')?.get('/rtas/ibm,query-pe-dma-window')).toBe('00002026');
  });

  it('may have its trace gzipped', () => {
    const read = readScenario('sample', filesWith({ 'trace.jsonl.gz': gzipSync(bytesOf(stuffLine)) }));
    expect(read).toMatchObject({
      ok: true,
      value: { trace: [{ op: 'H_STUFF_TCE' }], dmesg: undefined, dumps: undefined },
    });
  });

  it.each<[string, unknown]>([
    ['a step of an unknown kind', { do: 'fly' }],
    ['an unknown field of a known step', { do: 'load', modules: ['nvme'], twice: true }],
    ['a known field in an unknown form', { do: 'bind', device: '0000:00:01.0', driver: 7 }],
  ])('keeps %s as a step that is not understood', (_, step) => {
    const plan = { ...sampleScenario.plan, epochs: [[step]] };
    const read = readScenario(
      'sample',
      filesWith({ 'scenario.json': JSON.stringify({ ...sampleScenario, plan }) }),
    );
    expect(read).toMatchObject({ ok: true, value: { plan: { epochs: [[{ do: 'not-understood' }]] } } });
  });

  it.each<[string, Readonly<Record<string, string | Uint8Array>>, string]>([
    ['no JSON', { 'scenario.json': '{' }, 'scenario.json is not JSON.'],
    ['no plan', { 'scenario.json': '{}' }, 'scenario.json has no plan.'],
    ['a trace line that is no JSON', { 'trace.jsonl': `${stuffLine}\n{` }, 'trace.jsonl line 2 is not JSON.'],
    [
      'an unknown call',
      { 'trace.jsonl': '{"seq":1,"call":"H_FOO"}' },
      'trace.jsonl line 1 has a call that is not known: H_FOO.',
    ],
    [
      'a LIOBN that is no number',
      { 'trace.jsonl': '{"seq":1,"call":"H_PUT_TCE","liobn":5}' },
      'trace.jsonl line 1.liobn must be a hex string such as "0x1000".',
    ],
    ['a broken gzip file', { 'trace.jsonl.gz': bytesOf('no gzip') }, 'trace.jsonl.gz is not a gzip file.'],
    ['a dump that is a list', { 'devicetree.json': '{"end":[]}' }, 'devicetree.json.end must be an object.'],
  ])('with %s is refused in one sentence', (_, changes, message) => {
    expect(readScenario('sample', filesWith(changes))).toEqual({
      ok: false,
      error: { code: 'bad-recording', message },
    });
  });

  it('without scenario.json is refused in one sentence', () => {
    const read = readScenario('sample', new Map());
    expect(read).toEqual({
      ok: false,
      error: { code: 'bad-recording', message: 'sample has no scenario.json.' },
    });
  });
});
