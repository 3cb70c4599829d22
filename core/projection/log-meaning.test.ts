import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { u64 } from '../base/u64.ts';
import { logTokens } from './log-meaning.ts';
import type { LogFacts, LogFunction } from './log-meaning.ts';

const vf = (n: number): LogFunction => ({
  id: `vf${n}`,
  fn: `400${n}:01:00.0`,
  buid: u64(0x0800_0000_2900_4000n + BigInt(n)),
  defaultLiobn: 0x6000_4000 + n,
  windows: [
    {
      liobn: 0x7000_4000 + n,
      start: u64(1n << 59n),
      pageShift: 16,
      entries: 2 ** 22,
      isDefault: false,
    },
  ],
});
const facts: LogFacts = { functions: [vf(0), vf(1)], ramBytes: 64 * 2 ** 30 };

/** "text: meaning" of each token. */
const told = (line: string): readonly string[] =>
  logTokens(line, facts).map(({ from, to, meaning }) => `${line.slice(from, to)}: ${meaning}`);

describe('a log line’s numbers', () => {
  it('of a query', () =>
    expect(
      told(
        'vfnet 4001:01:00.0: ibm,query-pe-dma-windows(53) 10000 8000000 29004001 returned 0, lb=400000 ps=3 wn=1',
      ),
    ).toEqual([
      '4001:01:00.0: the function vf1',
      '53: RTAS token of ibm,query-pe-dma-window',
      '10000: config address of the PE: bus 1, device 0, function 0',
      '8000000: half of the BUID 0x800000029004001, the PHB of vf1',
      '29004001: half of the BUID 0x800000029004001, the PHB of vf1',
      '0: RTAS status 0: ok',
      '400000: largest block: 4194304 TCEs',
      '3: I/O page sizes that the firmware offers: 4K, 64K',
      '1: windows that can still be created: 1',
    ]));

  it('of a create', () =>
    expect(
      told(
        'vfnet 4000:01:00.0: ibm,create-pe-dma-window(54) 10000 8000000 29004000 10 26 returned 0 (liobn = 0x70004000 starting addr = 8000000 0)',
      ).slice(5),
    ).toEqual([
      '10: page shift: I/O pages of 64K',
      '26: window shift: a window of 256 GiB',
      '0: RTAS status 0: ok',
      '0x70004000: LIOBN of the dynamic window of vf0',
      '8000000: half of the window’s first bus address 0x800000000000000',
      '0: half of the window’s first bus address 0x800000000000000',
    ]));

  it.each([
    [
      'tce_build_pSeriesLP: plpar_tce_put failed. rc=-4',
      ['-4: H_PARAMETER: an argument is wrong: no such LIOBN, or the address is outside the window'],
    ],
    ['\tindex   = 0x60004001', ['0x60004001: LIOBN of the default window of vf1, which is not there now']],
    ['\ttce val = 0x12340003', ['0x12340003: TCE: page at real address 0x12340000, the device may rw']],
    ['\ttcenum  = 0x10', ['0x10: number of the TCE, counted from bus address 0: 16']],
    [
      'nvme 4001:01:00.0: Using 64-bit direct DMA at offset 800000000000000',
      ['4001:01:00.0: the function vf1', '800000000000000: bus address in a window of vf1: TCE 0'],
    ],
    ['x 0800: probe failed with error -12', ['-12: ENOMEM: no room: of memory, or of TCEs']],
    ['mask 0xffffffff', ['0xffffffff: DMA mask of 32 bits']],
    ['at 0x0800000029004001', ['0x0800000029004001: BUID of the PHB of vf1']],
    ['BUG at 0x00000010', ['0x00000010: decimal 16, within memory if it is a real address']],
    [
      'Removed default DMA window for /pci@800000029004000',
      ['/pci@800000029004000: a node of the device tree'],
    ],
    ['IOMMU table initialized, virtual merging enabled', []],
  ])('%s', (line, expected) => expect(told(line)).toEqual(expected));

  it('point at what they mean', () =>
    expect(logTokens('vfnet 4001:01:00.0: dma 0x0800000000050010', facts).map(({ link }) => link)).toEqual([
      { kind: 'function', id: 'vf1' },
      { kind: 'tce', liobn: 0x7000_4001, ioba: 0x0800_0000_0005_0010n },
    ]));

  it('stand in order and apart, whatever the line says', () => {
    const words = [
      '0x70004000',
      '4001:01:00.0',
      'rc=-4',
      '\tindex = 0x1',
      'LIOBN 0x2',
      '-12',
      '/pci@8',
      'mask 0xff',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 8 }), (parts) => {
        const line = parts.join(' ');
        let end = 0;
        for (const { from, to, meaning } of logTokens(line, facts)) {
          expect(from).toBeGreaterThanOrEqual(end);
          expect(to).toBeGreaterThan(from);
          expect(meaning).not.toBe('');
          end = to;
        }
        expect(end).toBeLessThanOrEqual(line.length);
      }),
    );
  });
});
