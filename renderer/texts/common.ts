// Words that every part of the window uses.

export const common = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copyByClick: (name: string, value: string) => `${name} ${value}: click to copy`,
  copyOf: (name: string, value: string) => `${name} ${value}, copy`,
  remove: 'Remove',
  yes: 'yes',
  no: 'no',
} as const;
