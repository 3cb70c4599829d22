import { describe, expect, it } from 'vitest';
import { u64 } from '../base/u64.ts';
import type { TraceEvent } from './events.ts';
import { encodeEnd, encodeEvent, encodeHeader } from './jsonl.ts';
import { logOfTrace, readTrace } from './jsonl-read.ts';
import { upgradeFrom } from './upgraders.ts';
import type { Upgrader } from './upgraders.ts';

const PUT: TraceEvent = {
  seq: 0,
  timeNs: 1_203_114_160,
  cause: -1,
  kind: 'tce-hcall',
  opcode: 0x20,
  liobn: 0x8000_0001,
  ioba: u64(0x0800_0000_0000_1001n),
  tce: u64(0x3f4e_0003),
  ret: -4,
};
const HEADER = encodeHeader({ writer: 'ddw-lab 0.1.0' });
const LINE = encodeEvent(PUT);

describe('an event as a line of JSON', () => {
  it('keeps all 64 bits as hex strings', () => {
    expect(LINE).toBe(
      '{"seq":0,"timeNs":1203114160,"cause":-1,"kind":"tce-hcall","opcode":"H_PUT_TCE","liobn":"0x80000001",' +
        '"ioba":"0x0800000000001001","ret":-4,"tce":"0x000000003f4e0003"}',
    );
  });
});

describe('the header', () => {
  it('explains the calls and statuses that events use', () => {
    const header = JSON.parse(HEADER) as Record<string, unknown>;
    expect(header).toMatchObject({ format: 'ddw-trace', version: 1, writer: 'ddw-lab 0.1.0' });
    expect(header['calls']).toContainEqual(
      expect.objectContaining({ opcode: '0x13c', name: 'H_PUT_TCE_INDIRECT' }),
    );
    expect(header['statuses']).toContainEqual(expect.objectContaining({ code: -57, name: 'H_P4' }));
    expect(header['kinds']).toContainEqual(expect.objectContaining({ kind: 'dma-fault', class: 'error' }));
  });
});

describe('a trace from a file', () => {
  it.each([
    ['line 1: the file is empty', []],
    ['line 1: this is no trace of this lab', ['{"format":"pcap"}']],
    ['line 1: this is not JSON', ['not json']],
    ['line 1: this is not a JSON object', ['[]']],
    ['line 1: the trace has version 2, this lab reads 1 to 1', ['{"format":"ddw-trace","version":2}']],
    ['line 1: the trace has version null, this lab reads 1 to 1', ['{"format":"ddw-trace"}']],
    ['line 2: timeNs must be a whole number from 0 on', [HEADER, '{"seq":0}']],
    ['line 3: no event is of the kind "x"', [HEADER, '', '{"seq":0,"timeNs":0,"cause":-1,"kind":"x"}']],
    [
      'line 2: opcode must be the name of an hcall, or its number as "0x…"',
      [HEADER, LINE.replace('"H_PUT_TCE"', '"H_CEDE"')],
    ],
    ['line 2: opcode must be one of the four TCE hcalls', [HEADER, LINE.replace('"H_PUT_TCE"', '"0xf000"')]],
    ['line 2: liobn must be "0x" and up to 8 hex digits', [HEADER, LINE.replace('"0x80000001"', '1')]],
    ['line 3: the trace says 2 events, but has 1', [HEADER, LINE, encodeEnd(2, '0')]],
    ['line 4: there is something after the end of the trace', [HEADER, LINE, encodeEnd(1, '0'), LINE]],
  ])('that is wrong is refused: %s', (message, lines) => {
    expect(readTrace(lines)).toMatchObject({ ok: false, error: { code: 'bad-trace', message } });
  });

  it.each([
    ['event 3 stands where event 0 should be', [encodeEvent({ ...PUT, seq: 3 })]],
    ['event 0 has a cause that comes later: 0', [encodeEvent({ ...PUT, cause: 0 })]],
    ['event 1 is earlier than the one before it', [LINE, encodeEvent({ ...PUT, seq: 1, timeNs: 0 })]],
    ['the hash at its end is not that of its events', [LINE, encodeEnd(1, '0123456789abcdef')]],
  ])('is not opened as a log when it cannot be whole: %s', (message, lines) => {
    const file = readTrace([HEADER, ...lines]);
    expect(file).toMatchObject({ ok: true });
    if (file.ok) expect(logOfTrace(file.value)).toMatchObject({ ok: false, error: { message } });
  });

  it('without an end is taken as it is: a run may have been cut off', () => {
    expect(readTrace([HEADER, LINE])).toEqual({
      ok: true,
      value: { writer: 'ddw-lab 0.1.0', events: [PUT] },
    });
  });
});

describe('a trace of an older version', () => {
  const renamed: Upgrader = {
    from: 1,
    upgrade: (line) => ({ ...line, timeNs: line['t'] ?? 0 }),
  };
  it('is brought up to date line by line', () => {
    const old = LINE.replace('"timeNs"', '"t"');
    const file = readTrace([HEADER, old], [renamed], 2);
    expect(file).toMatchObject({ ok: true, value: { events: [PUT] } });
  });
  it('cannot skip a version', () => {
    expect(upgradeFrom(1, 3, [renamed])).toBeUndefined();
    expect(upgradeFrom(2, 2, [renamed])).toBeDefined();
    expect(upgradeFrom(3, 2, [renamed])).toBeUndefined();
  });
});
