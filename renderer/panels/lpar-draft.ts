// The LPAR form: what is typed, read as a configuration. Only whether a text is a size or a number is judged here; whether the values
// make a machine is for the machine to say (query `config-check`).

import { parseInteger, parseSize } from '../../core/base/quantities.ts';
import type { MachineConfig } from '../../core/index.ts';
import { lpar } from '../texts/texts.ts';
import { sizeWords } from '../widgets/numbers.ts';

/** Sizes of memory, in the order of the form. */
export const SIZE_FIELDS = ['minMemory', 'memory', 'maxMemory', 'lmb', 'installed'] as const;
const NUMBER_FIELDS = ['cpus', 'nvdimms'] as const;
type TypedField = (typeof SIZE_FIELDS)[number] | (typeof NUMBER_FIELDS)[number];
export type DraftField = 'profile' | 'kernel' | 'pageBytes' | 'bootArgs' | 'debug' | TypedField;

/** As it stands in the form; `pageBytes` in bytes, `debug` is `on` or empty. */
export type Draft = Record<DraftField, string>;
export type DraftErrors = Readonly<Partial<Record<DraftField, string>>>;

export interface ReadDraft {
  /** Absent when a field does not read. */
  readonly config?: MachineConfig;
  readonly errors: DraftErrors;
}

/** The field of the form that shows a field of the configuration. */
export const FIELD_OF_CONFIG: Readonly<Partial<Record<string, DraftField>>> = {
  profile: 'profile',
  kernel: 'kernel',
  pageBytes: 'pageBytes',
  minMemoryBytes: 'minMemory',
  memoryBytes: 'memory',
  maxMemoryBytes: 'maxMemory',
  lmbBytes: 'lmb',
  installedMemoryBytes: 'installed',
  cpus: 'cpus',
  nvdimms: 'nvdimms',
  bootArgs: 'bootArgs',
};

export function draftOf(config: MachineConfig): Draft {
  return {
    profile: config.profile,
    kernel: config.kernel,
    pageBytes: String(config.pageBytes),
    minMemory: sizeWords(config.minMemoryBytes),
    memory: sizeWords(config.memoryBytes),
    maxMemory: sizeWords(config.maxMemoryBytes),
    lmb: sizeWords(config.lmbBytes),
    installed: config.installedMemoryBytes === undefined ? '' : sizeWords(config.installedMemoryBytes),
    cpus: String(config.cpus),
    nvdimms: String(config.nvdimms ?? 0),
    bootArgs: config.bootArgs.join(' '),
    debug: config.iommuDebugMessages ? 'on' : '',
  };
}

/** The form after the machine changed from `before` to `next`: fields that were changed by hand keep what they say. */
export function mergeDraft(draft: Draft, before: Draft, next: Draft): Draft {
  const merged = { ...next };
  for (const field of Object.keys(next) as DraftField[])
    if (draft[field] !== before[field]) merged[field] = draft[field];
  return merged;
}

type Numbers = Readonly<Record<TypedField, number | undefined>>;

function readNumbers(draft: Draft): { readonly numbers: Numbers; readonly errors: DraftErrors } {
  const numbers: Partial<Record<TypedField, number | undefined>> = {};
  const errors: Partial<Record<DraftField, string>> = {};
  for (const field of SIZE_FIELDS) {
    const text = draft[field].trim();
    numbers[field] = parseSize(text.replace(/\s+/g, ''));
    // What is installed may be left to the platform.
    if (numbers[field] === undefined && (text !== '' || field !== 'installed'))
      errors[field] = text === '' ? lpar.noSize : lpar.notASize(text);
  }
  for (const field of NUMBER_FIELDS) {
    const text = draft[field].trim();
    numbers[field] = parseInteger(text);
    if (numbers[field] === undefined) errors[field] = text === '' ? lpar.noNumber : lpar.notANumber(text);
  }
  return { numbers: numbers as Numbers, errors };
}

/** The draft as a configuration, still on the platform of `config`; the machine is carried over to another one by configOn. */
export function readDraft(draft: Draft, config: MachineConfig): ReadDraft {
  const { numbers, errors } = readNumbers(draft);
  if (Object.keys(errors).length > 0) return { errors };
  const { minMemory = 0, memory = 0, maxMemory = 0, lmb = 0, cpus = 0, installed } = numbers;
  const nvdimms = numbers.nvdimms ?? 0;
  const { installedMemoryBytes: _installed, nvdimms: _nvdimms, ...others } = config;
  return {
    errors,
    config: {
      ...others,
      kernel: draft.kernel,
      pageBytes: Number(draft.pageBytes),
      minMemoryBytes: minMemory,
      memoryBytes: memory,
      maxMemoryBytes: maxMemory,
      lmbBytes: lmb,
      cpus,
      bootArgs: draft.bootArgs.split(/\s+/).filter((word) => word !== ''),
      iommuDebugMessages: draft.debug === 'on',
      ...(installed === undefined ? {} : { installedMemoryBytes: installed }),
      ...(nvdimms === 0 ? {} : { nvdimms }),
    },
  };
}

/** Field by field; the order in which they stand says nothing. */
export function sameConfig(a: MachineConfig, b: MachineConfig | undefined): boolean {
  if (b === undefined) return false;
  const sorted = (config: MachineConfig): string =>
    JSON.stringify(Object.entries(config).sort(([one], [other]) => (one < other ? -1 : 1)));
  return sorted(a) === sorted(b);
}
