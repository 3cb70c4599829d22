import { describe, expect, it } from 'vitest';
import { u64 } from '../base/u64.ts';
import type { NewEvent, TraceEvent } from './events.ts';
import { classAt, classOf } from './classes.ts';
import { explain } from './explain.ts';
import { formatLine, formatParts } from './format.ts';
import { TraceLog } from './log.ts';
import { TraceNames } from './names.ts';
import { EVENT_CLASSES } from './schema.ts';

const LIOBN = 0x7000_0016;
const IOBA = u64(0x0800_0000_0012_0000n);
const BUID = u64(0x0800_0000_2000_0003n);

const VF3: NewEvent = {
  kind: 'function-added',
  description: {
    id: 'vf3',
    fn: '0103:01:00.0',
    slotClass: 'sriov-vf',
    device: 'nic',
    buid: BUID,
    defaultLiobn: 0x7100_0016,
  },
};
const DDW: NewEvent = {
  kind: 'window-created',
  buid: BUID,
  window: {
    liobn: LIOBN,
    start: u64(0x0800_0000_0000_0000n),
    pageShift: 16,
    entries: 4_194_304,
    isDefault: false,
  },
};
const put = (tce: number, ret = 0): NewEvent => ({
  kind: 'tce-hcall',
  opcode: 0x20,
  liobn: LIOBN,
  ioba: IOBA,
  tce: u64(tce),
  ret,
});
const stuff = (count: number, ret = 0): NewEvent => ({
  kind: 'tce-hcall',
  opcode: 0x138,
  liobn: LIOBN,
  ioba: IOBA,
  tce: u64(0),
  count,
  ret,
});
const indirect = (counts: readonly number[]): NewEvent => ({
  kind: 'tce-hcall',
  opcode: 0x13c,
  liobn: LIOBN,
  ioba: IOBA,
  list: u64(0x1f34_0000),
  count: counts.reduce((a, b) => a + b, 0),
  runs: counts.map((count, i) => ({ first: u64(0x1_0000_0003 + i * 0x1000_0000), count })),
  ret: 0,
});
const query = (rets: readonly number[]): NewEvent => ({
  kind: 'rtas',
  token: 2026,
  name: 'ibm,query-pe-dma-window',
  args: [0x1_0000, 0x0800_0000, 0x2000_0003],
  nret: 5,
  rets,
});
const fault: NewEvent = {
  kind: 'dma-fault',
  fn: '0103:01:00.0',
  direction: 'write',
  busAddress: IOBA,
  bytes: 4096,
  fault: 'no-tce',
};

const names = new TraceNames();
names.learn(VF3);
names.learn(DDW);
const at = (event: NewEvent): TraceEvent =>
  ({ seq: 7, timeNs: 1_203_114_160, cause: 3, ...event }) as TraceEvent;

