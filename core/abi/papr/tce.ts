// A TCE (LoPAR ch_address_map, "TCE Definition"): real page number in bits 0..51, permissions in the last two bits,
// seen from the device: 1 = the device may read memory, 2 = it may write. 0 = not mapped.

export const TCE_READ = 1;
export const TCE_WRITE = 2;
export const TCE_PERM_MASK = 3;

/** "--", "r-", "-w", "rw". */
export function permissionText(low: number): string {
  return `${(low & TCE_READ) !== 0 ? 'r' : '-'}${(low & TCE_WRITE) !== 0 ? 'w' : '-'}`;
}
