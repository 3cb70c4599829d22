// Where the panels stand: a tree of splits, whose leaves are groups of tabs. Each role's own arrangement is computed here from what
// the panels say of themselves and the room there is; the dock draws it.

import type { Role } from '../../electron/ipc-contract.ts';
import type { PanelInfo, PanelPlace } from '../app/panel-info.ts';

/** Sizes in CSS pixels, along the axis of the split that a node stands in. */
export interface TabGroup {
  readonly kind: 'group';
  readonly size: number;
  /** At least one, in the order of the tabs. */
  readonly panels: readonly string[];
  readonly front: string;
}

export interface Split {
  readonly kind: 'split';
  readonly size: number;
  readonly parts: readonly LayoutNode[];
}

export type LayoutNode = TabGroup | Split;

/** The outermost split lies across (side by side) or not; each split inside lies the other way than the one around it. */
export interface Layout {
  readonly across: boolean;
  readonly width: number;
  readonly height: number;
  readonly parts: readonly LayoutNode[];
}

export interface Room {
  readonly width: number;
  readonly height: number;
  /** CSS pixels to the rem. */
  readonly rem: number;
}

/** From here on the sides are wider and a place's panels stand beside each other. */
const WIDE = 1800;
const TALL = 1000;
/** The part of a low window's left side that its first panel takes. */
const SHORT_FIRST = 0.42;

export const isWide = (room: Room): boolean => room.width >= WIDE;

const group = (panels: readonly PanelInfo[], size: number, role: Role): TabGroup => ({
  kind: 'group',
  size,
  panels: panels.map(({ id }) => id),
  front: (panels.find(({ front }) => front?.includes(role)) ?? panels[0])?.id ?? '',
});

/** The first panel by itself, the others as tabs after it; all as tabs where that would be too narrow. */
function firstApart(panels: readonly PanelInfo[], sizes: readonly [number, number], role: Role): TabGroup[] {
  const [first, ...others] = panels;
  if (first === undefined) return [];
  if (others.length === 0) return [group([first], sizes[0] + sizes[1], role)];
  return [group([first], sizes[0], role), group(others, sizes[1], role)];
}

const tabs = (panels: readonly PanelInfo[], size: number, role: Role): TabGroup[] =>
  panels.length === 0 ? [] : [group(panels, size, role)];

/** One node for all of them: a group as it is, several as a split. */
function asOne(parts: readonly LayoutNode[], size: number): LayoutNode[] {
  const [first] = parts;
  if (first === undefined) return [];
  return parts.length === 1 && first.kind === 'group'
    ? [{ ...first, size }]
    : [{ kind: 'split', size, parts }];
}

/** The panels of a place that a role has open, by rank. */
function panelsOf(panels: readonly PanelInfo[], place: PanelPlace, role: Role): readonly PanelInfo[] {
  return panels
    .filter((panel) => panel.place === place && panel.roles.includes(role))
    .sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
}

/**
 * The role's own arrangement: what there is on the left, what it looks like in the centre, why on the right, what happens below.
 */
export function roleLayout(panels: readonly PanelInfo[], role: Role, room: Room): Layout {
  const { width, height, rem } = room;
  const wide = isWide(room);
  const at = (place: PanelPlace): readonly PanelInfo[] => panelsOf(panels, place, role);
  const leftWidth = Math.min(width * 0.3, (wide ? 22 : 20) * rem);
  const rightWidth = Math.min(width * 0.3, (wide ? 26 : 20) * rem);
  const bottomHeight = Math.min(height * 0.6, Math.max(18 * rem, height * 0.42));

  // Where there is little height, the list needs it more than the form above it, which is filled in once.
  const firstHeight = height * (height >= TALL ? 0.5 : SHORT_FIRST);
  const left = firstApart(at('left'), [firstHeight, height - firstHeight], role);
  const middle = left.length === 0 ? width : width - leftWidth;
  const bottom = wide
    ? firstApart(at('bottom'), [middle * 0.6, middle * 0.4], role)
    : tabs(at('bottom'), middle, role);
  const upperHeight = bottom.length === 0 ? height : height - bottomHeight;
  const right =
    upperHeight >= TALL
      ? firstApart(at('right'), [upperHeight * 0.6, upperHeight * 0.4], role)
      : tabs(at('right'), upperHeight, role);
  const centreWidth = right.length === 0 ? middle : middle - rightWidth;
  const centre = wide
    ? firstApart(at('centre'), [centreWidth * 0.55, centreWidth * 0.45], role)
    : tabs(at('centre'), centreWidth, role);

  const upper = asOne([...centre, ...asOne(right, centre.length === 0 ? middle : rightWidth)], upperHeight);
  const rest = asOne([...upper, ...asOne(bottom, bottomHeight)], middle);
  return { across: true, width, height, parts: [...asOne(left, leftWidth), ...rest] };
}

/** The least height of a group where they stand one below the other. */
export const STACKED_REM = 26;

/** For a narrow window: a group for each group there was, one below the other, to be scrolled through. */
export function stackedLayout(layout: Layout, room: Room): Layout {
  const groups = groupsOf(layout.parts);
  const size = Math.max(STACKED_REM * room.rem, room.height / Math.max(1, groups.length));
  return {
    across: false,
    width: room.width,
    height: size * groups.length,
    parts: groups.map((each) => ({ ...each, size })),
  };
}

export function groupsOf(parts: readonly LayoutNode[]): readonly TabGroup[] {
  return parts.flatMap((part) => (part.kind === 'group' ? [part] : groupsOf(part.parts)));
}
