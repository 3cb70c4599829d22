// Checks every import of core, electron and renderer against the layer table, and that no files import in a circle.
// Run: node build/checks/layers.mjs
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importsOf, resolveRelative } from './imports.mjs';
import { table, testImports } from './layer-table.mjs';
import { root, sourceFiles } from '../setup/files.mjs';

const folders = Object.keys(table);

/** @param {string} path */
const isTest = (path) => /\.test\.ts$/.test(path) || path.startsWith('electron/e2e/');

/** The entry of the table that a file belongs to, the longest that fits.
 * @param {string} path */
function layerOf(path) {
  const stem = path.replace(/\.(ts|svelte|svelte\.ts)$/, '');
  const fits = folders.filter((folder) => stem === folder || path.startsWith(`${folder}/`));
  return fits.sort((a, b) => b.length - a.length)[0];
}

/** @param {string} target @param {string} allowed */
function covers(target, allowed) {
  if (allowed.endsWith('/')) return target.startsWith(allowed);
  if (!/^(core|electron|renderer)\//.test(allowed)) return target === allowed;
  return target === allowed || target.startsWith(`${allowed}/`) || target.startsWith(`${allowed}.`);
}

/** @param {string} target @param {boolean} typeOnly @param {readonly string[]} rules */
function isAllowed(target, typeOnly, rules) {
  return rules.some((rule) =>
    rule.startsWith('types:') ? typeOnly && covers(target, rule.slice(6)) : covers(target, rule),
  );
}

/** @param {string} path @param {import('./imports.mjs').Import} found */
function judge(path, found) {
  const { specifier, typeOnly } = found;
  const local = resolveRelative(path, specifier);
  if (isTest(path)) {
    const target = specifier.startsWith('node:') ? 'node:' : `npm:${specifier}`;
    const outside = path.startsWith('core/') ? testImports : [...testImports, 'npm:electron', 'npm:svelte'];
    return local !== undefined || isAllowed(target, typeOnly, outside)
      ? undefined
      : 'a test may not import it';
  }
  const layer = layerOf(path);
  if (layer === undefined) return 'its folder is not in the layer table';
  if (local !== undefined && (layerOf(local) === layer || local.startsWith(`${layer}/`))) return undefined;
  const target = local ?? (specifier.startsWith('node:') ? 'node:' : `npm:${specifier}`);
  if (isTest(target)) return 'code may not import a test';
  const rules = table[layer] ?? [];
  if (isAllowed(target, typeOnly, rules)) return undefined;
  const asType = isAllowed(target, true, rules) ? ' (only `import type` is)' : '';
  return `${layer} -> ${target} is not in the layer table${asType}`;
}

/** @param {Map<string, string[]>} graph @returns {string[][]} each circle once */
export function circles(graph) {
  /** @type {string[][]} */
  const found = [];
  /** @type {Set<string>} */
  const done = new Set();
  /** @param {string} node @param {string[]} trail */
  const walk = (node, trail) => {
    const at = trail.indexOf(node);
    if (at >= 0) return void found.push([...trail.slice(at), node]);
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return found;
}

/** @param {Map<string, string>} files path -> text @returns {string[]} what is wrong, one line each */
export function checkLayers(files) {
  /** @type {string[]} */
  const problems = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  for (const [path, text] of files) {
    /** @type {string[]} */
    const targets = [];
    for (const found of importsOf(path, text)) {
      const why = judge(path, found);
      if (why !== undefined) problems.push(`${path}:${found.line}  imports '${found.specifier}': ${why}`);
      const local = resolveRelative(path, found.specifier);
      if (local !== undefined && files.has(local)) targets.push(local);
      else if (local !== undefined && /\.(ts|js|svelte)$/.test(local))
        problems.push(`${path}:${found.line}  imports '${found.specifier}': there is no such file`);
      else if (local !== undefined && !/\.\w+$/.test(local))
        problems.push(`${path}:${found.line}  imports '${found.specifier}': write the file's extension`);
    }
    if (!isTest(path)) graph.set(path, targets);
  }
  for (const circle of circles(graph)) problems.push(`circle: ${circle.join(' -> ')}`);
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const paths = sourceFiles(['core', 'electron', 'renderer'], /\.(ts|svelte)$/);
  const problems = checkLayers(new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')])));
  for (const problem of problems) console.log(problem);
  console.log(`layers: ${paths.length} files, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
