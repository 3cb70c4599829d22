import { describe, expect, it } from 'vitest';
import { u64 } from '../base/u64.ts';
import { summarize, summaryLines } from '../projection/summary.ts';
import { DEFAULT_COMMANDS, defaultScenario } from '../session/default-scenario.ts';
import { Session } from '../session/session.ts';
import { compileFilter } from '../trace/filter/compile.ts';
import { logOfTrace, readTrace } from '../trace/jsonl-read.ts';
import { TraceLog } from '../trace/log.ts';
import { chromeJsonLines } from './chrome-json.ts';
import { csvLines } from './csv.ts';
import { ftraceLines } from './ftrace.ts';
import { jsonlLines } from './jsonl.ts';
import type { Selection } from './selection.ts';
import { sentenceLines, textLines } from './text.ts';

function recordRun(): TraceLog {
  const clock = { nowNs: 0 };
  const log = new TraceLog(clock);
  log.emit({
    kind: 'function-added',
    description: {
      id: 'vf3',
      fn: '0103:01:00.0',
      slotClass: 'sriov-vf',
      device: 'nic',
      buid: u64(0x0800_0000_2000_0003n),
      defaultLiobn: 0x7000_0016,
    },
  }); // 0
  clock.nowNs = 1_203_114_160;
  log.open({ kind: 'guest-call', name: 'iommu_map_page', fn: '0103:01:00.0' }); // 1
  clock.nowNs += 840;
  log.put(0x7000_0016, 0, 0x12_0000, 0, 0x3f4e_0003, 0); // 2
  log.close();
  log.stuff(0x7000_0016, 0, 0x12_0000, 0, 0, 0, 1, -4); // 3
  log.emit({ kind: 'mark', text: '=cmd, "quoted"' }); // 4
  log.emit({
    kind: 'rtas',
    token: 2026,
    name: 'ibm,query-pe-dma-window',
    args: [0x1_0000, 0x0800_0000, 0x2000_0003],
    nret: 5,
    rets: [0, 1, 0x8000_0000 | 0, 3, 0],
  }); // 5
  return log;
}

const log = recordRun();
const errors: Selection = (() => {
  const filter = compileFilter('is:error');
  if (!filter.ok) throw new Error(filter.error.message);
  return { filter: filter.value };
})();

describe('a trace as text', () => {
  it('has the lines of the terminal, with the names learned from it', () => {
    expect([...textLines(log, { from: 2, to: 4 })]).toEqual([
      'M    1.203115000  vf3      H_PUT_TCE                liobn=0x70000016 ioba=0x0000000000120000 tce=0x000000003f4e0003 rw           ok',
      'E    1.203115000  vf3      H_STUFF_TCE              liobn=0x70000016 ioba=0x0000000000120000 tce=0x0000000000000000 -- count=1   H_PARAMETER',
    ]);
  });

  it('has one sentence per event', () => {
    expect([...sentenceLines(log, { from: 1, to: 3 })]).toEqual([
      '   1.203114160  The kernel runs iommu_map_page() for vf3.',
      '   1.203115000  Maps 1 I/O page at bus address 0x0000000000120000 of vf3 to memory 0x000000003f4e0000: the device may read and write.',
    ]);
  });
});

describe('a trace as JSON lines', () => {
  it('can be opened again when it is whole', () => {
    const file = readTrace(jsonlLines(log, {}, 'ddw-lab 0.1.0'));
    expect(file).toMatchObject({ ok: true, value: { writer: 'ddw-lab 0.1.0', hash: log.hash() } });
    const again = file.ok ? logOfTrace(file.value) : file;
    expect(again).toMatchObject({ ok: true });
    if (again.ok) expect([...textLines(again.value)]).toEqual([...textLines(log)]);
  });

  it('can be opened again after a whole session: boot, windows, I/O', () => {
    const session = Session.create(defaultScenario());
    if (!session.ok) throw new Error(session.error.message);
    for (const command of DEFAULT_COMMANDS) {
      expect(session.value.dispatch(command)).toMatchObject({ ok: true });
      while (!session.value.advance(1000).idle);
    }
    const { trace } = session.value;
    const file = readTrace(jsonlLines(trace));
    const again = file.ok ? logOfTrace(file.value) : file;
    expect(again).toMatchObject({ ok: true });
    if (!again.ok) return;
    expect([again.value.length, again.value.hash()]).toEqual([trace.length, session.value.traceHash()]);
    expect(summaryLines(summarize(again.value))).toEqual(summaryLines(summarize(trace)));
  });

  it('says by which filter it was chosen, and has no hash then', () => {
    const lines = [...jsonlLines(log, errors)];
    expect(lines.length).toBe(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ format: 'ddw-trace', filter: 'is:error' });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ seq: 3, opcode: 'H_STUFF_TCE', ret: -4 });
  });
});

describe('a trace as CSV', () => {
  it('has a row of columns per event', () => {
    expect([...csvLines(log, { from: 2, to: 4 })]).toEqual([
      'seq,time_ns,cause,class,who,call,liobn,ioba,tce,perm,count,result,arguments',
      '2,1203115000,1,map,vf3,H_PUT_TCE,0x70000016,0x0000000000120000,0x000000003f4e0003,rw,1,ok,liobn=0x70000016 ioba=0x0000000000120000 tce=0x000000003f4e0003 rw',
      '3,1203115000,,error,vf3,H_STUFF_TCE,0x70000016,0x0000000000120000,0x0000000000000000,--,1,H_PARAMETER,liobn=0x70000016 ioba=0x0000000000120000 tce=0x0000000000000000 -- count=1',
    ]);
  });

  it('quotes what must be quoted and disarms what a spreadsheet would run', () => {
    expect([...csvLines(log, { from: 4, to: 5 })][1]).toBe(
      `4,1203115000,,note,-,mark,,,,,,,"'=cmd, ""quoted"""`,
    );
  });
});

describe('a trace for Perfetto', () => {
  it('is one JSON document: functions are tracks, what caused something is a slice', () => {
    const document = JSON.parse([...chromeJsonLines(log)].join('\n')) as { traceEvents: object[] };
    expect(document.traceEvents).toContainEqual(
      expect.objectContaining({ ph: 'M', name: 'thread_name', args: { name: 'vf3' } }),
    );
    expect(document.traceEvents).toContainEqual(
      expect.objectContaining({ ph: 'X', name: 'iommu_map_page', ts: 1_203_114.16, dur: 0.84 }),
    );
    expect(document.traceEvents).toContainEqual(
      expect.objectContaining({ ph: 'i', name: 'H_STUFF_TCE', cat: 'error' }),
    );
  });
});

describe('a trace as a real LPAR would show it', () => {
  it('has opcode and return value of an hcall, all cells of an RTAS call, and nothing else', () => {
    expect([...ftraceLines(log)].slice(3)).toEqual([
      '           <...>-1       [000] .....     1.203115: hcall_entry: opcode=32',
      '           <...>-1       [000] .....     1.203115: hcall_exit: opcode=32 retval=0',
      '           <...>-1       [000] .....     1.203115: hcall_entry: opcode=312',
      '           <...>-1       [000] .....     1.203115: hcall_exit: opcode=312 retval=-4',
      '           <...>-1       [000] .....     1.203115: rtas_input: ibm,query-pe-dma-window arguments: {0x10000,0x8000000,0x20000003}',
      '           <...>-1       [000] .....     1.203115: rtas_output: ibm,query-pe-dma-window status: 0, other outputs: {0x1,0x80000000,0x3,0x0}',
    ]);
  });
});
