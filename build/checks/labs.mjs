// The course checks itself: `ddw-lab labs check` over labs/. What it looks for, and tests of that: electron/cli/labs-check.ts.
// Run: node build/checks/labs.mjs (needs dist/cli.cjs)
import { join } from 'node:path';
import { capture } from '../setup/process.mjs';
import { root } from '../setup/files.mjs';

const cli = join(root, 'dist', 'cli.cjs');
const { code, stdout, stderr } = await capture(process.execPath, [cli, 'labs', 'check', join(root, 'labs')]);
process.stdout.write(`${stdout}${stderr}`);
process.exitCode = code === 0 ? 0 : 1;
