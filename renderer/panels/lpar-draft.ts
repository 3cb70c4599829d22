// The LPAR form: what is typed, read as a configuration, with a sentence for each field that does not read.

import { parseSize } from '../../core/base/quantities.ts';
import type { MachineConfig } from '../../core/index.ts';
import { sizeWords } from '../widgets/numbers.ts';

export interface Draft {
  profile: string;
  kernel: string;
  pageBytes: number;
  minMemory: string;
  memory: string;
  maxMemory: string;
  bootArgs: string;
}

export type DraftField = keyof Draft;

export interface ReadDraft {
  /** Absent when a field does not read. */
  readonly config?: MachineConfig;
  readonly errors: Readonly<Partial<Record<DraftField, string>>>;
}

export function draftOf(config: MachineConfig): Draft {
  return {
    profile: config.profile,
    kernel: config.kernel,
    pageBytes: config.pageBytes,
    minMemory: sizeWords(config.minMemoryBytes),
    memory: sizeWords(config.memoryBytes),
    maxMemory: sizeWords(config.maxMemoryBytes),
    bootArgs: config.bootArgs.join(' '),
  };
}

/** The form after the machine changed from `before` to `next`: fields that were changed by hand keep what they say. */
export function mergeDraft(draft: Draft, before: Draft, next: Draft): Draft {
  const keep = <K extends DraftField>(field: K): Draft[K] =>
    draft[field] === before[field] ? next[field] : draft[field];
  return {
    profile: keep('profile'),
    kernel: keep('kernel'),
    pageBytes: keep('pageBytes'),
    minMemory: keep('minMemory'),
    memory: keep('memory'),
    maxMemory: keep('maxMemory'),
    bootArgs: keep('bootArgs'),
  };
}

type Errors = Partial<Record<DraftField, string>>;

function readMemory(field: DraftField, text: string, lmbBytes: number, errors: Errors): number {
  const bytes = parseSize(text.replace(/\s+/g, ''));
  if (bytes === undefined) {
    errors[field] =
      text.trim() === ''
        ? 'Write a size, for example 64 GiB.'
        : `“${text.trim()}” is not a size. Write for example 64 GiB or 512 MiB.`;
  } else if (bytes === 0) {
    errors[field] = 'Memory cannot be zero.';
  } else if (bytes % lmbBytes !== 0) {
    const below = Math.max(1, Math.floor(bytes / lmbBytes)) * lmbBytes;
    errors[field] =
      `Memory comes in blocks of ${sizeWords(lmbBytes)}: write ${sizeWords(below)}, for example.`;
  }
  return bytes ?? 0;
}

function compareMemory(min: number, now: number, max: number, errors: Errors): void {
  if (errors.memory !== undefined) return;
  if (errors.maxMemory === undefined && now > max) {
    errors.memory = `${sizeWords(now)} is more than the maximum, ${sizeWords(max)}.`;
  } else if (errors.minMemory === undefined && now < min) {
    errors.memory = `${sizeWords(now)} is less than the minimum, ${sizeWords(min)}.`;
  }
}

/** The draft as a configuration, still on the platform of `config`; the machine is carried over to another one by configOn. */
export function readDraft(draft: Draft, config: MachineConfig): ReadDraft {
  const errors: Errors = {};
  const minMemoryBytes = readMemory('minMemory', draft.minMemory, config.lmbBytes, errors);
  const memoryBytes = readMemory('memory', draft.memory, config.lmbBytes, errors);
  const maxMemoryBytes = readMemory('maxMemory', draft.maxMemory, config.lmbBytes, errors);
  compareMemory(minMemoryBytes, memoryBytes, maxMemoryBytes, errors);
  if (Object.keys(errors).length > 0) return { errors };
  const bootArgs = draft.bootArgs.split(/\s+/).filter((word) => word !== '');
  const { kernel, pageBytes } = draft;
  return {
    errors,
    config: {
      ...config,
      kernel,
      pageBytes,
      minMemoryBytes,
      memoryBytes,
      maxMemoryBytes,
      bootArgs,
    },
  };
}

export const sameConfig = (a: MachineConfig, b: MachineConfig | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Refusals of the machine that belong to a field. */
export const FIELD_OF_CODE: Readonly<Partial<Record<string, DraftField>>> = {
  'boot-args': 'bootArgs',
  memory: 'maxMemory',
};
