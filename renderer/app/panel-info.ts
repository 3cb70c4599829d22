// What a panel says of itself (`export const panel` in the module script of its .panel.svelte file), and what panels can point at.
// The app finds the files by their names: a new panel is one file.

import type { Component } from 'svelte';
import type { Role } from '../../electron/ipc-contract.ts';

/** One thing of the machine or its story that several panels can show. */
export type Target =
  | { readonly kind: 'function'; readonly id: string }
  | { readonly kind: 'window'; readonly liobn: number }
  /** One entry of a window's table; `ioba` is a bus address inside it. */
  | { readonly kind: 'tce'; readonly liobn: number; readonly ioba: bigint }
  /** An event of the trace. */
  | { readonly kind: 'event'; readonly seq: number }
  /** A node of the device tree, and a property of it. */
  | { readonly kind: 'node'; readonly path: string; readonly property?: string }
  /** A line of the guest's log, by the event that wrote it. */
  | { readonly kind: 'log-line'; readonly seq: number };

export type PanelPlace = 'left' | 'centre' | 'right' | 'bottom';

export interface PanelInfo {
  /** Also the panel's name in layouts, in `data-panel` and in its action `panel:<id>`. */
  readonly id: string;
  /** On its tab and in menus. */
  readonly title: string;
  /** Where it opens when it was closed. */
  readonly place: PanelPlace;
  /** Its rank among the tabs of its place, small first. */
  readonly order: number;
  /** The roles whose own layout has it open; others open it from the View menu or the palette. */
  readonly roles: readonly Role[];
  /** The roles whose own layout has it in front of the other tabs of its place; without: the first by rank. */
  readonly front?: readonly Role[];
  /** Kinds of target that bring it to the front. */
  readonly shows?: readonly Target['kind'][];
}

/** `visible`: its tab is in front; a panel out of sight asks the machine nothing. */
export interface PanelProps {
  readonly visible: boolean;
}

export interface PanelFile {
  readonly default: Component<PanelProps>;
  readonly panel: PanelInfo;
}

export type PanelAction = `panel:${string}`;
