// What is chosen among the functions: any number of them, and the row that the keyboard stands on. One for all panels of the page.

import type { FunctionAnswer } from '../../../core/index.ts';
import type { Lab } from '../../app/lab.svelte.ts';
import { functionKey } from './tree-node.ts';

export class Chosen {
  /** Ids; some may have gone from the machine since. */
  ids = $state.raw<ReadonlySet<string>>(new Set());
  /** Key of the row that the keyboard stands on. */
  active = $state<string | undefined>(undefined);
  readonly functions = $derived.by<readonly FunctionAnswer[]>(() =>
    this.#lab.functions.filter((f) => this.ids.has(f.description.id)),
  );
  /** Where a range begins: key of a row. */
  anchor: string | undefined;
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  only(functions: readonly FunctionAnswer[], key: string): void {
    this.active = this.anchor = key;
    this.ids = idsOf(functions);
  }

  /** Adds them; takes them away when all were chosen. */
  toggle(functions: readonly FunctionAnswer[], key: string): void {
    this.active = this.anchor = key;
    const ids = new Set(this.ids);
    const all = this.holds(functions);
    for (const id of idsOf(functions)) {
      if (all) ids.delete(id);
      else ids.add(id);
    }
    this.ids = ids;
  }

  /** A range from the anchor to `key`, in place of what was chosen. */
  range(functions: readonly FunctionAnswer[], key: string): void {
    this.active = key;
    this.ids = idsOf(functions);
  }

  all(functions: readonly FunctionAnswer[]): void {
    this.ids = idsOf(functions);
  }

  holds(functions: readonly FunctionAnswer[]): boolean {
    return functions.length > 0 && functions.every(({ description }) => this.ids.has(description.id));
  }

  /** Another panel pointed at a function. */
  follow(f: FunctionAnswer): void {
    const key = functionKey(f.description.id);
    if (this.active === key || (this.ids.has(f.description.id) && this.ids.size > 1)) return;
    this.only([f], key);
  }
}

const idsOf = (functions: readonly FunctionAnswer[]): ReadonlySet<string> =>
  new Set(functions.map(({ description }) => description.id));

const ofLab = new WeakMap<Lab, Chosen>();

/** The one of this page. */
export function chosenOf(lab: Lab): Chosen {
  const kept = ofLab.get(lab) ?? new Chosen(lab);
  ofLab.set(lab, kept);
  return kept;
}
