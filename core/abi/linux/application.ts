// Programs that use VFIO, as workloads: what they are asked to do. Plain data of a command.

/**
 * How a program chooses bus addresses: from the start of its window upwards; the real addresses of its memory (DPDK --iova-mode=pa);
 * or its user addresses (--iova-mode=va).
 */
export type IovaPolicy = 'window' | 'pa' | 'va';

export interface ApplicationPlan {
  /**
   * `v1`: the default window as it is; `v2`: a window of its own with the largest offered I/O page that its memory allows; `dpdk`: as
   * DPDK's sPAPR code does: the default window goes, one window from bus address 0, I/O pages as large as its huge pages.
   */
  readonly app: 'v1' | 'v2' | 'dpdk';
  /** Functions whose groups it takes. */
  readonly ids: readonly string[];
  /** Bytes of a page of its memory: the base page or a huge page. */
  readonly pageBytes: number;
  readonly bytes: number;
  readonly iova: IovaPolicy;
}
