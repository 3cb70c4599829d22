// app://lab/ serves the built page from disk, and nothing else: the page has no file: and no network origin.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, protocol } from 'electron';
import { CONTENT_SECURITY_POLICY, fileOf } from './page-files.ts';

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
