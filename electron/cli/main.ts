// Entry of dist/cli.cjs. What the command does is in command.ts, which tests call without a process.

import { runProcess } from './command.ts';

void runProcess();
