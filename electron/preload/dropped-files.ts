// Files dropped on the window are opened. Their paths are read here, outside the page's world: a page can neither see one nor name
// one, and a file that it made up itself has none.

import * as electron from 'electron';

/** Electron 32 and later say a file's path by `webUtils`; before, the file itself did. */
function pathOf(file: File): string {
  const { webUtils } = electron as { readonly webUtils?: { getPathForFile(file: File): string } };
  if (webUtils !== undefined) return webUtils.getPathForFile(file);
  const { path } = file as { readonly path?: string };
  return path ?? '';
}

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

export function openWhatIsDropped(open: (path: string) => void): void {
  window.addEventListener('dragover', (event) => {
    // Without this the window would not take files; with it, it never navigates to one.
    if (carriesFiles(event)) event.preventDefault();
  });
  window.addEventListener('drop', (event) => {
    if (!event.isTrusted || !carriesFiles(event)) return;
    event.preventDefault();
    const paths = [...(event.dataTransfer?.files ?? [])].map(pathOf).filter((path) => path !== '');
    for (const path of paths) open(path);
  });
}
