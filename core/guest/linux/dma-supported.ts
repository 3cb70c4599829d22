// dma_iommu_dma_supported() and the bypass hook of pseries: what happens when a driver sets a DMA mask.

import { hex } from '../../base/u64.ts';
import { enableDdw } from './ddw.ts';
import { wantsDdw } from './ddw-plan.ts';
import { findWindow } from './dma-setup.ts';
import type { IommuTable } from './iommu-table.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';

/** DMA_BIT_MASK(bits). */
export function maskOf(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}

/** %08llx. */
const hex8Digits = (value: bigint): string => `0x${hex(value).slice(2).padStart(8, '0')}`;

/** dma_set_coherent_mask(): the oldest builds ask for no window here (dma_set_mask_pSeriesLP does). */
export function* coherentSupported(
  k: KernelState,
  dev: GuestDevice,
  maskBits: number,
): Generator<number, boolean, void> {
  if (k.build.maskHook.value === 'every-mask') return yield* dmaSupported(k, dev, maskBits);
  return dev.opsBypass || tableServes(k, dev, dev.table, maskBits);
}

/** True: a mask of `maskBits` can be served, directly or through the device's table. */
export function* dmaSupported(
  k: KernelState,
  dev: GuestDevice,
  maskBits: number,
): Generator<number, boolean, void> {
  const before = dev.table;
  if (yield* bypassSupported(k, dev, maskBits)) {
    takeBypass(k, dev);
    return true;
  }
  const table = k.build.tableFetchedBeforeBypass.value ? before : dev.table;
  if (!tableServes(k, dev, table, maskBits)) return false;
  if (k.build.maskHook.value === 'every-mask')
    k.printk.dev('debug', dev, 'iommu: not 64-bit, using default ops');
  else if (dev.opsBypass) k.printk.dev('info', dev, 'Restoring 32-bit DMA via iommu');
  dev.opsBypass = false;
  return true;
}

/** Does the device's table begin below its mask; a line in the log when not. */
function tableServes(
  k: KernelState,
  dev: GuestDevice,
  table: IommuTable | undefined,
  maskBits: number,
): boolean {
  const mask = maskOf(maskBits);
  if (table === undefined) {
    k.printk.dev('err', dev, `Warning: IOMMU dma not supported: mask ${hex8Digits(mask)}, table unavailable`);
    return false;
  }
  if (BigInt(table.offset) > mask >> BigInt(table.pageShift)) {
    k.printk.dev('info', dev, 'Warning: IOMMU offset too big for device mask');
    const offset = BigInt(table.offset) << BigInt(table.pageShift);
    k.printk.dev('info', dev, `mask: ${hex8Digits(mask)}, table offset: ${hex8Digits(offset)}`);
    return false;
  }
  return true;
}

function takeBypass(k: KernelState, dev: GuestDevice): void {
  if (k.build.maskHook.value === 'set-mask') {
    dev.opsBypass = true;
    k.printk.dev('info', dev, `Using 64-bit direct DMA at offset ${dev.dmaOffset.toString(16)}`);
    return;
  }
  const limited = `iommu: 64-bit OK but direct DMA is limited by ${dev.busDmaLimit.toString(16)}`;
  if (k.build.messages.value.limitLine === 'info-always') {
    dev.opsBypass = true;
    k.printk.dev('info', dev, limited);
    return;
  }
  dev.opsBypass = dev.busDmaLimit === 0n;
  if (dev.opsBypass) k.printk.dev('debug', dev, 'iommu: 64-bit OK, using fixed ops');
  else k.printk.dev('warn', dev, limited);
}

/** iommu_bypass_supported_pSeriesLP(); disable_ddw takes the hook away. */
function* bypassSupported(
  k: KernelState,
  dev: GuestDevice,
  maskBits: number,
): Generator<number, boolean, void> {
  if (dev.bus !== 'pci' || k.disableDdw || !wantsDdw(k.build, maskBits)) return false;
  k.printk.dev('debug', dev, `node is ${dev.path}`);
  const found = findWindow(k, dev.node);
  if (found === undefined) return false;
  return yield* enableDdw(k, dev, found.node, maskBits);
}
