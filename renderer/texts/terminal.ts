// Terminals: what they say of themselves, their links and their menu.

export const terminal = {
  role: 'terminal',
  readOnlyRole: 'terminal, read-only',
  leaveReadOnly:
    'Tab leaves the terminal. Arrow up and down choose a line, Enter goes to the links of the line, Shift and F10 open the menu.',
  leaveInput: 'Escape, then Tab leaves the terminal. Shift and F10 open the menu.',
  linkFunction: (id: string) => `Show ${id}`,
  linkWindow: (liobn: string) => `Window ${liobn}`,
  linkTce: (ioba: string) => `Entry at ${ioba}`,
  linkEvent: (seq: string) => `Event ${seq}`,
  linkNode: (node: string) => `Device tree: ${node}`,
  linksOfLine: 'Links of this line',
  menu: 'Terminal',
  copySelection: 'Copy the selection',
  copyAll: 'Copy all that is shown',
  selectAll: 'Select all',
  paste: 'Paste',
  find: 'Find…',
  clear: 'Clear the view',
  larger: 'Larger text',
  smaller: 'Smaller text',
  usualSize: 'Text as usual',
  screenReader: 'For screen readers',
  copyOnSelect: 'Copy what is selected at once',
  findLabel: 'Find in what is shown',
  findPlaceholder: 'Find…',
  findNone: 'none',
  findCount: (at: string, count: string) => `${at} of ${count}`,
  findPrevious: 'Previous match',
  findNext: 'Next match',
  findClose: 'Close find',
  /** `ioba`: where the last of them is. */
  folded: (count: string, ioba: string | undefined) =>
    ioba === undefined
      ? `  … ${count} more like it; each is in the log`
      : `  … ${count} more like it, up to ioba ${ioba}; each is in the log`,
  gap: (count: string, first: string) =>
    `… ${count} events not drawn (sampling), from #${first} on; all are in the log …`,
} as const;
