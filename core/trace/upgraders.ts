// Old traces stay readable: each change of the file format adds one upgrader, from a version to the next one.

import type { Json } from './jsonl-fields.ts';

/** The version that is written. */
export const TRACE_VERSION = 1;

export interface Upgrader {
  /** The version it reads; it makes lines of the next one. */
  readonly from: number;
  /** Any line after the header: an event, or the end. */
  readonly upgrade: (line: { readonly [name: string]: Json }) => { readonly [name: string]: Json };
}

/** In order of `from`, without gaps, up to TRACE_VERSION - 1. */
export const UPGRADERS: readonly Upgrader[] = [];

/** One function that brings a line of `version` to `target`; undefined when there is no way. */
export function upgradeFrom(
  version: number,
  target = TRACE_VERSION,
  upgraders = UPGRADERS,
): Upgrader['upgrade'] | undefined {
  if (version > target) return undefined;
  const steps = upgraders.filter((step) => step.from >= version && step.from < target);
  if (steps.length !== target - version) return undefined;
  return (line) => steps.reduce((changed, step) => step.upgrade(changed), line);
}
