// Kernels and platforms by id, for whoever lets people choose.

import { PROFILES } from '../../firmware/profiles/index.ts';
import { KERNELS } from '../../guest/linux/kernels/index.ts';

export const KERNEL_IDS: readonly string[] = KERNELS.map(({ id }) => id);
export const PROFILE_IDS: readonly string[] = PROFILES.map(({ id }) => id);
