// Enhanced I/O Error Handling: what RTAS calls and their callers name by number (LoPAR sec_rtas_call_defn).

/** Status -7: the call does not fit the state that the PE is in. */
export const RTAS_UNEXPECTED_STATE = -7;
/** Status -8 of ibm,set-slot-reset: this kind of reset is not there for this PE. */
export const RTAS_NO_SUCH_RESET = -8;
/** Status 1 of ibm,slot-error-detail: there is no error log. */
export const RTAS_NO_ERROR_LOG = 1;

/** Function of ibm,set-eeh-option. */
export const EEH_OPTION = { disable: 0, enable: 1, thawMmio: 2, thawDma: 3 } as const;
/** Function of ibm,set-slot-reset. */
export const EEH_RESET = { deactivate: 0, hot: 1, fundamental: 3 } as const;
/** Recovery information of ibm,read-slot-reset-state2: the PE was reset, and how (bits 31 and 28:29). */
export const RECOVERY_INFO = { reset: 1, hot: 1 << 2, fundamental: 2 << 2 } as const;
/** Function of ibm,slot-error-detail. */
export const EEH_LOG = { temporary: 1, permanent: 2 } as const;
/** Function of ibm,get-config-addr-info2, and the answers of `mode`. */
export const PE_INFO = { address: 0, mode: 1 } as const;
export const PE_MODE = { notInPe: 0, notShared: 1, shared: 2 } as const;
/** Answers of ibm,read-slot-reset-state2. */
export const PE_STATE = { normal: 0, reset: 1, stopped: 2, mmioEnabled: 4, unavailable: 5 } as const;
