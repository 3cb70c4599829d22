/** RTAS tokens of QEMU's four DDW calls: constants there (include/hw/ppc/spapr.h), not in its log. */
export const QEMU_TOKENS = {
  'ibm,query-pe-dma-window': 0x2026,
  'ibm,create-pe-dma-window': 0x2027,
  'ibm,remove-pe-dma-window': 0x2028,
  'ibm,reset-pe-dma-window': 0x2029,
} as const;
