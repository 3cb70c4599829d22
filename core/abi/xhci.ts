// Words of an xHCI controller that device and driver share (eXtensible Host Controller Interface 1.1, sections 4, 5, 6).

export const XHCI_CAPLENGTH = 0x00;
export const XHCI_HCSPARAMS1 = 0x04;
export const XHCI_HCSPARAMS2 = 0x08;
export const XHCI_HCCPARAMS1 = 0x10;
export const XHCI_DBOFF = 0x14;
export const XHCI_RTSOFF = 0x18;
/** Where the lab's controller has its operational, runtime and doorbell registers; the capability registers say so. */
export const XHCI_OPERATIONAL = 0x40;
export const XHCI_RUNTIME = 0x1000;
export const XHCI_DOORBELLS = 0x2000;

export const USBCMD = XHCI_OPERATIONAL;
export const USBSTS = XHCI_OPERATIONAL + 0x04;
export const CRCR = XHCI_OPERATIONAL + 0x18;
export const DCBAAP = XHCI_OPERATIONAL + 0x30;
export const CONFIG = XHCI_OPERATIONAL + 0x38;
export const PORTSC = XHCI_OPERATIONAL + 0x400;
/** Interrupter 0. */
export const IMAN = XHCI_RUNTIME + 0x20;
export const ERSTSZ = XHCI_RUNTIME + 0x28;
export const ERSTBA = XHCI_RUNTIME + 0x30;
export const ERDP = XHCI_RUNTIME + 0x38;

export const HCC_AC64 = 1;
export const CMD_RUN = 1 << 0;
export const CMD_HCRST = 1 << 1;
export const CMD_INTE = 1 << 2;
export const STS_HCH = 1 << 0;
/** Host system error: memory out of reach; the controller has stopped. */
export const STS_HSE = 1 << 2;
export const STS_EINT = 1 << 3;
export const PORT_CCS = 1 << 0;
export const PORT_PED = 1 << 1;
export const IMAN_IP = 1 << 0;
export const IMAN_IE = 1 << 1;

export const TRB_BYTES = 16;
export const TRB_CYCLE = 1 << 0;
/** Link TRB: the cycle bit turns. */
export const TRB_TOGGLE = 1 << 1;
export const TRB_CHAIN = 1 << 4;
export const TRB_IOC = 1 << 5;
export const TRB_IDT = 1 << 6;
export const TRB_TYPE_SHIFT = 10;
export const TRB_TYPE_MASK = 0x3f;
/** Direction of a data or status stage: IN. */
export const TRB_IN = 1 << 16;
export const TRB = {
  normal: 1,
  setup: 2,
  data: 3,
  status: 4,
  link: 6,
  enableSlot: 9,
  addressDevice: 11,
  configureEndpoint: 12,
  resetEndpoint: 14,
  setDequeue: 16,
  transferEvent: 32,
  commandEvent: 33,
} as const;

/** Completion codes. */
export const CC = {
  success: 1,
  dataBufferError: 2,
  trbError: 5,
  stall: 6,
  noSlots: 9,
  slotNotEnabled: 11,
  endpointNotEnabled: 12,
  shortPacket: 13,
} as const;

/** Contexts are of 32 bytes (CSZ 0): slot, then endpoints by device context index. */
export const CONTEXT_BYTES = 32;
/** Device context index of the control endpoint, bulk IN 1 and bulk OUT 2. */
export const DCI_CONTROL = 1;
export const DCI_BULK_IN = 3;
export const DCI_BULK_OUT = 4;
/** Offset of the dequeue pointer in an endpoint context. */
export const EP_DEQUEUE = 8;

/** Bulk-only transport (USB mass storage, revision 1.0, section 5) and its class requests. */
export const CBW_BYTES = 31;
export const CSW_BYTES = 13;
export const CBW_SIGNATURE = 0x43425355;
export const CSW_SIGNATURE = 0x53425355;
export const BOT_RESET = 0xff;
