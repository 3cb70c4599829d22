// Checks that what the window says comes from its catalogue (renderer/texts): no literal words in the markup, the spoken
// attributes or the scripts of .svelte files, and no text put together from halves.
// Run: node build/checks/texts.mjs
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';
import { root, sourceFiles } from '../setup/files.mjs';

/** Attributes that are read or heard; of components also the properties that become such. */
const SPOKEN = new Set([
  'title',
  'placeholder',
  'alt',
  'label',
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'aria-valuetext',
]);

/** A word: two letters with a small one among them. Abbreviations of the field (TCE, LIOBN, OK) are the same in every language. */
const WORD = /\p{L}*\p{Ll}\p{L}+|\p{L}+\p{Ll}\p{L}*/u;
/** In a script most strings are names for the machine; two words in a row are for a person. */
const SENTENCE = /\p{L}{2,},? \p{L}{2,}/u;

/** @typedef {{ type: string, start: number, end: number, [key: string]: any }} Node */
/** @typedef {(node: Node, why: string) => void} Report */

/** @param {unknown} value @returns {value is Node} */
const isNode = (value) => typeof value === 'object' && value !== null && 'type' in value;

/** @param {Node} node @param {(node: Node) => boolean | void} visit false: what is inside is not looked at */
function walk(node, visit) {
  if (visit(node) === false) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'parent' || key === 'loc') continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit);
  }
}

/** The names that stand for the catalogue: what is imported from it, and constants that are parts of it.
 * @param {Node} program @returns {Set<string>} */
function catalogueNames(program) {
  const names = new Set();
  walk(program, (node) => {
    if (node.type === 'ImportDeclaration' && /\/texts\//.test(node['source'].value))
      for (const { local } of node['specifiers']) names.add(local.name);
    if (node.type === 'VariableDeclarator' && node['init'] && names.has(rootOf(node['init'])))
      if (node['id'].type === 'Identifier') names.add(node['id'].name);
  });
  return names;
}

/** `words` of `words.a.b(c)`. @param {Node} node @returns {string} */
function rootOf(node) {
  if (node.type === 'MemberExpression') return rootOf(node['object']);
  if (node.type === 'CallExpression') return rootOf(node['callee']);
  return node.type === 'Identifier' ? node['name'] : '';
}

/** @param {Node} template a TemplateLiteral @returns {string[]} */
const quasis = (template) => template['quasis'].map((/** @type {any} */ quasi) => quasi.value.cooked ?? '');

/** @param {Node} node @param {Set<string>} names @param {Report} report */
function judgeJoin(node, names, report) {
  if (node.type === 'BinaryExpression' && node['operator'] === '+') {
    const sides = [node['left'], node['right']];
    if (sides.some((side) => names.has(rootOf(side)))) report(node, 'a text is put together from halves');
  }
  if (node.type === 'TemplateLiteral') {
    const texts = node['expressions'].filter((/** @type {Node} */ part) => names.has(rootOf(part)));
    const others =
      node['expressions'].length - texts.length > 0 || quasis(node).some((text) => /\p{L}/u.test(text));
    if (texts.length > 1 || (texts.length === 1 && others))
      report(node, 'a text is put together from halves');
  }
}

/** A string in an expression of the markup or in the script. @param {Node} node @param {RegExp} words @param {Report} report */
function judgeString(node, words, report) {
  if (node.type === 'Literal' && typeof node['value'] === 'string' && words.test(node['value']))
    report(node, `says “${node['value'].slice(0, 40)}” itself`);
  if (node.type === 'TemplateLiteral') {
    const text = quasis(node).find((quasi) => words.test(quasi));
    if (text !== undefined) report(node, `says “${text.trim().slice(0, 40)}” itself`);
  }
}

/** @param {Node} attribute @param {Set<string>} names @param {Report} report */
function judgeAttribute(attribute, names, report) {
  const parts = Array.isArray(attribute['value']) ? attribute['value'] : [attribute['value']];
  for (const part of parts) {
    if (!isNode(part)) continue;
    if (part.type === 'Text' && WORD.test(part['data'])) report(part, `says “${part['data'].trim()}” itself`);
    else if (part.type === 'ExpressionTag')
      walk(part['expression'], (node) => judgeSaid(node, names, report));
  }
}

/** @param {Node} fragment @param {Set<string>} names @param {Report} report */
function judgeMarkup(fragment, names, report) {
  walk(fragment, (node) => {
    judgeJoin(node, names, report);
    if (['Comment', 'StyleDirective', 'ClassDirective'].includes(node.type)) return false;
    if (node.type === 'Attribute') {
      const value = Array.isArray(node['value']) ? node['value'] : [node['value']];
      if (SPOKEN.has(node['name'])) judgeAttribute(node, names, report);
      else
        for (const part of value)
          if (isNode(part) && part.type !== 'Text')
            walk(part, (inside) => judgeString(inside, SENTENCE, report));
      return false;
    }
    if (node.type === 'Text' && WORD.test(node['data']))
      report(node, `says “${node['data'].trim().slice(0, 40)}” itself`);
    if (node.type === 'ExpressionTag') walk(node['expression'], (inside) => judgeSaid(inside, names, report));
    return node.type !== 'ExpressionTag';
  });
}

/** What an expression between tags shows: its own strings, not those it compares with or looks things up by.
 * @param {Node} node @param {Set<string>} names @param {Report} report */
function judgeSaid(node, names, report) {
  judgeJoin(node, names, report);
  judgeString(node, WORD, report);
  if (node.type === 'BinaryExpression') return node['operator'] === '+';
  return !['CallExpression', 'MemberExpression'].includes(node.type);
}

/** @param {string} path @param {string} source @returns {string[]} */
export function checkSvelte(path, source) {
  /** @type {string[]} */
  const problems = [];
  /** @type {Report} */
  const report = (node, why) =>
    void problems.push(`${path}:${source.slice(0, node.start).split('\n').length}  ${why}`);
  const file = /** @type {any} */ (parse(source, { modern: true }));
  const scripts = [file.module, file.instance].filter((script) => isNode(script));
  const names = new Set(scripts.flatMap((script) => [...catalogueNames(script.content)]));
  for (const script of scripts)
    walk(script.content, (node) => {
      if (node.type === 'ImportDeclaration') return false;
      judgeJoin(node, names, report);
      judgeString(node, SENTENCE, report);
      return true;
    });
  judgeMarkup(file.fragment, names, report);
  return [...new Set(problems)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = sourceFiles(['renderer'], /\.svelte$/);
  const problems = files.flatMap((path) => checkSvelte(path, readFileSync(join(root, path), 'utf8')));
  for (const problem of problems) console.error(problem);
  console.log(`texts: ${files.length} files, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
