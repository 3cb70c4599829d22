// Where the program's own files lie. Built, a file lies in dist/; from source, two folders below package.json.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const UP = ['..', '../..'];

export function programVersion(): string {
  for (const up of UP) {
    try {
      const text = readFileSync(join(__dirname, up, 'package.json'), 'utf8');
      const { version } = JSON.parse(text) as { readonly version?: string };
      if (version !== undefined) return version;
    } catch {
      // Not this folder.
    }
  }
  return 'of unknown version';
}

/** The course that comes with the program. */
export function labsFolder(): string {
  const found = UP.map((up) => join(__dirname, up, 'labs')).find((folder) => existsSync(folder));
  return found ?? 'labs';
}
