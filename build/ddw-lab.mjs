#!/usr/bin/env node
// npm run -s ddw-lab -- <verb>: the command line, built when its sources are newer. Stdout is the command's alone.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dist, ensureBundles } from './setup/bundles.mjs';
import { ensurePackages } from './setup/packages.mjs';

const cli = join(dist, 'cli.cjs');
await ensurePackages();
await ensureBundles({ only: ['cli'] });
// In this process, not a child: signals, stdin and the exit code need no passing on.
process.argv[1] = cli;
await import(pathToFileURL(cli).href);
