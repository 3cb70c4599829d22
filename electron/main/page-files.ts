// What app://lab/ may serve, and under which policy. No Electron here, so that tests can read it.

import { extname, join, normalize, sep } from 'node:path';

export const PAGE_ORIGIN = 'app://lab';
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`;

/** xterm.js writes <style> elements, hence 'unsafe-inline' for styles alone. Nothing may connect anywhere. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/** The file behind a URL of ours; undefined when it would lie outside `root` or is of no kind that the page uses. */
export function fileOf(url: string, root: string): { path: string; type: string } | undefined {
  const { host, pathname } = new URL(url);
  if (host !== 'lab') return undefined;
  const path = normalize(join(root, decoded(pathname)));
  const type = TYPES[extname(path)];
  if (type === undefined || !path.startsWith(root + sep)) return undefined;
  return { path, type };
}

export interface PageTheme {
  /** As in the settings. */
  readonly chosen: string;
  /** As drawn: `system` decided. */
  readonly shown: string;
}

/** The page with its theme on the root element, where the style sheet looks for it. */
export function inTheme(html: string, { chosen, shown }: PageTheme): string {
  return html.replace('<html ', `<html data-theme="${shown}" data-chosen-theme="${chosen}" `);
}

/** A name that does not decode is no file of ours. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return '';
  }
}
