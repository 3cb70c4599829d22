// A function with registers and nothing behind them, as QEMU's pci-testdev: no driver binds, no DMA leaves it.

import type { CreateDevice } from './types.ts';

export const createTestdev: CreateDevice = () => ({
  kind: 'pci-testdev',
  read32: () => 0,
  write32: () => undefined,
  reset: () => undefined,
});
