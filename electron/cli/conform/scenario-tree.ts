// The guest's device tree at a dump: presence and bytes of the properties that tell of windows and memory; of other nodes only
// that they exist (the oracle's README, "Device tree").

import type { DtNode } from '../../../core/index.ts';
import type { Comparison } from './scenario-compare.ts';
import type { Difference } from './report.ts';
import type { DumpedTree } from './scenario-recording.ts';

const comparedAnywhere =
  /^(ibm,(dma-window|dma-window-saved|my-dma-window|#dma-(address|size)-cells|ddw-.*|dynamic-memory-v2|lmb-size|pmemory)|linux,(.*ddr-window-info|usable-memory))$/;
const comparedBelowRtas = /^ibm,((query|create|remove)-pe-dma-windows?|reset-pe-dma-windows?)$/;

function isCompared(path: string, property: string): boolean {
  if (comparedAnywhere.test(property)) return true;
  if (path === '/rtas') return comparedBelowRtas.test(property);
  return property === 'reg' && /^\/memory@[0-9a-f]+$/.test(path);
}

/** A tree as the recordings write it: "path/property" -> hex; and all paths of its nodes. */
export function flatten(root: DtNode): {
  readonly properties: DumpedTree;
  readonly nodes: ReadonlySet<string>;
} {
  const properties = new Map<string, string>();
  const nodes = new Set<string>();
  const walk = (node: DtNode, path: string): void => {
    nodes.add(path);
    for (const [name, bytes] of node.properties) properties.set(`${path}/${name}`, hexOf(bytes));
    for (const child of node.children) walk(child, `${path}/${child.name}`);
  };
  walk(root, '');
  return { properties, nodes };
}

/** The tree as it is now: the kernel goes on editing its own. */
export function snapshot(node: DtNode): DtNode {
  return { name: node.name, properties: new Map(node.properties), children: node.children.map(snapshot) };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

export function compareTree(dump: string, recorded: DumpedTree, ours: DtNode): Comparison {
  const { properties, nodes } = flatten(ours);
  const result = { equal: 0, compared: 0, first: undefined as Difference | undefined };
  const check = (at: string, expected: string, got: string): void => {
    result.compared++;
    if (expected === got) result.equal++;
    else result.first ??= { at: `dump ${dump}, ${at}`, expected, got, context: [] };
  };
  const places = [...recorded.keys(), ...properties.keys()].filter(counts);
  for (const place of [...new Set(places)].sort())
    check(place, recorded.get(place) ?? '(absent)', properties.get(place) ?? '(absent)');
  const recordedNodes = new Set([...recorded.keys()].map((place) => split(place)[0]));
  for (const path of [...recordedNodes].sort())
    check(path, 'a node', nodes.has(path) ? 'a node' : '(no such node)');
  for (const path of [...nodes].filter(isPciFunction).sort())
    if (!recordedNodes.has(path)) check(path, '(no such node)', 'a node');
  return result;
}

function counts(place: string): boolean {
  return isCompared(...split(place));
}

function split(place: string): readonly [string, string] {
  const slash = place.lastIndexOf('/');
  return [place.slice(0, slash), place.slice(slash + 1)];
}

/** The dumps show every function below a PHB, so that one too many can be told. */
function isPciFunction(path: string): boolean {
  return /^\/pci@[0-9a-f]+\/[^/]+$/.test(path);
}
