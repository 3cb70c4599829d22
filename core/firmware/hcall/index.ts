// All hcalls that a platform here can answer. A new one: its file, a line here, its test.

import type { HcallDefinition } from './context.ts';
import { getTce } from './get-tce.ts';
import { putTceIndirect } from './put-tce-indirect.ts';
import { putTce } from './put-tce.ts';
import { stuffTce } from './stuff-tce.ts';

export { VIO_HCALLS } from './vio.ts';

export const TCE_HCALLS: readonly HcallDefinition[] = [getTce, putTce, stuffTce, putTceIndirect];
