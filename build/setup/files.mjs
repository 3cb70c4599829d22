// The project's folder, and its files as the checks and the build see them. Imports node: modules only.
import { readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, ending without a slash. Scripts work from any current folder because they start here. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Paths (from the project's folder, with forward slashes) of all files under `folders` whose name fits `pattern`.
 * @param {readonly string[]} folders @param {RegExp} [pattern] @returns {string[]} */
export function sourceFiles(folders, pattern = /./) {
  /** @type {string[]} */
  const found = [];
  /** @param {string} folder */
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (pattern.test(entry.name)) found.push(path);
    }
  };
  for (const folder of folders) {
    if (statSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory()) walk(folder);
  }
  return found.sort();
}

/** When the newest of the files was changed, in ms; 0 for none. A folder's own time counts too, so deletions show.
 * @param {readonly string[]} paths files or folders, from the project's folder @returns {number} */
export function newestChange(paths) {
  let newest = 0;
  /** @param {string} path */
  const look = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    newest = Math.max(newest, stat.mtimeMs);
    if (stat.isDirectory()) for (const name of readdirSync(path)) look(join(path, name));
  };
  for (const path of paths) look(join(root, path));
  return newest;
}
