// The docked panels.

type Edge = 'left' | 'right' | 'bottom' | 'apart';

const MOVED: Readonly<Record<Edge, (title: string) => string>> = {
  left: (title) => `${title} stands on the left now.`,
  right: (title) => `${title} stands on the right now.`,
  bottom: (title) => `${title} stands at the bottom now.`,
  apart: (title) => `${title} stands apart now.`,
};

const STAYS: Readonly<Record<Edge, (title: string) => string>> = {
  left: (title) => `${title} stands on the left already.`,
  right: (title) => `${title} stands on the right already.`,
  bottom: (title) => `${title} stands at the bottom already.`,
  apart: (title) => `${title} stands apart already.`,
};

export const dock = {
  closePanel: 'Close this panel (Delete)',
  maximise: 'Show this panel alone',
  restore: 'Show all panels again',
  reset: 'Reset the layout',
  wasReset: 'The panels stand where they stood at first.',
  unusable:
    'The arrangement of the panels that was kept does not fit this version, so they stand where they stood at first.',
  allClosed: 'Every panel is closed. The View menu opens them one by one.',
  tabs: (front: string) => `Panels beside ${front}`,
  between: (before: string, after: string) => `Border between ${before} and ${after}`,
  moved: (title: string, to: Edge) => MOVED[to](title),
  stays: (title: string, to: Edge) => STAYS[to](title),
  panelOpened: (title: string) => `${title} is open.`,
  panelClosed: (title: string) => `${title} is closed. The View menu opens it again.`,
  groupMaximized: (title: string) => `${title} is shown alone.`,
  groupRestored: () => 'All panels are shown again.',
} as const;
