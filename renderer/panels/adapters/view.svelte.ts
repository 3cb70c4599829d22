// How the panel shows the functions: arranged, narrowed, sorted, as rows or as a map. And the rows that come of it.

import type { Lab } from '../../app/lab.svelte.ts';
import type { adapters } from '../../texts/adapters.ts';
import { filtered, sorted } from './columns.ts';
import type { ColumnId, Order } from './columns.ts';
import type { Managed } from './system-tree.ts';
import { pathTo, rowsOf, treeOf } from './tree.ts';
import type { Grouping } from './tree.ts';

export type Colouring = keyof typeof adapters.colours;

export class AdapterView {
  filter = $state('');
  grouping = $state<Grouping>('place');
  order = $state.raw<Order | undefined>(undefined);
  shape = $state<keyof typeof adapters.views>('tree');
  colouring = $state<Colouring>('mode');
  /** The managed system; undefined: the machine has none (QEMU), or it is not known yet. */
  managed = $state.raw<Managed | undefined>(undefined);
  #closed = $state.raw<ReadonlySet<string>>(new Set());
  readonly #lab: Lab;

  readonly functions = $derived.by(() => sorted(filtered(this.#lab.functions, this.filter), this.order));
  readonly roots = $derived(treeOf(this.functions, this.grouping, this.managed, this.filter));
  readonly rows = $derived(rowsOf(this.roots, this.#closed));

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  open(keys: readonly string[]): void {
    this.#closed = new Set([...this.#closed].filter((key) => !keys.includes(key)));
  }

  close(keys: readonly string[]): void {
    this.#closed = new Set([...this.#closed, ...keys]);
  }

  /** Opens what a row is under. */
  reveal(key: string): void {
    const above = pathTo(this.roots, key);
    if (above.some((branch) => this.#closed.has(branch))) this.open(above);
  }

  /** A column's heading was pressed: upwards, downwards, as the machine has them. */
  sortBy(by: ColumnId): void {
    if (this.order?.by !== by) this.order = { by, descending: false };
    else this.order = this.order.descending ? undefined : { by, descending: true };
  }
}
