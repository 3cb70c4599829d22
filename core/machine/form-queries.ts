// Questions of forms: is this configuration a machine, may this command be given now, what is there to choose from?

import type { Graded } from '../base/graded.ts';
import type { UserError } from '../base/result.ts';
import type { Command } from './commands.ts';
import type { MachineConfig } from './config.ts';
import type { PageSizeReport } from './page-size-table.ts';

export type FormQuery =
  /** A configuration that may be wrong, looked at field by field. */
  | { readonly ask: 'config-check'; readonly config: MachineConfig }
  /** May these commands be given now, and what would come of them? Nothing is done. */
  | { readonly ask: 'may'; readonly commands: readonly Command[] }
  /** I/O page sizes of every platform and kernel. */
  | { readonly ask: 'page-sizes' }
  /** What `inject` takes on this platform. */
  | { readonly ask: 'fault-choices' };

export interface ConfigProblem extends UserError {
  /** The field of MachineConfig; empty: the whole does not go together. */
  readonly field: string;
}

/** Whole numbers from `least` to `most` (bytes, where the field is in bytes), multiples of `step`. */
export interface FieldLimits {
  readonly field: string;
  readonly least: number;
  readonly most: number;
  readonly step?: number;
  /** What holds where the configuration says nothing. */
  readonly usual?: Graded<number>;
}

export interface ConfigCheckAnswer {
  /** One for each field that is wrong. */
  readonly problems: readonly ConfigProblem[];
  readonly limits: readonly FieldLimits[];
  /** Kernel arguments that the guest model knows, beside `crashkernel=SIZE`. */
  readonly bootArgs: readonly string[];
}

export interface MayAnswer {
  /** The command as a line of the lab shell. */
  readonly line: string;
  /** Why it cannot be given now; null: it can. */
  readonly refusal: UserError | null;
  /** What it would do to this machine and its windows, sentence by sentence; empty where there is nothing particular. */
  readonly effects: readonly string[];
}

/** A status that a call can be made to answer. */
export interface StatusChoice {
  readonly code: number;
  readonly name: string;
  readonly meaning: string;
}

export interface CallChoice {
  readonly name: string;
  readonly kind: 'hcall' | 'rtas';
  /** Empty where no table says it. */
  readonly meaning: string;
}

export interface FaultChoicesAnswer {
  readonly calls: readonly CallChoice[];
  readonly hcallStatuses: readonly StatusChoice[];
  readonly rtasStatuses: readonly StatusChoice[];
  /** A PE can be frozen here. */
  readonly hasEeh: boolean;
}

export interface FormAnswers {
  'config-check': ConfigCheckAnswer;
  may: readonly MayAnswer[];
  'page-sizes': PageSizeReport;
  'fault-choices': FaultChoicesAnswer;
}
