// A layout as the settings keep it. What is read may be of another version, damaged or made up: it is checked node by node, and each
// panel must be one that there is.

import { groupsOf } from './layout.ts';
import type { Layout, LayoutNode } from './layout.ts';

const VERSION = 1;
const DEEPEST = 12;
const LONGEST_SIDE = 100_000;

export function storeLayout(layout: Layout): string {
  return JSON.stringify({ version: VERSION, ...layout });
}

/** undefined: it cannot be used. */
export function readLayout(text: string, known: ReadonlySet<string>): Layout | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['version'] !== VERSION || typeof value['across'] !== 'boolean')
    return undefined;
  const [width, height] = [sideOf(value['width']), sideOf(value['height'])];
  const parts = partsOf(value['parts'], 0);
  if (width === undefined || height === undefined || parts === undefined) return undefined;
  const panels = groupsOf(parts).flatMap((group) => group.panels);
  const sound = new Set(panels).size === panels.length && panels.every((panel) => known.has(panel));
  return sound ? { across: value['across'], width, height, parts } : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sideOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= LONGEST_SIDE ? value : undefined;

function partsOf(value: unknown, depth: number): readonly LayoutNode[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || depth > DEEPEST) return undefined;
  const parts = value.map((part: unknown) => nodeOf(part, depth));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

function nodeOf(value: unknown, depth: number): LayoutNode | undefined {
  if (!isRecord(value)) return undefined;
  const size = sideOf(value['size']);
  if (size === undefined) return undefined;
  if (value['kind'] === 'split') {
    const parts = partsOf(value['parts'], depth + 1);
    return parts === undefined ? undefined : { kind: 'split', size, parts };
  }
  const { kind, panels, front } = value;
  if (kind !== 'group' || !Array.isArray(panels) || panels.length === 0) return undefined;
  const ids = panels.filter((panel): panel is string => typeof panel === 'string');
  if (ids.length !== panels.length || typeof front !== 'string' || !ids.includes(front)) return undefined;
  return { kind: 'group', size, panels: ids, front };
}