describe('a trace line', () => {
  it.each([
    [
      'a map',
      put(0x3f4e_0003),
      'M    1.203114160  vf3      H_PUT_TCE                liobn=0x70000016 ioba=0x0800000000120000 tce=0x000000003f4e0003 rw           ok',
    ],
    [
      'an unmap',
      put(0),
      'U    1.203114160  vf3      H_PUT_TCE                liobn=0x70000016 ioba=0x0800000000120000 tce=0x0000000000000000 --           ok',
    ],
    [
      'a refused stuff',
      stuff(512, -4),
      'E    1.203114160  vf3      H_STUFF_TCE              liobn=0x70000016 ioba=0x0800000000120000 tce=0x0000000000000000 -- count=512  H_PARAMETER',
    ],
    [
      'a contiguous list',
      indirect([512]),
      'M    1.203114160  vf3      H_PUT_TCE_INDIRECT       liobn=0x70000016 ioba=0x0800000000120000 list=0x000000001f340000 count=512 tces=0x0000000100000003×512 rw  ok',
    ],
    [
      'a window call',
      query([0, 1, 0x40_0000, 3, 0]),
      'W    1.203114160  vf3      ibm,query-pe-dma-window  token=0x7ea in=0x10000 0x8000000 0x20000003 out=0x1 0x400000 0x3 0x0         ok',
    ],
    [
      'a refused RTAS call',
      query([-3]),
      'E    1.203114160  vf3      ibm,query-pe-dma-window  token=0x7ea in=0x10000 0x8000000 0x20000003 out=-                            -3 parameter error',
    ],
    [
      'a window',
      DDW,
      'W    1.203114160  vf3      window-created           liobn=0x70000016 start=0x0800000000000000 pages=64K tces=4,194,304 size=256G',
    ],
    [
      'a DMA fault',
      fault,
      'E    1.203114160  vf3      dma-fault                write bus=0x0800000000120000 bytes=4096                                      no-tce',
    ],
    [
      'a kernel message',
      { kind: 'printk', level: 'info', fn: '0103:01:00.0', text: 'mlx5_core 0103:01:00.0: iommu: 64-bit OK' },
      'L    1.203114160  vf3      printk                   mlx5_core 0103:01:00.0: iommu: 64-bit OK',
    ],
    [
      'a command',
      { kind: 'command', line: 'vf add 8' },
      'C    1.203114160  -        command                  vf add 8',
    ],
  ] as const)('of %s', (_, event, line) => expect(formatLine(at(event), names)).toBe(line));

  it('shows four runs of a scattered list and says how many follow', () => {
    expect(formatLine(at(indirect([1, 2, 3, 4, 5, 6])), names)).toContain(
      'tces=0x0000000100000003 0x0000000110000003×2 0x0000000120000003×3 0x0000000130000003×4 … 2 more runs rw',
    );
  });

  it('names the LIOBN where nobody is known to own it', () => {
    expect(formatLine(at(put(3)))).toContain('  0x70000016 H_PUT_TCE ');
  });

  it('cannot steer a terminal: control characters are shown, not sent', () => {
    expect(formatLine(at({ kind: 'mark', text: 'a\u001b[2Jb\u0007' }))).toContain('a\\x1b[2Jb\\x07');
  });

  it('is made of parts that all carry the class', () => {
    const parts = formatParts(at(put(3, -4)), names);
    expect(new Set(parts.map((part) => part.class))).toEqual(new Set(['error']));
    expect(parts.map((part) => part.role)).toEqual(
      'mark time who call name value name value name value result'.split(' '),
    );
  });
});

describe('the class of an event', () => {
  it.each([
    ['an H_PUT_TCE with permissions', put(3), 'map'],
    ['an H_PUT_TCE without', put(0), 'unmap'],
    ['an H_STUFF_TCE', stuff(512), 'stuff'],
    ['an H_PUT_TCE_INDIRECT', indirect([2]), 'map'],
    ['a refused H_PUT_TCE', put(3, -4), 'error'],
    ['an H_PUT_TCE answered H_BUSY', put(3, 1), 'map'],
    ['a query', query([0, 1]), 'window'],
    ['a query answered 9901', query([9901]), 'window'],
    ['a query answered busy', query([-2]), 'window'],
    ['a query answered -1', query([-1]), 'error'],
    ['a query under way', query([]), 'window'],
    [
      'a config read',
      { kind: 'rtas', token: 1, name: 'read-pci-config', args: [], nret: 2, rets: [0, 0] },
      'rtas',
    ],
    ['an H_RTAS', { kind: 'hcall', opcode: 0xf000, args: [], ret: 0 }, 'hcall'],
    ['an unknown hcall', { kind: 'hcall', opcode: 0x1234, args: [], ret: -2 }, 'error'],
    ['a DMA fault', fault, 'error'],
    ['a kernel error', { kind: 'printk', level: 'err', text: 'x' }, 'error'],
    ['a kernel warning', { kind: 'printk', level: 'warn', text: 'x' }, 'log'],
    ['a new function', VF3, 'platform'],
  ] as const)('that is %s is the same from the row as from the event', (_, event, cls) => {
    const log = new TraceLog({ nowNs: 0 });
    log.emit(event);
    expect([classOf(event), classAt(log, 0)]).toEqual([cls, cls]);
  });

  it('has a letter of its own', () => {
    const marks = Object.values(EVENT_CLASSES).map((c) => c.mark);
    expect(new Set(marks).size).toBe(marks.length);
    expect(marks.every((mark) => /^[A-Z]$/.test(mark))).toBe(true);
  });
});

