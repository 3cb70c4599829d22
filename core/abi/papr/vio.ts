// Words of virtual devices that guest and platform share (LoPAR ch_virtual_io; Linux asm/hvcall.h, drivers/net/ethernet/ibm/ibmveth.h).

export const H_VIO_SIGNAL = 0x104;
export const H_REGISTER_LOGICAL_LAN = 0x114;
export const H_FREE_LOGICAL_LAN = 0x118;
export const H_ADD_LOGICAL_LAN_BUFFER = 0x11c;
export const H_SEND_LOGICAL_LAN = 0x120;
export const H_MULTICAST_CTRL = 0x130;

export const H_DROPPED = -12;
export const H_DEST_PARM = -14;
export const H_RESOURCE = -16;

/** H_VIO_SIGNAL: interrupts of the device off and on. */
export const VIO_IRQ_DISABLE = 0;
export const VIO_IRQ_ENABLE = 1;

/** A buffer descriptor, upper half: valid, toggle, and 24 bits of length; the lower half is the I/O bus address. */
export const LAN_BD_VALID = 0x8000_0000 | 0;
export const LAN_BD_TOGGLE = 0x4000_0000;
export const LAN_BD_LENGTH = 0x00ff_ffff;
/** Fragments of one H_SEND_LOGICAL_LAN. */
export const LAN_SEND_DESCRIPTORS = 6;

/** The buffer list page: descriptors of the receive queue and of the filter list, then those of buffers. */
export const LAN_LIST_BYTES = 4096;
export const LAN_LIST_QUEUE = 0;

/** A receive queue entry: flags, offset of the data (16 bits at 2), length (big-endian at 4), the buffer's first 8 bytes at 8. */
export const LAN_QUEUE_ENTRY_BYTES = 16;
export const LAN_QUEUE_TOGGLE = 0x80;
export const LAN_QUEUE_VALID = 0x40;
/** The driver's handle stands at the beginning of each buffer, the frame behind it. */
export const LAN_HANDLE_BYTES = 8;

/** H_MULTICAST_CTRL. */
export const LAN_RECEIVE_ENABLE = 0x000a_0000;
export const LAN_FILTERING_DISABLE = 0x0004_0000;
export const LAN_FILTERING_ENABLE = 0x0005_0000;
export const LAN_FILTER_CLEAR = 3;
