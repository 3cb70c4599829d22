// Words of a ring NIC that device and driver share: the legacy descriptors and registers of Intel's 8254x family
// (PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual, sections 3.2.3, 3.3.3, 13), as far as used.

export const NIC_CTRL = 0x0000;
export const NIC_STATUS = 0x0008;
/** Interrupt cause; reading clears it. */
export const NIC_ICR = 0x00c0;
export const NIC_IMS = 0x00d0;
export const NIC_IMC = 0x00d8;
export const NIC_RCTL = 0x0100;
export const NIC_TCTL = 0x0400;
/** Rings: base low, base high, length in bytes, head, tail at + 0, 4, 8, 0x10, 0x18. */
export const NIC_RX_RING = 0x2800;
export const NIC_TX_RING = 0x3800;
export const NIC_RING_LO = 0x00;
export const NIC_RING_HI = 0x04;
export const NIC_RING_BYTES = 0x08;
export const NIC_RING_HEAD = 0x10;
export const NIC_RING_TAIL = 0x18;

export const NIC_CTRL_RST = 1 << 26;
export const NIC_STATUS_LU = 1 << 1;
/** RCTL.EN and TCTL.EN. */
export const NIC_ENABLE = 1 << 1;
/** RCTL.BSIZE (bits 17:16) with BSEX (bit 25): bytes of one receive buffer. */
export const NIC_RX_BUFFERS: readonly { readonly rctl: number; readonly bytes: number }[] = [
  { rctl: 0, bytes: 2048 },
  { rctl: (1 << 25) | (3 << 16), bytes: 4096 },
  { rctl: (1 << 25) | (2 << 16), bytes: 8192 },
  { rctl: (1 << 25) | (1 << 16), bytes: 16384 },
];
export const NIC_RX_BUFFER_MASK = (1 << 25) | (3 << 16);

export const NIC_CAUSE_TXDW = 1 << 0;
export const NIC_CAUSE_RXT0 = 1 << 7;

export const NIC_DESCRIPTOR_BYTES = 16;
/** Transmit descriptor, command byte (11) and status byte (12). */
export const TX_CMD_EOP = 1 << 0;
export const TX_CMD_RS = 1 << 3;
export const DESC_DD = 1 << 0;
/** Transmit underrun: the frame could not be read. */
export const TX_STATUS_TU = 1 << 3;
/** Receive descriptor, status byte (12) and errors byte (13). */
export const RX_STATUS_EOP = 1 << 1;
export const RX_ERROR_RXE = 1 << 7;

/**
 * The lab's own registers: the peer at the other end of the link. It streams frames to us and checks those it gets.
 * All are 32 bits; GO: 1 starts a stream of COUNT frames (0: endless), 0 ends it.
 */
export const PEER_FRAME_BYTES = 0xe000;
export const PEER_INTERVAL_NS = 0xe004;
export const PEER_COUNT = 0xe008;
export const PEER_GO = 0xe00c;
/** Frames sent in this stream. */
export const PEER_SENT = 0xe010;
/** Frames that reached the peer and were right, and wrong, since reset. */
export const PEER_GOOD = 0xe014;
export const PEER_BAD = 0xe018;

/** A test frame: Ethernet header (type 0x88b5, local experimental), two bytes of padding, sequence number, hash; then payload. */
export const FRAME_TYPE = 0x88b5;
export const FRAME_HEADER_BYTES = 24;
export const FRAME_SEQUENCE = 16;
export const FRAME_HASH = 20;
/** Frame n carries the payload pattern from byte n * stride. */
export const FRAME_STRIDE = 16384;
