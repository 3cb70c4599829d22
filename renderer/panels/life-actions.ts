// What can happen to the partition, as commands: made from what stands in the panel's fields. Texts that do not read as a size or a
// number are told here; whether a command may be given now is the machine's to say (query `may`).

import { parseInteger, parseSize } from '../../core/base/quantities.ts';
import type { Command } from '../../core/index.ts';
import { life, lpar } from '../texts/texts.ts';

export type LifeAction = keyof typeof life.actions;

export interface LifeFields {
  /** The function that commands are about; empty: there is none. */
  readonly id: string;
  readonly size: string;
  readonly call: string;
  readonly status: number;
  readonly count: string;
  readonly skip: string;
  readonly onlyHere: boolean;
  readonly unavailableMs: string;
  readonly ioba: string;
  readonly tce: string;
}

export interface LifeEntry {
  readonly action: LifeAction;
  /** Absent when a field does not read, or there is no function. */
  readonly command?: Command;
  /** Why there is no command. */
  readonly mistake?: string;
}

const HEX = /^0x[0-9a-f]{1,16}$/i;

/** `0x0800 0000 0001 0000` is read as it is shown. */
const packed = (text: string): string => text.replace(/\s+/g, '');

function memory(action: 'memory-add' | 'memory-remove', { size }: LifeFields): LifeEntry {
  const bytes = parseSize(packed(size));
  if (bytes !== undefined && bytes > 0) return { action, command: { do: action, bytes } };
  return { action, mistake: size.trim() === '' ? lpar.noSize : lpar.notASize(size.trim()) };
}

function inject(fields: LifeFields): LifeEntry {
  const { call, status, id, onlyHere } = fields;
  const [count, skip] = [parseInteger(packed(fields.count)), parseInteger(packed(fields.skip))];
  const wrong =
    count === undefined || count === 0 ? fields.count : skip === undefined ? fields.skip : undefined;
  if (wrong !== undefined) return { action: 'inject', mistake: life.notWhole(wrong.trim()) };
  const where = onlyHere && id !== '' ? { id } : {};
  return {
    action: 'inject',
    command: { do: 'inject', call, rc: status, count: count ?? 1, skip: skip ?? 0, ...where },
  };
}

function freeze({ id, unavailableMs }: LifeFields): LifeEntry {
  const ms = parseInteger(packed(unavailableMs === '' ? '0' : unavailableMs));
  if (ms === undefined) return { action: 'pe-freeze', mistake: life.notWhole(unavailableMs.trim()) };
  const wait = ms === 0 ? {} : { unavailableNs: ms * 1e6 };
  return { action: 'pe-freeze', command: { do: 'pe-freeze', id, ...wait } };
}

function wrongTce({ id, ...fields }: LifeFields): LifeEntry {
  const ioba = packed(fields.ioba);
  const tce = packed(fields.tce) === '' ? '0x0' : packed(fields.tce);
  const wrong = [ioba, tce].find((text) => !HEX.test(text));
  if (wrong !== undefined) return { action: 'tce-set', mistake: life.notHex(wrong) };
  return { action: 'tce-set', command: { do: 'tce-set', id, ioba, tce } };
}

const ofFunction = (action: 'driver-unbind' | 'driver-bind' | 'pci-remove', id: string): LifeEntry => ({
  action,
  command: { do: action, id },
});

/** Everything that can happen, in the order of the panel. */
export function lifeEntries(fields: LifeFields): readonly LifeEntry[] {
  const { id } = fields;
  const entries: readonly LifeEntry[] = [
    memory('memory-add', fields),
    memory('memory-remove', fields),
    { action: 'kexec', command: { do: 'kexec' } },
    { action: 'kexec-without', command: { do: 'kexec', withoutProperties: true } },
    { action: 'crash', command: { do: 'crash' } },
    { action: 'reset', command: { do: 'reset' } },
    { action: 'shutdown', command: { do: 'shutdown' } },
    ofFunction('driver-unbind', id),
    ofFunction('driver-bind', id),
    ofFunction('pci-remove', id),
    { action: 'pci-rescan', command: { do: 'pci-rescan' } },
    inject(fields),
    freeze(fields),
    wrongTce(fields),
  ];
  return entries.map((entry) =>
    id === '' && entry.command !== undefined && 'id' in entry.command
      ? { action: entry.action, mistake: life.noFunction }
      : entry,
  );
}

export const SECTIONS: readonly {
  readonly id: 'memory' | 'kernel' | 'partition' | 'function' | 'faults';
  readonly actions: readonly LifeAction[];
}[] = [
  { id: 'memory', actions: ['memory-add', 'memory-remove'] },
  { id: 'kernel', actions: ['kexec', 'kexec-without', 'crash'] },
  { id: 'partition', actions: ['reset', 'shutdown'] },
  { id: 'function', actions: ['driver-unbind', 'driver-bind', 'pci-remove', 'pci-rescan'] },
  { id: 'faults', actions: ['inject', 'pe-freeze', 'tce-set'] },
];
