// Words of virtio devices over PCI that device and driver share (Virtual I/O Device 1.2, sections 2.7, 4.1.4, 5.1, 5.2).
// Structures lie in BAR 0 where QEMU puts them. A register access here is 32 bits wide and means the field at its offset alone.

export const VIRTIO_COMMON = 0x0000;
export const VIRTIO_ISR = 0x1000;
export const VIRTIO_CONFIG = 0x2000;
/** Notify register of queue n: + 4 * n. */
export const VIRTIO_NOTIFY = 0x3000;

export const COMMON_DEVICE_FEATURE_SELECT = 0x00;
export const COMMON_DEVICE_FEATURE = 0x04;
export const COMMON_DRIVER_FEATURE_SELECT = 0x08;
export const COMMON_DRIVER_FEATURE = 0x0c;
export const COMMON_NUM_QUEUES = 0x12;
export const COMMON_STATUS = 0x14;
export const COMMON_QUEUE_SELECT = 0x16;
export const COMMON_QUEUE_SIZE = 0x18;
export const COMMON_QUEUE_ENABLE = 0x1c;
/** Descriptor table, driver area (available ring), device area (used ring): 64 bits each, lower half first. */
export const COMMON_QUEUE_DESC = 0x20;
export const COMMON_QUEUE_DRIVER = 0x28;
export const COMMON_QUEUE_DEVICE = 0x30;

export const STATUS_ACKNOWLEDGE = 1;
export const STATUS_DRIVER = 2;
export const STATUS_DRIVER_OK = 4;
export const STATUS_FEATURES_OK = 8;
export const STATUS_NEEDS_RESET = 64;

/** Feature bits 0 to 31. */
export const F_NET_MRG_RXBUF = 1 << 15;
export const F_RING_INDIRECT_DESC = 1 << 28;
/** Feature bits 32 to 63. */
export const F_VERSION_1 = 1 << 0;
/** VIRTIO_F_ACCESS_PLATFORM (QEMU: iommu_platform): addresses in the rings are bus addresses, not guest real ones. */
export const F_ACCESS_PLATFORM = 1 << 1;

export const DESC_BYTES = 16;
export const DESC_NEXT = 1;
/** The device writes this piece. */
export const DESC_WRITE = 2;
export const DESC_INDIRECT = 4;
export const AVAIL_NO_INTERRUPT = 1;

/** Where the parts of a split ring of `size` descriptors lie, when it is one piece as Linux makes it (vring_init). */
export function ringLayout(size: number): {
  readonly avail: number;
  readonly used: number;
  readonly bytes: number;
} {
  const avail = size * DESC_BYTES;
  // SMP_CACHE_BYTES of ppc64.
  const used = Math.ceil((avail + 6 + 2 * size) / 128) * 128;
  return { avail, used, bytes: used + 6 + 8 * size };
}

export const BLK_T_IN = 0;
export const BLK_T_OUT = 1;
export const BLK_T_FLUSH = 4;
export const BLK_HEADER_BYTES = 16;
export const BLK_S_OK = 0;
export const BLK_S_IOERR = 1;
export const BLK_S_UNSUPP = 2;
/** virtio_net_hdr with num_buffers at 10. */
export const NET_HEADER_BYTES = 12;
