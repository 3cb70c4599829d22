// Where the window stood, and where it can stand now: displays come and go.

import * as v from 'valibot';

const px = v.pipe(v.number(), v.safeInteger());

const rectangle = v.object({ x: px, y: px, width: px, height: px });
export type Rectangle = v.InferOutput<typeof rectangle>;

const windowPlace = v.object({ bounds: rectangle, maximized: v.boolean() });
export type WindowPlace = v.InferOutput<typeof windowPlace>;

const recentFiles = v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(4096))), v.maxLength(50));

const keptState = v.object({ window: v.nullable(windowPlace), recent: recentFiles });
/** What the lab remembers by itself: where its window stood, and the files opened lately, the latest first. */
export type KeptState = v.InferOutput<typeof keptState>;

export const NOTHING_KEPT: KeptState = { window: null, recent: [] };

export function checkKeptState(value: unknown): KeptState | undefined {
  const parsed = v.safeParse(keptState, value);
  return parsed.success ? parsed.output : undefined;
}

export const LEAST = { width: 800, height: 560 } as const;
const FIRST = { width: 1366, height: 768 } as const;
/** So much of a window must lie on one display to be found and dragged there. */
const IN_SIGHT = 0.5;

/** Bounds on a display that exists; `displays` are work areas, the primary one first. */
export function placeOn(displays: readonly Rectangle[], kept: Rectangle | undefined): Rectangle {
  const [primary = { x: 0, y: 0, ...FIRST }] = displays;
  if (kept === undefined) return centred(primary, FIRST.width, FIRST.height);
  const home = displays.find((display) => shared(display, kept) >= IN_SIGHT * kept.width * kept.height);
  return home === undefined ? centred(primary, kept.width, kept.height) : within(home, kept);
}

function centred(display: Rectangle, width: number, height: number): Rectangle {
  const { width: w, height: h } = fitted(display, width, height);
  const x = display.x + Math.floor((display.width - w) / 2);
  const y = display.y + Math.floor((display.height - h) / 2);
  return { x, y, width: w, height: h };
}

function within(display: Rectangle, kept: Rectangle): Rectangle {
  const { width, height } = fitted(display, kept.width, kept.height);
  const x = Math.min(Math.max(kept.x, display.x), display.x + display.width - width);
  const y = Math.min(Math.max(kept.y, display.y), display.y + display.height - height);
  return { x, y, width, height };
}

function fitted(display: Rectangle, width: number, height: number): { width: number; height: number } {
  return {
    width: Math.min(Math.max(width, LEAST.width), Math.max(display.width, LEAST.width)),
    height: Math.min(Math.max(height, LEAST.height), Math.max(display.height, LEAST.height)),
  };
}

function shared(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
