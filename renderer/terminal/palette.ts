// The terminal's colours, taken from the theme's tokens: entries 1 to 6 are the trace's kinds.

import type { ITheme } from '@xterm/xterm';

export function paletteOf(element: Element): ITheme {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    background: token('terminal'),
    foreground: token('text'),
    cursor: token('terminal'),
    selectionBackground: token('terminal-selection'),
    selectionInactiveBackground: token('terminal-selection'),
    red: token('kind-error'),
    green: token('kind-window'),
    yellow: token('kind-unmap'),
    blue: token('kind-map'),
    magenta: token('kind-stuff'),
    cyan: token('text-2'),
    brightBlack: token('text-dim'),
    brightRed: token('kind-error'),
  };
}

/** xterm.js draws with WebGL only where that is hardware: software WebGL starves its parser (docs/decisions/0008). */
export function hasHardwareWebgl(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info');
  if (context === null || info === null || info === undefined) return false;
  const name = String(context.getParameter(info.UNMASKED_RENDERER_WEBGL));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}
