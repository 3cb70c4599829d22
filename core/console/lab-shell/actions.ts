// What a line of the lab shell asks for. Parsing makes these; a host carries them out (see run-script.ts in core/session).

import type { Command } from '../../machine/commands.ts';
import type { Place } from './tokens.ts';

/** The machine's configuration, as the `configure` command carries it. */
export type ShellConfig = Extract<Command, { readonly do: 'configure' }>['config'];

/** Fields that `set` changes. */
export type ConfigChange = Partial<
  Pick<
    ShellConfig,
    | 'profile'
    | 'kernel'
    | 'pageBytes'
    | 'cpus'
    | 'minMemoryBytes'
    | 'memoryBytes'
    | 'maxMemoryBytes'
    | 'lmbBytes'
    | 'installedMemoryBytes'
    | 'bootArgs'
    | 'iommuDebugMessages'
    | 'seed'
  >
>;

export type ShowTopic =
  | 'status'
  | 'windows'
  | 'tces'
  | 'dmesg'
  | 'dt'
  | 'plan'
  | 'functions'
  | 'config'
  | 'profiles'
  | 'kernels'
  | 'vfio'
  | 'meminfo'
  | 'verdict';

export interface ShowRequest {
  readonly topic: ShowTopic;
  /** A function's id, a LIOBN (tces) or a path prefix (dt). */
  readonly target?: string;
  readonly json: boolean;
  /** tces: the first entry and how many; the first used ones when absent. */
  readonly index?: number;
  readonly count?: number;
}

export type RunUntil =
  | { readonly until: 'idle' }
  | { readonly until: 'ns'; readonly ns: number }
  | { readonly until: 'steps'; readonly steps: number };

export type ShellAction =
  | { readonly do: 'command'; readonly command: Command }
  | { readonly do: 'configure'; readonly change: ConfigChange }
  | { readonly do: 'show'; readonly show: ShowRequest }
  | { readonly do: 'run'; readonly run: RunUntil }
  | { readonly do: 'help'; readonly topic?: string };

export interface ShellLine {
  readonly action: ShellAction;
  /** As typed. */
  readonly text: string;
  readonly place: Place;
}
