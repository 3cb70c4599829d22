import { describe, expect, it } from 'vitest';
import { kernelById } from './kernels/index.ts';
import { predictDdw, type DdwPrediction } from './predict.ts';
import { PHYP_RULES, TestPlatform } from './test-platform.ts';

const GiB = 2 ** 30;

/** A VF of the powervm-p9 kind: one window, 4K and 64K pages, 512 GiB maximum memory. */
function vf(kernelId: string, changes: Partial<DdwPrediction> = {}): DdwPrediction {
  const kernel = kernelById(kernelId);
  if (kernel === undefined) throw new Error(kernelId);
  return {
    kernel,
    bootArgs: [],
    dmaMaskBits: 64,
    ddwApplicable: true,
    canReset: true,
    limitedOffered: false,
    windowsAvailable: 0,
    blockTces: 0x40_0000,
    blockTcesAfterRemoval: 0x40_0000,
    pageSizeMask: 0x3,
    blockEnforced: true,
    minTces: 0,
    memoryBytes: 64 * GiB,
    maxMemoryBytes: 512 * GiB,
    hasDynamicMemory: true,
    hasPmem: false,
    ...changes,
  };
}

describe('a verdict before boot', () => {
  it.each([
    [
      '5.15',
      {},
      'indirect',
      'Indirect mapping: 512 GiB of maximum memory need 8,388,608 TCEs of 64K, the block has 4,194,304.',
    ],
    [
      '5.13',
      {},
      'default',
      'Default window: Memory of 2^39 bytes does not fit 1:1 into 4,194,304 TCEs of 64K. This kernel knows no other way: the 4K default window stays.',
    ],
    [
      '5.15',
      { maxMemoryBytes: 256 * GiB },
      'direct',
      'Direct mapping: 256 GiB of maximum memory need 4,194,304 TCEs of 64K, the block has 4,194,304.',
    ],
    [
      '5.15',
      { bootArgs: ['disable_ddw'] },
      'default',
      'Default window: disable_ddw on the kernel command line: no dynamic window is ever asked for.',
    ],
    [
      '5.15',
      { dmaMaskBits: 32 },
      'default',
      'Default window: The driver asks for a 32-bit DMA mask; this kernel opens a window from 64 bits on. The default window stays in use.',
    ],
    [
      '6.12.107',
      { hasDynamicMemory: false },
      'default',
      'Default window: A window of 2^0 bytes is smaller than one 64K page: the firmware refuses it.',
    ],
    [
      '6.1.176',
      { blockTces: 0x6000, blockTcesAfterRemoval: 0x6000 },
      'default',
      'Default window: The window would need 32,768 TCEs of 64K, the block has 24,576: the firmware refuses it.',
    ],
    [
      '6.12.107',
      { hasPmem: true, maxMemoryBytes: 8 * GiB },
      'hybrid',
      'Hybrid window: RAM is mapped 1:1 with 64K pages, persistent memory on demand above it.',
    ],
    [
      '5.17',
      { defaultWindowAtZero: true },
      'default',
      'Default window: Mappings live in the default window, so it cannot be replaced. The PE stays on it for good.',
    ],
    [
      '5.15-rc7',
      { hasPmem: true, windowsAvailable: 1, maxMemoryBytes: 8 * GiB },
      'indirect',
      'Indirect mapping: 2 PiB of maximum memory need 34,359,738,368 TCEs of 64K, the block has 4,194,304.',
    ],
    [
      '5.15',
      { hasPmem: true, windowsAvailable: 1, maxMemoryBytes: 8 * GiB },
      'direct',
      'Direct mapping: 8 GiB of maximum memory need 131,072 TCEs of 64K, the block has 4,194,304.',
    ],
    [
      '5.15',
      { canReset: false },
      'default',
      'Default window: Without ibm,reset-pe-dma-windows (ibm,ddw-extensions) the default window could not be restored: it stays.',
    ],
    [
      '5.15',
      { ddwApplicable: false },
      'default',
      'Default window: The node has no ibm,ddw-applicable: the platform offers no dynamic windows here.',
    ],
  ] as const)('%s with %o: %s', (kernel, changes, mode, summary) => {
    const verdict = predictDdw(vf(kernel, changes));
    expect([verdict.mode, verdict.summary]).toEqual([mode, summary]);
    expect(verdict.steps.length).toBeGreaterThan(0);
  });

  it.each([
    ['6.1.176', 0x4000],
    ['6.1.176', 0x10000],
    ['6.1.176', 0x6000],
    ['6.12.107', 0xc000],
    ['5.13', 0x4000],
    ['5.15', 0x4000],
  ])('%s with a block of %d TCEs: what was foretold is what happens', (kernelId, block) => {
    const ask = vf(kernelId, {
      blockTces: block,
      blockTcesAfterRemoval: block,
      memoryBytes: GiB,
      maxMemoryBytes: 4 * GiB,
    });
    const platform = new TestPlatform({ ...PHYP_RULES, block }, ask.kernel, 65536).boot();
    platform.masks('0000:00:01.0');
    expect(predictDdw(ask).mode).toBe(platform.guest.device('0000:00:01.0')?.mode);
  });
});
