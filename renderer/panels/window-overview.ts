// All windows of a partition at a glance: functions whose windows are alike are told once.

import type { DmaMode, FunctionAnswer, ProfileAnswer, WindowAnswer } from '../../core/index.ts';

export interface WindowGroup {
  /** The window that the function's DMA goes through; undefined: none. */
  readonly window: WindowAnswer | undefined;
  readonly use: DmaMode;
  readonly functions: number;
}

/** The window that I/O uses: the last one in place. */
export const mainWindow = (f: FunctionAnswer): WindowAnswer | undefined =>
  f.windows.findLast(({ active }) => active);

/** The largest group first. */
export function windowGroups(functions: readonly FunctionAnswer[]): readonly WindowGroup[] {
  const groups = new Map<string, WindowGroup>();
  for (const f of functions) {
    const window = mainWindow(f);
    const use = window?.use ?? 'none';
    const key =
      window === undefined ? '' : `${use} ${window.pageShift} ${window.entries} ${window.isDefault}`;
    const known = groups.get(key);
    groups.set(key, { window: known?.window ?? window, use, functions: (known?.functions ?? 0) + 1 });
  }
  return [...groups.values()].sort((a, b) => b.functions - a.functions);
}

type Values = NonNullable<ProfileAnswer['values']>;

/** What the platform lays down for windows of this slot class, with the reason to believe it; in the order of `names`. */
export function windowValues<Name extends string>(
  values: Values,
  slotClass: string,
  names: readonly Name[],
): readonly { readonly name: Name; readonly value: Values[number] }[] {
  return names.flatMap((name) => {
    const value = values.find(({ path }) => path.endsWith(`.${name}`) && path.split('.').includes(slotClass));
    return value === undefined ? [] : [{ name, value }];
  });
}
