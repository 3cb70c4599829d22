// The modern PCI transport of a virtio device (Virtual I/O Device 1.2, section 4.1.4): features, status, queues, notification, ISR.

import {
  COMMON_DEVICE_FEATURE,
  COMMON_DEVICE_FEATURE_SELECT,
  COMMON_DRIVER_FEATURE,
  COMMON_DRIVER_FEATURE_SELECT,
  COMMON_NUM_QUEUES,
  COMMON_QUEUE_DESC,
  COMMON_QUEUE_ENABLE,
  COMMON_QUEUE_SELECT,
  COMMON_QUEUE_SIZE,
  COMMON_STATUS,
  F_ACCESS_PLATFORM,
  F_RING_INDIRECT_DESC,
  F_VERSION_1,
  STATUS_DRIVER_OK,
  STATUS_FEATURES_OK,
  STATUS_NEEDS_RESET,
  VIRTIO_CONFIG,
  VIRTIO_ISR,
  VIRTIO_NOTIFY,
} from '../abi/virtio.ts';
import type { DeviceModel, DmaBus } from '../abi/ports.ts';
import { invariant } from '../base/invariant.ts';
import type { DeviceHost } from './types.ts';
import { createVirtioQueue, type VirtioQueue } from './virtio-queue.ts';

const NOTIFY_NS = 2_000;
const ISR_QUEUE = 1;
const ISR_CONFIG = 2;
const QUEUE_SIZE = 256;
/** Words of the common configuration end here. */
const COMMON_END = 0x38;

export interface VirtioKind {
  readonly kind: string;
  /** Feature bits 0 to 31 beside indirect descriptors. */
  readonly features: number;
  readonly queues: number;
  /** Device configuration: 32 bits at an offset. */
  readonly config: (offset: number) => number;
  /** The driver has told queue `index` of new buffers. */
  readonly notified: (index: number) => void;
  readonly reset: () => void;
  /** The lab's own registers. */
  readonly labRead: (offset: number) => number;
  readonly labWrite: (offset: number, value: number) => void;
}

export interface VirtioDevice extends DeviceModel {
  readonly queues: readonly VirtioQueue[];
  /** Runs `action` later unless the device was reset in between. */
  later(delayNs: number, action: () => void): void;
  /** The queue may be worked on: driver ready, nothing broken. */
  isLive(index: number): boolean;
  /** Gives a buffer back and raises the interrupt if the driver wants it. */
  give(index: number, head: number, bytes: number): void;
  /** Something in the rings made no sense or was out of reach: nothing moves until the driver resets the device. */
  fail(): void;
}

/** The way to memory: through the IOMMU with VIRTIO_F_ACCESS_PLATFORM, past it without. */
export function virtioMemory(host: DeviceHost, usesPlatform: boolean): DmaBus {
  if (usesPlatform) return host.bus;
  invariant(host.realMemory !== undefined, 'a virtio device without ACCESS_PLATFORM needs real memory');
  return host.realMemory;
}

