// What the USB storage driver asks of a host controller's driver: transfers to the one device that is plugged in.

import type { PoolBlock } from './dma-pool.ts';

export interface BulkPiece {
  readonly hi: number;
  readonly lo: number;
  readonly bytes: number;
}

/** How a transfer ended. */
export type UsbResult = 'ok' | 'stall' | 'error';

export interface UsbHost {
  /** Resets the controller, finds the device and configures it: 0 or a negative errno. */
  bringUp(): Generator<number, number, void>;
  /** Coherent memory for commands and status (usb_alloc_coherent): not mapped again for a transfer. Known after bringUp(). */
  readonly buffer: PoolBlock | undefined;
  /** Bytes of one transfer to a bulk endpoint; `done` is told by poll(). One at a time. */
  bulk(direction: 'in' | 'out', pieces: readonly BulkPiece[], done: (result: UsbResult) => void): void;
  /** A request without data on the control endpoint. */
  control(setup: readonly [lo: number, hi: number], done: (result: UsbResult) => void): void;
  /** After a transfer that did not end well: the endpoint takes transfers again. */
  clearHalt(direction: 'in' | 'out', done: () => void): void;
  /** Takes events. */
  poll(): void;
  /** The controller has stopped by itself: it must be brought up again. */
  isDead(): boolean;
  /** Stops the controller's DMA. */
  halt(): void;
  isGone(): boolean;
  free(): void;
}

/** What differs from controller to controller for a storage device. */
export interface UsbLimits {
  readonly maxTransferBytes: number;
  readonly maxSegments: number;
}
