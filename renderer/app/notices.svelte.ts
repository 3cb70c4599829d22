// Sentences for the person: errors stay until closed, remarks go by themselves; what has gone can be read again. The same sentence
// is never shown twice.

import type { UserError } from '../../core/index.ts';
import { hintSentence, sentence } from '../widgets/sentence.ts';

export interface Notice {
  readonly id: number;
  readonly kind: 'error' | 'remark';
  readonly message: string;
  readonly hint: string;
  readonly code: string;
}

const REMARK_MS = 6000;
const MOST = 3;
/** What can be read again. */
const MOST_PAST = 100;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  /** All there were, the latest first. */
  past = $state.raw<readonly Notice[]>([]);
  /** Errors that came since the list was looked at. */
  unread = $state(0);
  #nextId = 1;

  error({ code, message, hint }: UserError): void {
    const id = this.#nextId++;
    this.#add({ id, kind: 'error', message: sentence(message), hint: hintSentence(hint), code });
  }

  remark(message: string): void {
    const id = this.#nextId++;
    this.#add({ id, kind: 'remark', message, hint: '', code: '' });
    setTimeout(() => this.close(id), REMARK_MS);
  }

  close(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  closeErrors(): void {
    this.list = this.list.filter((notice) => notice.kind !== 'error');
  }

  read(): void {
    this.unread = 0;
  }

  forget(): void {
    this.past = [];
    this.unread = 0;
  }

  #add(notice: Notice): void {
    const others = this.list.filter((other) => other.message !== notice.message);
    this.list = [...others, notice].slice(-MOST);
    this.past = [notice, ...this.past].slice(0, MOST_PAST);
    if (notice.kind === 'error') this.unread++;
  }
}
