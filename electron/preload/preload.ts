// The bridge: one loop over the contract. The page gets functions, never ipcRenderer itself.

import { contextBridge, ipcRenderer } from 'electron';
import {
  checkNotice,
  noticeChannel,
  notices,
  PRELOAD_ONLY,
  requestChannel,
  requests,
} from '../ipc-contract.ts';
import type { NoticeName, RequestName } from '../ipc-contract.ts';
import { openWhatIsDropped } from './dropped-files.ts';

const bridge: Record<string, unknown> = {};

for (const name of Object.keys(requests) as RequestName[]) {
  if (PRELOAD_ONLY.includes(name)) continue;
  bridge[name] = (payload?: unknown): Promise<unknown> => ipcRenderer.invoke(requestChannel(name), payload);
}

bridge['on'] = (name: NoticeName, listener: (payload: unknown) => void): (() => void) => {
  if (!Object.hasOwn(notices, name)) throw new Error(`no notice is called ${name}`);
  const hear = (_event: unknown, payload: unknown): void => {
    const checked = checkNotice(name, payload);
    if (checked !== undefined) listener(checked);
  };
  ipcRenderer.on(noticeChannel(name), hear);
  return () => void ipcRenderer.off(noticeChannel(name), hear);
};

contextBridge.exposeInMainWorld('ddwLab', bridge);
openWhatIsDropped((path) => void ipcRenderer.invoke(requestChannel('openDropped'), { path }));
