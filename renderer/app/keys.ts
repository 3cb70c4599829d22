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
  const control = parts.includes('CmdOrCtrl');
  if (press.key.replace('Arrow', '').toLowerCase() !== last.toLowerCase()) return false;
  if (press.shiftKey !== parts.includes('Shift') || press.altKey !== parts.includes('Alt')) return false;
  const [wanted, other] = isMac ? [press.metaKey, press.ctrlKey] : [press.ctrlKey, press.metaKey];
  return wanted === control && !other;
}

/** "Ctrl+Shift+F", "⌘⇧F". */
export function keysText(keys: string, isMac: boolean): string {
  if (!isMac) return keys.replace('CmdOrCtrl', 'Ctrl');
  return keys.replace('CmdOrCtrl+', '⌘').replace('Shift+', '⇧').replace('Alt+', '⌥');
}
