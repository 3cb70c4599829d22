// The door for messages: who sent it, does it match its schema, then the handler. What fails either test does nothing.

import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { ipcMain } from 'electron';
import { checkRequest, requestChannel, requests } from '../ipc-contract.ts';
import type { Answers, RequestName, RequestPayload, UserError } from '../ipc-contract.ts';
import { PAGE_ORIGIN } from './page-files.ts';

export type Handlers = {
  readonly [N in RequestName]: (payload: RequestPayload<N>) => Answers[N] | Promise<Answers[N]>;
};

const refuse = (code: string, message: string): { ok: false; error: UserError } => ({
  ok: false,
  error: { code, message },
});

/** Only the window's own top frame, showing our page, may ask. */
function isOurPage(event: IpcMainInvokeEvent, window: BrowserWindow): boolean {
  const frame = event.senderFrame;
  if (window.isDestroyed() || event.sender !== window.webContents) return false;
  return frame !== null && frame === window.webContents.mainFrame && frame.url.startsWith(`${PAGE_ORIGIN}/`);
}

function answer(handlers: Handlers, name: RequestName, payload: unknown): unknown {
  const checked = checkRequest(name, payload);
  if (!checked.ok) return checked;
  const handler = handlers[name] as (payload: unknown) => unknown;
  return handler(checked.value);
}

export function setUpIpc(window: BrowserWindow, handlers: Handlers): void {
  for (const name of Object.keys(requests) as RequestName[]) {
    ipcMain.handle(requestChannel(name), async (event, payload: unknown) => {
      if (!isOurPage(event, window)) return refuse('foreign-sender', 'Only the lab’s own page may ask.');
      try {
        return await answer(handlers, name, payload);
      } catch (error) {
        console.error(`${name}:`, error);
        const what = error instanceof Error ? error.message : String(error);
        return refuse('bug', `A fault of DDW Lab itself, not yours: ${what}`);
      }
    });
  }
}
