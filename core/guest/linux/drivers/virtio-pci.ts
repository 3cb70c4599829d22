// The modern PCI transport of the driver (drivers/virtio/virtio_pci_modern.c): reset, status, features, queues. Both masks are set to 64
// bits before anything is known of ACCESS_PLATFORM, so the window is made in either case.

import {
  COMMON_DEVICE_FEATURE,
  COMMON_DEVICE_FEATURE_SELECT,
  COMMON_DRIVER_FEATURE,
  COMMON_DRIVER_FEATURE_SELECT,
  COMMON_QUEUE_DESC,
  COMMON_QUEUE_DEVICE,
  COMMON_QUEUE_DRIVER,
  COMMON_QUEUE_ENABLE,
  COMMON_QUEUE_SELECT,
  COMMON_QUEUE_SIZE,
  COMMON_STATUS,
  F_ACCESS_PLATFORM,
  F_RING_INDIRECT_DESC,
  F_VERSION_1,
  ringLayout,
  STATUS_ACKNOWLEDGE,
  STATUS_DRIVER,
  STATUS_DRIVER_OK,
  STATUS_FEATURES_OK,
  VIRTIO_NOTIFY,
} from '../../../abi/virtio.ts';
import type { DriverContext } from '../types.ts';
import { busHi } from './coherent-memory.ts';
import type { Virtqueue } from './virtqueue.ts';

const ENODEV = -19;
const EINVAL = -22;

export interface VirtioPci {
  read(offset: number): number;
  write(offset: number, value: number): void;
  /** Device status 0: after it the device has forgotten its queues. */
  reset(): void;
  isGone(): boolean;
  /** Resets the device and negotiates `features` (bits 0 to 31): 0, or a negative errno. */
  negotiate(features: number): number;
  /** The device has VIRTIO_F_ACCESS_PLATFORM. Known after negotiate(). */
  readonly usesDmaApi: boolean;
  queueSize(index: number): number;
  enable(index: number, queue: Virtqueue): void;
  driverOk(): void;
  notify(index: number): void;
}

export function createVirtioPci({ mmio, dev }: DriverContext): VirtioPci {
  const read = (offset: number): number => mmio.read32(dev.fn, offset) | 0;
  const write = (offset: number, value: number): void => mmio.write32(dev.fn, offset, value);
  let usesDmaApi = false;

  const setAddress = (register: number, hi: number, lo: number): void => {
    write(register, lo);
    write(register + 4, hi);
  };
  const offeredFeatures = (word: number): number => {
    write(COMMON_DEVICE_FEATURE_SELECT, word);
    return read(COMMON_DEVICE_FEATURE);
  };
  const acceptFeatures = (word: number, features: number): void => {
    write(COMMON_DRIVER_FEATURE_SELECT, word);
    write(COMMON_DRIVER_FEATURE, features);
  };

  /** vp_reset() waits until the status reads 0: here it does at once. */
  const negotiate = (features: number): number => {
    write(COMMON_STATUS, 0);
    if (read(COMMON_STATUS) !== 0) return ENODEV;
    write(COMMON_STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    const upper = offeredFeatures(1);
    if ((upper & F_VERSION_1) === 0) return ENODEV;
    usesDmaApi = (upper & F_ACCESS_PLATFORM) !== 0;
    acceptFeatures(0, offeredFeatures(0) & (features | F_RING_INDIRECT_DESC));
    acceptFeatures(1, upper & (F_VERSION_1 | F_ACCESS_PLATFORM));
    const agreed = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK;
    write(COMMON_STATUS, agreed);
    return read(COMMON_STATUS) === agreed ? 0 : EINVAL;
  };

  return {
    read,
    write,
    reset: () => write(COMMON_STATUS, 0),
    isGone: () => read(COMMON_STATUS) === -1,
    negotiate,
    get usesDmaApi() {
      return usesDmaApi;
    },
    queueSize(index) {
      write(COMMON_QUEUE_SELECT, index);
      return read(COMMON_QUEUE_SIZE);
    },
    enable(index, { ring, size }) {
      const { avail, used } = ringLayout(size);
      write(COMMON_QUEUE_SELECT, index);
      write(COMMON_QUEUE_SIZE, size);
      setAddress(COMMON_QUEUE_DESC, ring.hi, ring.lo);
      setAddress(COMMON_QUEUE_DRIVER, busHi(ring.hi, ring.lo, avail), (ring.lo + avail) | 0);
      setAddress(COMMON_QUEUE_DEVICE, busHi(ring.hi, ring.lo, used), (ring.lo + used) | 0);
      write(COMMON_QUEUE_ENABLE, 1);
    },
    driverOk: () =>
      write(COMMON_STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK),
    notify: (index) => write(VIRTIO_NOTIFY + 4 * index, index),
  };
}
