// What main may ask of the machine's process, and what it is told. Requests of the page go through as they are; their schemas are the
// page's own. Both sides are ours, and both check all the same: what arrives may come from a process that has been taken over.

import * as v from 'valibot';
import { EXPORTS, requests } from '../ipc-contract.ts';
import type {
  Answers,
  CompareProgressNotice,
  Hello,
  Progress,
  TabInfo,
  UserError,
  VfioProgressNotice,
  WorkNotice,
} from '../ipc-contract.ts';
import type { Result } from '../../core/index.ts';

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

/** Requests of the page that are the machine's to answer. */
export const FORWARDED = [
  'dispatch',
  'query',
  'tracePage',
  'configOn',
  'run',
  'newSession',
  'compare',
  'compareBack',
  'compareRuns',
  'compareCancel',
  'vfioMatrix',
  'vfioCancel',
  'vfioOpen',
  'undo',
  'showTab',
  'cancelWork',
] as const;
export type Forwarded = (typeof FORWARDED)[number];

const forwarded = Object.fromEntries(FORWARDED.map((name) => [name, requests[name]])) as Pick<
  typeof requests,
  Forwarded
>;

export const machineRequests = {
  ...forwarded,
  /** First of all. `crashed`: the process before this one ended unasked. */
  begin: v.object({ folder: path, crashed: v.boolean() }),
  /** What the page is told first. */
  look: v.optional(v.undefined()),
  open: v.object({ file: path }),
  save: v.object({ id, file: path }),
  /** What the machine shown has, as a file to hand out. */
  exportTo: v.object({ what: v.picklist(EXPORTS), file: path }),
  /** Without a question: main has asked. */
  close: v.object({ id }),
  /** The lab ends in good order: nothing is to be recovered. */
  closeAll: v.optional(v.undefined()),
} satisfies Record<string, v.GenericSchema>;

export type MachineRequest = keyof typeof machineRequests;
export type MachinePayload<N extends MachineRequest> = v.InferOutput<(typeof machineRequests)[N]>;

export interface MachineBegun {
  /** Sentences: what could not be recovered. */
  readonly missing: readonly string[];
  /** Sessions in which something had been done. */
  readonly sessions: number;
  /** The one shown is still being replayed; the notice `awake` says when it is there. */
  readonly waking: boolean;
}

export interface MachineAnswers extends Pick<Answers, Forwarded> {
  begin: Result<MachineBegun>;
  look: Result<MachineLook>;
  open: Result<true>;
  save: Result<true>;
  /** The file written: with its ending, where the name had none. */
  exportTo: Result<string>;
  close: Result<true>;
  closeAll: Result<true>;
}

export type MachineLook = Pick<Hello, 'progress' | 'devices' | 'work'> & { readonly desk: DeskState };

export interface DeskState {
  readonly tabs: readonly (TabInfo & { readonly file: string | null })[];
  readonly shown: number;
}

export interface MachineNotices {
  progress: Progress;
  desk: DeskState;
  compareProgress: CompareProgressNotice;
  vfioProgress: VfioProgressNotice;
  problem: UserError;
  remark: { readonly message: string };
  work: WorkNotice;
  /** The tab's recovery has come to its end, well or not. */
  awake: { readonly id: number };
}

/** A message to the machine. */
const message = v.object({ ticket: id, name: v.string(), payload: v.optional(v.unknown()) });
export type MachineMessage = v.InferOutput<typeof message>;

/** A message from it: an answer to a ticket, or a notice. */
export type MachineNotice = {
  readonly [N in keyof MachineNotices]: { readonly notice: N; readonly payload: MachineNotices[N] };
}[keyof MachineNotices];

export type MachineReply = { readonly ticket: number; readonly answer: unknown } | MachineNotice;

export function checkMessage(sent: unknown): MachineMessage | undefined {
  const parsed = v.safeParse(message, sent);
  return parsed.success ? parsed.output : undefined;
}

export function isMachineRequest(name: string): name is MachineRequest {
  return Object.hasOwn(machineRequests, name);
}
