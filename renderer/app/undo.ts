// Undo of the newest act on the configuration: the session again without it, in slices in the machine's process (the `work` notice tells
// how far it is, and it can be cancelled there).

import { shell } from '../texts/texts.ts';
import type { Lab } from './lab.svelte.ts';

/** Says in words what was undone, and what could not be done again without it. */
export async function undoAct(lab: Lab): Promise<void> {
  const [act] = (await lab.ask({ ask: 'acts', limit: 1 })) ?? [];
  if (act === undefined) return;
  // By its place: what the person was told is what is undone, whatever comes in between.
  const answer = await lab.bridge.undo({ index: act.index });
  if (!answer.ok && answer.error.code === 'cancelled') return lab.notices.remark(shell.undoCancelled);
  const undone = lab.accept(answer);
  if (undone === undefined) return;
  lab.notices.closeErrors();
  lab.notices.remark(shell.undone(act.line));
  const [first] = undone.refusals;
  if (first !== undefined) {
    lab.notices.error({ code: 'undo', message: shell.undoneWithout(first, undone.refusals.length - 1) });
  }
  await lab.look();
}

const NOT_TYPED_IN: ReadonlySet<string> = new Set(['checkbox', 'radio', 'button', 'submit', 'range']);

/** A field that is typed in keeps its own Ctrl+Z. */
export function isTypedIn(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLInputElement) return !NOT_TYPED_IN.has(target.type);
  return target instanceof HTMLElement && target.isContentEditable;
}
