// What a key means in a terminal, by the platform's habit. Ctrl+C belongs to the shell, so copying is Ctrl+Shift+C there (Cmd+C on a
// Mac); where nothing can be typed Ctrl+C copies as everywhere else.

export interface TerminalKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export interface KeySituation {
  readonly isMac: boolean;
  readonly takesInput: boolean;
  readonly hasSelection: boolean;
  /** Escape was pressed just before. */
  readonly leaving: boolean;
}

export type KeyMeaning =
  | { readonly means: 'zoom'; readonly step: -1 | 0 | 1 }
  | { readonly means: 'copy' }
  /** The page's: the way out, actions. */
  | { readonly means: 'page' }
  /** `combined`: with Ctrl, Alt or Cmd. */
  | { readonly means: 'terminal'; readonly combined: boolean };

const ZOOM: Readonly<Record<string, -1 | 0 | 1>> = { '+': 1, '=': 1, '-': -1, _: -1, '0': 0 };

export function keyMeaning(press: TerminalKey, situation: KeySituation): KeyMeaning {
  const { isMac, takesInput, hasSelection, leaving } = situation;
  const command = isMac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey;
  const letter = press.key.toLowerCase();
  if (command && !press.altKey) {
    const step = ZOOM[press.key];
    if (step !== undefined) return { means: 'zoom', step };
    if (letter === 'c' && (isMac || press.shiftKey || (!takesInput && hasSelection)))
      return { means: 'copy' };
    // The browser pastes into the terminal's own field, which hands the text on.
    if (letter === 'v' && takesInput && (isMac || press.shiftKey)) return { means: 'page' };
    if (press.shiftKey) return { means: 'page' };
  }
  if (press.key === 'Tab' && (!takesInput || leaving)) return { means: 'page' };
  if (/^F\d+$/.test(press.key) || press.key === 'ContextMenu') return { means: 'page' };
  const combined = press.ctrlKey || press.metaKey || press.altKey;
  return { means: 'terminal', combined };
}

/** Ctrl or Cmd and the wheel; undefined: it scrolls. */
export function wheelZoom({
  deltaY,
  ctrlKey,
  metaKey,
}: Pick<WheelEvent, 'deltaY' | 'ctrlKey' | 'metaKey'>): -1 | 1 | undefined {
  if ((!ctrlKey && !metaKey) || deltaY === 0) return undefined;
  return deltaY < 0 ? 1 : -1;
}

const USUAL_SIZE = 13;
const LEAST_SIZE = 8;
const MOST_SIZE = 40;

/** The next size of text, CSS pixels. */
export function zoomed(size: number, step: -1 | 0 | 1): number {
  if (step === 0) return USUAL_SIZE;
  return Math.min(MOST_SIZE, Math.max(LEAST_SIZE, Math.round(size) + step));
}
