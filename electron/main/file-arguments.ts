// Files named on the command line: `electron <app folder> lesson.ddwrun`, or `ddw-lab lesson.ddwrun` once packaged.

import { resolve } from 'node:path';

/** Absolute paths. `appPath`: where the lab itself lies; arguments before it are Electron's. Undefined when packaged. */
export function filesIn(
  argv: readonly string[],
  cwd: string,
  appPath: string | undefined,
): readonly string[] {
  const at = appPath === undefined ? 0 : argv.findIndex((arg) => resolve(cwd, arg) === appPath);
  if (at < 0) return [];
  return argv
    .slice(at + 1)
    .filter((arg) => arg !== '' && !arg.startsWith('-'))
    .map((arg) => resolve(cwd, arg));
}
