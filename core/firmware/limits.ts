// Limits of an instrumented QEMU firmware, PowerVM-like, rule by rule (oracle README, section 4): data of a
// recording's plan or a machine's configuration that lie over the profile's.

export interface FaultPlan {
  readonly rc: number;
  readonly count: number;
  readonly skip: number;
}

export interface FirmwareLimits {
  readonly maxWindows: number;
  readonly blockTces: number;
  /** True: the default window's entries do not lessen the block. */
  readonly blockSharedWithDefault: boolean;
  /** Page sizes offered, as query bits. */
  readonly pageMask: number;
  /** LoPAR's checks in the TCE hcalls. */
  readonly strict: boolean;
  /** The first n creates that pass all checks answer 9901. */
  readonly createBusy9901: number;
  readonly createFail: FaultPlan | null;
  /** Injected into H_PUT_TCE and H_PUT_TCE_INDIRECT on created windows, for TCEs with permission bits. */
  readonly inject: FaultPlan | null;
  readonly limited: boolean;
  readonly minTces: number;
  /** Hex strings. */
  readonly ddwStart: string;
  readonly ddwStartLimitedMode: string | null;
}

/** Counts down one plan of failures: after `skip` calls, `count` of them fail. */
export class FaultCounter {
  private readonly rc: number;
  private toSkip: number;
  private toFail: number;

  constructor(plan: FaultPlan) {
    this.rc = plan.rc;
    this.toSkip = plan.skip;
    this.toFail = plan.count;
  }

  /** Nothing is left to fail. */
  get spent(): boolean {
    return this.toFail <= 0;
  }

  /** The status to answer instead of doing the call; undefined: do it. */
  next(): number | undefined {
    if (this.toSkip > 0) {
      this.toSkip--;
      return undefined;
    }
    if (this.toFail <= 0) return undefined;
    this.toFail--;
    return this.rc;
  }
}
