// remove_dma_window_named() of platforms/pseries/iommu.c: a window goes by the name of its property. A property shorter than
// struct dynamic_dma_window_prop (the platform's 20-byte ibm,dma-window) only leaves the tree: no RTAS call is made.

import { ddwTokens } from '../ddw-rtas.ts';
import type { KernelState } from '../kernel-state.ts';
import type { LiveNode } from '../live-tree.ts';
import {
  DEFAULT_WINDOW,
  readWindowProperty,
  SAVED_WINDOW,
  WINDOW_PROPERTY_BYTES,
} from '../window-property.ts';
import { cleanWindow, removeWindowByLiobn } from '../window-range.ts';

/** False (-EINVAL): the node has no such property. */
export function* removeNamed(
  k: KernelState,
  node: LiveNode,
  name: string,
  cleanUp: boolean,
): Generator<number, boolean, void> {
  const value = node.dt.properties.get(name);
  if (value === undefined) return false;
  const tokens = ddwTokens(node);
  if (tokens === undefined) return true;
  if (value.length >= WINDOW_PROPERTY_BYTES) {
    const win = readWindowProperty(value);
    if (cleanUp) yield* cleanWindow(k, node, win);
    removeWindowByLiobn(k, node, tokens.remove, win.liobn);
  }
  if (name === DEFAULT_WINDOW && !node.dt.properties.has(SAVED_WINDOW))
    k.tree.setProperty(node, SAVED_WINDOW, value);
  k.tree.removeProperty(node, name);
  return true;
}
