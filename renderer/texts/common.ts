// Words that every part of the window uses.

export const common = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  remove: 'Remove',
  yes: 'yes',
  no: 'no',
} as const;
