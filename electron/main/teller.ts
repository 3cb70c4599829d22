// What main tells the page. What is to be read by a person waits until a page is there to show it.

import type { BrowserWindow } from 'electron';
import { noticeChannel } from '../ipc-contract.ts';
import type { NoticeName, NoticePayload } from '../ipc-contract.ts';

const MOST_KEPT = 20;

export class Teller {
  private window: BrowserWindow | undefined;
  private listening = false;
  private kept: (() => void)[] = [];

  /** The window to tell; its page listens when it has said hello. */
  attach(window: BrowserWindow): void {
    this.window = window;
    this.listening = false;
  }

  /** The page draws: what was kept for it follows. */
  hello(): void {
    this.listening = true;
    const kept = this.kept;
    this.kept = [];
    for (const tell of kept) tell();
  }

  /** The page is gone or being loaded. */
  deaf(): void {
    this.listening = false;
  }

  /** About the moment: worth nothing to a page that comes later. */
  tell<N extends NoticeName>(name: N, payload: NoticePayload<N>): void {
    const { window } = this;
    if (this.listening && window !== undefined && !window.isDestroyed())
      window.webContents.send(noticeChannel(name), payload);
  }

  /** For a person: kept until it can be read. */
  say<N extends 'problem' | 'remark' | 'machine'>(name: N, payload: NoticePayload<N>): void {
    if (this.listening) this.tell(name, payload);
    else this.kept = [...this.kept.slice(1 - MOST_KEPT), () => this.tell(name, payload)];
  }
}
