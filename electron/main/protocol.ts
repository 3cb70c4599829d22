// app://lab/ serves the built page from disk, and nothing else: the page has no file: and no network origin.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, protocol } from 'electron';
import type { PageTheme } from './page-files.ts';
import { CONTENT_SECURITY_POLICY, fileOf, inTheme } from './page-files.ts';

const refusal = (): Response => new Response('Not here', { status: 404 });

/** Before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

/** After it. `theme` is asked for each time the page is loaded: it is drawn in it from the first moment. */
export function setUpProtocol(theme: () => PageTheme): void {
  const root = join(app.getAppPath(), 'dist', 'renderer');
  protocol.handle('app', async (request) => {
    const file = request.method === 'GET' ? fileOf(request.url, root) : undefined;
    if (file === undefined) return refusal();
    try {
      const content = await readFile(file.path);
      const isPage = file.path === join(root, 'index.html');
      return new Response(isPage ? inTheme(content.toString('utf8'), theme()) : content, {
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
