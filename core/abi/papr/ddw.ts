// The I/O page sizes of ibm,query-pe-dma-window (LoPAR sec_rtas_dma_window; bit 0x100 for 2M came later, 2021/22).

export interface IoPageSize {
  /** Bit in the page-size output of ibm,query-pe-dma-window. */
  readonly queryBit: number;
  readonly shift: number;
}

export const IO_PAGE_SIZES: readonly IoPageSize[] = [
  { queryBit: 0x001, shift: 12 },
  { queryBit: 0x002, shift: 16 },
  { queryBit: 0x004, shift: 24 },
  { queryBit: 0x008, shift: 25 },
  { queryBit: 0x010, shift: 26 },
  { queryBit: 0x020, shift: 27 },
  { queryBit: 0x040, shift: 28 },
  { queryBit: 0x080, shift: 34 },
  { queryBit: 0x100, shift: 21 },
];

export const RTAS_SUCCESS = 0;
export const RTAS_HARDWARE_ERROR = -1;
export const RTAS_BUSY = -2;
export const RTAS_PARAMETER_ERROR = -3;
/** Extended delay: 9900 + x means call again in 10^x ms (x = 0..5). */
export const RTAS_EXTENDED_DELAY_MIN = 9900;
export const RTAS_EXTENDED_DELAY_MAX = 9905;

/** What one ibm,query-pe-dma-window says. `largestBlockTces` counts TCEs, not bytes (a 64-bit value in the 6-output form). */
export interface DdwQueryAnswer {
  readonly windowsAvailable: number;
  readonly largestBlockTces: number;
  readonly pageSizeMask: number;
  readonly migrationMask: number;
}
