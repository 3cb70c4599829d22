import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { missingLibraries } from './libraries.mjs';

afterEach(() => vi.unstubAllEnvs());

test.runIf(process.platform === 'linux')('what ldd does not find is named', async () => {
  const bin = mkdtempSync(join(tmpdir(), 'ddw-ldd-'));
  const answer =
    '\\tlibc.so.6 => /lib/libc.so.6 (0x1)\\n\\tlibgtk-3.so.0 => not found\\n\\tlibgbm.so.1 => not found\\n';
  writeFileSync(join(bin, 'ldd'), `#!/bin/sh\nprintf '${answer}'\n`);
  chmodSync(join(bin, 'ldd'), 0o755);
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH']}`);
  expect(await missingLibraries('electron')).toEqual(['libgtk-3.so.0', 'libgbm.so.1']);
});