describe('the sentence about an event', () => {
  it.each([
    [
      'a map',
      put(0x3f4e_0003),
      'Maps 1 page of 64K (64 KiB) at bus address 0x0800000000120000 of vf3 to memory 0x000000003f4e0000: the device may read and write.',
    ],
    ['an unmap', put(0), 'Unmaps 1 page of 64K (64 KiB) at bus address 0x0800000000120000 of vf3.'],
    ['a stuff', stuff(512), 'Clears 512 pages of 64K (32 MiB) from bus address 0x0800000000120000 of vf3.'],
    [
      'a refused map',
      put(3, -4),
      'H_PUT_TCE at bus address 0x0800000000120000 of vf3 was refused: H_PARAMETER: an argument is wrong: no such LIOBN, or the address is outside the window.',
    ],
    [
      'a scattered list',
      indirect([2, 14]),
      'Maps 16 pages of 64K (1 MiB) at bus address 0x0800000000120000 of vf3 from a list, memory in 2 pieces, the first at 0x0000000100000000.',
    ],
    [
      'a DMA fault',
      fault,
      'vf3 tried to write 4 KiB of memory at bus address 0x0800000000120000, but nothing is mapped there.',
    ],
    [
      'a window',
      DDW,
      'The firmware made a window of 256 GiB in pages of 64K at bus address 0x0800000000000000 (LIOBN 0x70000016).',
    ],
    ['a refused RTAS call', query([-3]), 'RTAS ibm,query-pe-dma-window answered -3 parameter error.'],
    ['a busy RTAS call', query([9902]), 'RTAS ibm,query-pe-dma-window answered busy, again in 100 ms.'],
  ] as const)('that is %s', (_, event, sentence) => expect(explain(event, names)).toBe(sentence));

  it('counts I/O pages where the page size is not known', () => {
    expect(explain(stuff(1))).toBe(
      'Clears 1 I/O page from bus address 0x0800000000120000 of LIOBN 0x70000016.',
    );
  });
});

describe('names learned from a trace', () => {
  it('find the owner of a window by its bus unit, of a default window by its LIOBN', () => {
    expect([names.ownerOfLiobn(LIOBN), names.ownerOfLiobn(0x7100_0016), names.ownerOfLiobn(1)]).toEqual([
      'vf3',
      'vf3',
      undefined,
    ]);
  });

  it('stay with a function that went until its bus unit is given away', () => {
    const own = new TraceNames();
    own.learn(VF3);
    own.learn({ ...VF3, kind: 'function-removed' });
    expect(own.ownerOfLiobn(0x7100_0016)).toBe('vf3');
    own.learn({ ...VF3, description: { ...VF3.description, id: 'vf9', fn: '0109:01:00.0' } });
    expect(own.ownerOfLiobn(0x7100_0016)).toBe('vf9');
    expect(own.idOfFunction('0103:01:00.0')).toBeUndefined();
  });

  it('say how many functions share a window', () => {
    const own = new TraceNames();
    for (const [i, id] of ['nvme0', 'e1000', 'ahci'].entries()) {
      own.learn({ ...VF3, description: { ...VF3.description, id, fn: `0000:00:0${i}.0` } });
    }
    expect(own.ownerOfLiobn(0x7100_0016)).toBe('nvme0+2');
  });
});
