// Reads the imports of a source file, with the compiler's own parser: no regular expression knows strings and comments.
import { posix } from 'node:path';
import ts from 'typescript';

/** @typedef {{ specifier: string, typeOnly: boolean, line: number }} Import */

/** The script blocks of a .svelte file, with the rest blanked so that line numbers stay true.
 * @param {string} text */
function scriptsOf(text) {
  let out = '';
  let at = 0;
  for (const match of text.matchAll(/(<script\b[^>]*>)([\s\S]*?)<\/script>/g)) {
    const start = match.index + (match[1] ?? '').length;
    out += text.slice(at, start).replace(/[^\n]/g, ' ') + match[2];
    at = start + (match[2] ?? '').length;
  }
  return out;
}

/** @param {ts.ImportDeclaration | ts.ExportDeclaration} node */
function isTypeOnly(node) {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

/** @param {string} path @param {string} text @returns {Import[]} */
export function importsOf(path, text) {
  const code = path.endsWith('.svelte') ? scriptsOf(text) : text;
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  /** @type {Import[]} */
  const found = [];
  /** @param {ts.Node} at @param {ts.Node | undefined} name @param {boolean} typeOnly */
  const add = (at, name, typeOnly) => {
    if (name === undefined || !ts.isStringLiteralLike(name)) return;
    const line = source.getLineAndCharacterOfPosition(at.getStart(source)).line + 1;
    found.push({ specifier: name.text, typeOnly, line });
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      add(node, node.moduleSpecifier, isTypeOnly(node));
    } else if (ts.isCallExpression(node)) {
      const callee = node.expression;
      const loads =
        callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
      if (loads) add(node, node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The project path an import names, or undefined for a package. Vite's `?raw`-like suffixes are cut off.
 * @param {string} from @param {string} specifier */
export function resolveRelative(from, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(from), specifier.replace(/\?.*$/, ''));
}
