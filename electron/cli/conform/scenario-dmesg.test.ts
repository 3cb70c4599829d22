import { describe, expect, it } from 'vitest';
import { compareDmesg, iommuLines, kernelLog } from './scenario-dmesg.ts';

const query =
  'nvme 0000:00:01.0: ibm,query-pe-dma-windows(2026) 800 8000000 20000000 returned 0, lb=4000 ps=3 wn=0';
const cleared = '/pci@800000020000000 failed to clear tces in window.';
const mode = 'nvme 0000:00:01.0: iommu: not 64-bit, using default ops';
const recorded = ['IOMMU table initialized, virtual merging enabled', query, cleared, mode];

describe("the log's lines that count", () => {
  it('are those of the IOMMU code, per device, node lines with the device that queried last', () => {
    const log = [
      ...recorded,
      'nvme 0000:00:01.0: enabling device (0100 -> 0102)',
      '  parent is /pci@800000020000000',
    ];
    expect([...iommuLines(log)]).toEqual([
      ['kernel', [recorded[0]]],
      ['0000:00:01.0', [query, cleared, mode]],
    ]);
  });

  it('are compared without pointers and real addresses', () => {
    const lines = (tbl: string, tce: string): string[] => [
      `nvme 0000:00:01.0: iommu_alloc failed, tbl ${tbl} vaddr ${tbl} npages 1`,
      `\ttce val = ${tce}`,
    ];
    const [comparison] = compareDmesg(
      lines('0000000042477c77', '0x2da0003'),
      lines('(____ptrval____)', '0x1230003'),
    );
    expect(comparison?.first).toBeUndefined();
  });

  it('end where the recorder appended its own notes, and lose their time stamps', () =>
    expect(
      kernelLog(`[    0.000000] Linux version 6.1\n[    6.93] ${query}\n\n--- PCI devices\n[    7.0] x`),
    ).toEqual(['Linux version 6.1', query]));

  it('are not there when the run ended in a crash and only its console was kept', () =>
    expect(
      kernelLog('SLOF\n[    8.557244] Oops: Kernel access of bad area, sig: 11 [#1]\n'),
    ).toBeUndefined());
});

describe('two logs', () => {
  it('are equal whatever the order between devices', () => {
    const second = mode.replace('00:01.0', '00:02.0');
    expect(compareDmesg([mode, second], [second, mode]).every((c) => c.first === undefined)).toBe(true);
  });
  it('differ when one line is missing', () => {
    const first = compareDmesg(recorded, recorded.slice(0, -1)).find((c) => c.first !== undefined)?.first;
    expect(first).toMatchObject({ at: 'line 3 of 0000:00:01.0', expected: mode, got: '(nothing)' });
  });
});