export function createVirtioDevice(host: DeviceHost, usesPlatform: boolean, kind: VirtioKind): VirtioDevice {
  const bus = virtioMemory(host, usesPlatform);
  const queues = Array.from({ length: kind.queues }, () => createVirtioQueue(bus, QUEUE_SIZE));
  const offered = [
    kind.features | F_RING_INDIRECT_DESC,
    F_VERSION_1 | (usesPlatform ? F_ACCESS_PLATFORM : 0),
  ] as const;
  const accepted = [0, 0];
  const registers = { deviceSelect: 0, driverSelect: 0, status: 0, queueSelect: 0, isr: 0 };
  let epoch = 0;

  const later = (delayNs: number, action: () => void): void => {
    const started = epoch;
    host.scheduler.after(delayNs, () => {
      if (started === epoch) action();
    });
  };

  const reset = (): void => {
    epoch++;
    for (const queue of queues) queue.reset();
    accepted.fill(0);
    Object.assign(registers, { deviceSelect: 0, driverSelect: 0, status: 0, queueSelect: 0, isr: 0 });
    kind.reset();
  };

  /** A driver that leaves out what it must take does not get FEATURES_OK (section 6.1). */
  const featuresFit = (): boolean =>
    (accepted[0] ?? 0) === ((accepted[0] ?? 0) & offered[0]) && (accepted[1] ?? 0) === offered[1];

  const writeStatus = (value: number): void => {
    if (value === 0) return reset();
    const granted = featuresFit() ? value : value & ~STATUS_FEATURES_OK;
    registers.status = granted | (registers.status & STATUS_NEEDS_RESET);
  };

  const readCommon = (offset: number): number => {
    const queue = queues[registers.queueSelect];
    switch (offset) {
      case COMMON_DEVICE_FEATURE:
        return offered[registers.deviceSelect] ?? 0;
      case COMMON_DRIVER_FEATURE:
        return accepted[registers.driverSelect] ?? 0;
      case COMMON_NUM_QUEUES:
        return queues.length;
      case COMMON_STATUS:
        return registers.status;
      case COMMON_QUEUE_SIZE:
        return queue?.size ?? 0;
      case COMMON_QUEUE_ENABLE:
        return queue?.enabled === true ? 1 : 0;
      default:
        return 0;
    }
  };

  const writeQueue = (offset: number, value: number): void => {
    const queue = queues[registers.queueSelect];
    if (queue === undefined) return;
    if (offset >= COMMON_QUEUE_DESC) queue.setAddress(offset - COMMON_QUEUE_DESC, value);
    else if (offset === COMMON_QUEUE_ENABLE) queue.enabled ||= value === 1;
    else if (offset === COMMON_QUEUE_SIZE && value > 0 && value <= QUEUE_SIZE) queue.size = value;
  };

  const writeCommon = (offset: number, value: number): void => {
    if (offset === COMMON_DEVICE_FEATURE_SELECT) registers.deviceSelect = value;
    else if (offset === COMMON_DRIVER_FEATURE_SELECT) registers.driverSelect = value;
    else if (offset === COMMON_DRIVER_FEATURE) {
      if (registers.driverSelect === 0 || registers.driverSelect === 1)
        accepted[registers.driverSelect] = value;
    } else if (offset === COMMON_STATUS) writeStatus(value & 0xff);
    else if (offset === COMMON_QUEUE_SELECT) registers.queueSelect = value & 0xffff;
    else writeQueue(offset, value);
  };

  const interrupt = (cause: number): void => {
    registers.isr |= cause;
    host.raiseInterrupt();
  };

  const takeIsr = (): number => {
    const { isr } = registers;
    registers.isr = 0;
    return isr;
  };

  const device: VirtioDevice = {
    kind: kind.kind,
    queues,
    later,
    isLive: (index) =>
      (registers.status & (STATUS_DRIVER_OK | STATUS_NEEDS_RESET)) === STATUS_DRIVER_OK &&
      queues[index]?.enabled === true,
    give(index, head, bytes) {
      const queue = queues[index];
      if (queue === undefined || !device.isLive(index)) return;
      if (!queue.give(head, bytes)) return device.fail();
      if (queue.wantsInterrupt()) interrupt(ISR_QUEUE);
    },
    fail() {
      registers.status |= STATUS_NEEDS_RESET;
      interrupt(ISR_CONFIG);
    },
    read32(offset) {
      if (offset < COMMON_END) return readCommon(offset);
      if (offset === VIRTIO_ISR) return takeIsr();
      if (offset >= VIRTIO_CONFIG && offset < VIRTIO_NOTIFY) return kind.config(offset - VIRTIO_CONFIG);
      return kind.labRead(offset);
    },
    write32(offset, value) {
      if (offset < COMMON_END) return writeCommon(offset, value | 0);
      const index = (offset - VIRTIO_NOTIFY) >> 2;
      if (index >= 0 && index < queues.length) return later(NOTIFY_NS, () => kind.notified(index));
      kind.labWrite(offset, value);
    },
    reset,
  };
  return device;
}
