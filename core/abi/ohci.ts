// Words of an OHCI controller that device and driver share (OpenHCI 1.0a, sections 4 and 7). All addresses are of 32 bits.

export const HC_REVISION = 0x00;
export const HC_CONTROL = 0x04;
export const HC_COMMAND_STATUS = 0x08;
export const HC_INTERRUPT_STATUS = 0x0c;
export const HC_INTERRUPT_ENABLE = 0x10;
export const HC_INTERRUPT_DISABLE = 0x14;
export const HC_HCCA = 0x18;
export const HC_CONTROL_HEAD = 0x20;
export const HC_BULK_HEAD = 0x28;
export const HC_PORT_STATUS = 0x54;

export const CONTROL_CLE = 1 << 4;
export const CONTROL_BLE = 1 << 5;
/** HostControllerFunctionalState: operational. */
export const CONTROL_OPERATIONAL = 2 << 6;
export const CONTROL_STATE_MASK = 3 << 6;
export const COMMAND_HCR = 1 << 0;
export const COMMAND_CLF = 1 << 1;
export const COMMAND_BLF = 1 << 2;
export const INTERRUPT_WDH = 1 << 1;
/** Unrecoverable error: memory out of reach; the controller has stopped. */
export const INTERRUPT_UE = 1 << 4;
export const INTERRUPT_MIE = 1 << 31;
export const PORT_CONNECTED = 1 << 0;
export const PORT_ENABLED = 1 << 1;

/** Host controller communications area. */
export const HCCA_BYTES = 256;
export const HCCA_DONE_HEAD = 0x84;

/** Endpoint descriptor: flags, tail, head with its halted bit, next. */
export const ED_BYTES = 16;
export const ED_TAIL = 4;
export const ED_HEAD = 8;
export const ED_NEXT = 12;
export const ED_SKIP = 1 << 14;
export const ED_HALTED = 1 << 0;
export const ED_ENDPOINT_SHIFT = 7;
export const ED_OUT = 1 << 11;
export const ED_IN = 2 << 11;
/** General transfer descriptor: flags, current buffer pointer, next, buffer end. */
export const TD_BYTES = 16;
export const TD_BUFFER = 4;
export const TD_NEXT = 8;
export const TD_END = 12;
export const TD_SETUP = 0 << 19;
export const TD_OUT = 1 << 19;
export const TD_IN = 2 << 19;
export const TD_PID_MASK = 3 << 19;
export const TD_CC_SHIFT = 28;
export const TD_CC = { noError: 0, stall: 4, notAccessed: 15 } as const;
/** What one TD can move wherever its buffer begins. */
export const TD_MAX_BYTES = 4096;
