// Many commands as one act of a person: sent in order, told how far they are, ended on request. The first refusal ends it.

import type { Command } from '../../../core/index.ts';
import type { Lab } from '../../app/lab.svelte.ts';

/** Commands on their way at one time: the machine answers between its turns, and a thousand turns are long. */
const AT_ONCE = 32;

export class Batch {
  done = $state(0);
  /** 0: nothing is under way. */
  total = $state(0);
  words = $state.raw<(done: number, total: number) => string>(() => '');
  #cancelled = false;
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  get running(): boolean {
    return this.total > 0;
  }

  cancel(): void {
    this.#cancelled = true;
  }

  /** True when the machine accepted all. */
  async run(commands: readonly Command[], words: (done: number, total: number) => string): Promise<boolean> {
    if (this.running || commands.length === 0) return false;
    this.#cancelled = false;
    this.words = words;
    this.done = 0;
    this.total = commands.length;
    const accepted = await this.#send(commands);
    if (accepted) this.#lab.notices.closeErrors();
    this.total = 0;
    await this.#lab.look();
    return accepted;
  }

  async #send(commands: readonly Command[]): Promise<boolean> {
    for (let from = 0; from < commands.length && !this.#cancelled; from += AT_ONCE) {
      const some = commands.slice(from, from + AT_ONCE);
      const answers = await Promise.all(some.map((command) => this.#lab.bridge.dispatch(command)));
      this.done += some.length;
      const refused = answers.find((answer) => !answer.ok);
      if (refused !== undefined) {
        this.#lab.accept(refused);
        return false;
      }
    }
    return !this.#cancelled;
  }
}
