// app://lab/ serves the built page from disk, and nothing else: the page has no file: and no network origin.

import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { app, protocol } from 'electron';

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
  const path = normalize(join(root, decodeURIComponent(pathname)));
  const type = TYPES[extname(path)];
  if (type === undefined || !path.startsWith(root + sep)) return undefined;
  return { path, type };
}

const refusal = (): Response => new Response('Not here', { status: 404 });

/** Before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

/** After it. */
export function setUpProtocol(): void {
  const root = join(app.getAppPath(), 'dist', 'renderer');
  protocol.handle('app', async (request) => {
    const file = request.method === 'GET' ? fileOf(request.url, root) : undefined;
    if (file === undefined) return refusal();
    try {
      return new Response(await readFile(file.path), {
        headers: {
          'Content-Type': file.type,
          'Content-Security-Policy': CONTENT_SECURITY_POLICY,
          'X-Content-Type-Options': 'nosniff',
        },
      });
    } catch {
      return refusal();
    }
  });
}
