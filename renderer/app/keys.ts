// Electron's way of writing keys (`CmdOrCtrl+Shift+F`), read against a key press.

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export function matchesKeys(press: KeyPress, keys: string, isMac: boolean): boolean {
  if (keys === '') return false;
  const parts = keys.split('+');
  const last = parts.pop() ?? '';
  if (press.key.replace('Arrow', '').toLowerCase() !== last.toLowerCase()) return false;
  if (press.shiftKey !== parts.includes('Shift') || press.altKey !== parts.includes('Alt')) return false;
  const [control, command] = [parts.includes('CmdOrCtrl'), parts.includes('Ctrl')];
  const [wantsMeta, wantsCtrl] = isMac ? [control, command] : [false, control || command];
  return press.metaKey === wantsMeta && press.ctrlKey === wantsCtrl;
}

const MAC = { CmdOrCtrl: '⌘', Ctrl: '⌃', Shift: '⇧', Alt: '⌥' } as const;

/** "Ctrl+Shift+F", "⌘⇧F". */
export function keysText(keys: string, isMac: boolean): string {
  if (!isMac) return keys.replace('CmdOrCtrl', 'Ctrl');
  return keys.replace(/(CmdOrCtrl|Ctrl|Shift|Alt)\+/g, (_all, name: keyof typeof MAC) => MAC[name]);
}

export const IS_MAC = typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac');
