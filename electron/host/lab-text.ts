// The text of a lab.md: a YAML head between two lines of ---, then Markdown. YAML is read as plain texts (no types, no tags, no aliases),
// with the place of each value, so that a mistake is told with its line.

import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import { fail, ok } from '../../core/index.ts';
import type { LabProblem, Result } from '../../core/index.ts';

/** Longest lab.md, in characters; deepest nesting of its head. */
export const MAX_LAB_TEXT = 200_000;
const MAX_HEAD_TEXT = 60_000;
const MAX_DEPTH = 12;

export interface LabText {
  readonly head: unknown;
  readonly prose: string;
  /** The line of the file, from 1, that a problem is about. */
  readonly lineOf: (problem: LabProblem) => number;
}

/** Errors: `bad-lab`, each with the line: "line 3: …". */
export function readLabText(text: string): Result<LabText> {
  if (text.length > MAX_LAB_TEXT) {
    return bad(1, `the file has ${text.length} characters, more than ${MAX_LAB_TEXT}`);
  }
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  if (lines[0] !== '---') return bad(1, 'the file does not begin with a head', 'begin it with a line of ---');
  const end = lines.indexOf('---', 1);
  if (end < 0) return bad(lines.length, 'the head has no end', 'end it with a line of ---');
  const yaml = lines.slice(1, end).join('\n');
  if (yaml.length > MAX_HEAD_TEXT) {
    return bad(1, `the head has ${yaml.length} characters, more than ${MAX_HEAD_TEXT}`);
  }
  return readHead(yaml, lines.slice(end + 1).join('\n'), end + 2);
}

const bad = (line: number, message: string, hint?: string): ReturnType<typeof fail> =>
  fail('bad-lab', `line ${line}: ${message}`, hint);

/** Most brackets that are open at once: the parser works by recursion. */
function bracketDepth(yaml: string): number {
  let depth = 0;
  let deepest = 0;
  for (const sign of yaml) {
    if (sign === '[' || sign === '{') deepest = Math.max(deepest, ++depth);
    else if (sign === ']' || sign === '}') depth = Math.max(0, depth - 1);
  }
  return deepest;
}

function readHead(yaml: string, prose: string, proseLine: number): Result<LabText> {
  if (bracketDepth(yaml) > 1000) return bad(1, 'the head is nested too deeply');
  const counter = new LineCounter();
  const document = parseDocument(yaml, {
    schema: 'failsafe',
    lineCounter: counter,
    prettyErrors: false,
    logLevel: 'silent',
  });
  // The head begins in the file's second line.
  const lineAt = (offset: number): number => counter.linePos(offset).line + 1;
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined)
    return bad(lineAt(error.pos[0]), `the head is no YAML: ${lowerFirst(error.message)}`);
  const refused = refusedNode(document);
  if (refused !== undefined) return bad(lineAt(refused.offset), refused.message);
  return ok({
    head: document.toJS({ maxAliasCount: 0 }),
    prose,
    lineOf: (problem) =>
      problem.proseLine === undefined
        ? lineAt(offsetOf(document, problem.path))
        : proseLine + problem.proseLine - 1,
  });
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

interface RefusedNode {
  readonly offset: number;
  readonly message: string;
}

function refusedNode(document: Document): RefusedNode | undefined {
  let refused: RefusedNode | undefined;
  visit(document, {
    Node: (_key, node, path) => {
      const message = whyRefused(node, path.length);
      if (message === undefined) return undefined;
      refused = { offset: node.range?.[0] ?? 0, message };
      return visit.BREAK;
    },
  });
  return refused;
}

function whyRefused(node: unknown, depth: number): string | undefined {
  if (isAlias(node)) return 'the head has an alias (*name)';
  if (depth > MAX_DEPTH * 2) return 'the head is nested too deeply';
  if (isNode(node) && 'anchor' in node && node.anchor !== undefined) return 'the head has an anchor (&name)';
  if (isMap(node) && node.items.some(({ key }) => !isScalar(key))) return 'a name of a field must be a word';
  return undefined;
}

/** Where the deepest part of the path that is there begins: a field at its name. */
function offsetOf(document: Document, path: LabProblem['path']): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
