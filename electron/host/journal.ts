// A session's journal: its commands as they were given, one line each, so that a killed process loses nothing. Append-only text;
// each line is a checksum and a JSON object. What a torn or damaged line leaves readable before it is used.

import * as v from 'valibot';
import { checkSessionLog, fail, Fnv64, ok } from '../../core/index.ts';
import type { Command, LoggedCommand, MachineConfig, Result, SessionLog } from '../../core/index.ts';

export const JOURNAL_FORMAT = 'ddwjournal';
const VERSION = 1;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const kernels = v.object({ own: v.string(), shown: v.string() });
const states = v.picklist(['off', 'booting', 'running', 'oops']);

/** `config` and `command` are the core's to check. */
const entrySchema = v.variant('at', [
  v.object({
    at: v.literal('begin'),
    format: v.literal(JOURNAL_FORMAT),
    version: v.number(),
    config: v.custom<MachineConfig>((value) => typeof value === 'object' && value !== null),
    /** The machine shown under another kernel beside the learner's own. */
    twin: v.exactOptional(kernels),
  }),
  v.object({
    at: v.literal('command'),
    step: count,
    command: v.custom<Command>((value) => typeof value === 'object' && value !== null),
  }),
  /** Where the machine had come to. */
  v.object({ at: v.literal('mark'), steps: count, state: states, busy: v.boolean(), paused: v.boolean() }),
  /** All so far is in this file. */
  v.object({ at: v.literal('saved'), file: v.string() }),
  /** The machine's process ended unasked while this command (by number) was the last begun; -1: before the first. */
  v.object({ at: v.literal('crash'), command: v.pipe(v.number(), v.integer(), v.minValue(-1)) }),
]);

export type JournalEntry = v.InferOutput<typeof entrySchema>;
export type JournalMark = Extract<JournalEntry, { at: 'mark' }>;

export interface Journal {
  readonly log: SessionLog;
  readonly twin?: { readonly own: string; readonly shown: string };
  /** Where it was saved last, and how many of the commands are in that file. */
  readonly file?: string;
  readonly savedCommands: number;
  readonly mark: JournalMark;
  /** Number of the last command begun, for each time that the machine's process ended unasked. */
  readonly crashes: readonly number[];
  /** A sentence: what could not be read. */
  readonly lost?: string;
}

export const beginEntry = (config: MachineConfig, twin?: Journal['twin']): JournalEntry => ({
  at: 'begin',
  format: JOURNAL_FORMAT,
  version: VERSION,
  config,
  ...(twin === undefined ? {} : { twin }),
});

/** A line of the journal, its end of line included. */
export function journalLine(entry: JournalEntry): string {
  const json = JSON.stringify(entry);
  return `${checksum(json)} ${json}\n`;
}

/** All that a journal of this content has to say, for writing it anew. */
export function journalText(journal: Journal): string {
  const { log, twin, file, savedCommands, mark, crashes } = journal;
  const saved: JournalEntry[] = file === undefined ? [] : [{ at: 'saved', file }];
  const commands = log.commands.map(({ step, command }): JournalEntry => ({ at: 'command', step, command }));
  const entries: JournalEntry[] = [
    beginEntry(log.config, twin),
    ...commands.slice(0, savedCommands),
    ...saved,
    ...commands.slice(savedCommands),
    ...crashes.map((command): JournalEntry => ({ at: 'crash', command })),
    mark,
  ];
  return entries.map(journalLine).join('');
}

export function isJournal(text: string): boolean {
  return readLine(text.slice(0, text.indexOf('\n') + 1).trimEnd())?.at === 'begin';
}

/** Errors: `not-a-journal`, `too-new`, those of a configuration. Damage further down is no error: `lost` says what is missing. */
export function parseJournal(text: string): Result<Journal> {
  const lines = text.split('\n');
  const isTorn = lines.pop() !== '';
  const entries = readable(lines);
  const begin = entries[0];
  if (begin?.at !== 'begin')
    return fail('not-a-journal', 'its first line cannot be read, and that says which machine it was');
  if (begin.version > VERSION) return fail('too-new', 'it was written by a later version of DDW Lab');
  const folded = fold(begin.config, entries);
  const damaged = lines.length - entries.length;
  const log = withoutUnknown(folded.log);
  if (!log.ok) return log;
  const unknown = folded.log.commands.length - log.value.commands.length;
  const lost = lossOf(damaged, isTorn, unknown);
  return ok({
    ...folded,
    log: log.value,
    savedCommands: Math.min(folded.savedCommands, log.value.commands.length),
    ...(begin.twin === undefined ? {} : { twin: begin.twin }),
    ...(lost === undefined ? {} : { lost }),
  });
}

/** The lines before the first one that is damaged: what comes after it was done to another machine. */
function readable(lines: readonly string[]): readonly JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const line of lines) {
    const entry = readLine(line);
    if (entry === undefined) break;
    entries.push(entry);
  }
  return entries;
}

function readLine(line: string): JournalEntry | undefined {
  const json = line.slice(9);
  if (line.slice(0, 9) !== `${checksum(json)} `) return undefined;
  try {
    const parsed = v.safeParse(entrySchema, JSON.parse(json));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

const AT_FIRST: JournalMark = { at: 'mark', steps: 0, state: 'off', busy: false, paused: false };

function fold(
  config: MachineConfig,
  entries: readonly JournalEntry[],
): Omit<Journal, 'file'> & { file?: string } {
  const commands: LoggedCommand[] = [];
  const crashes: number[] = [];
  let mark = AT_FIRST;
  let file: string | undefined;
  let savedCommands = 0;
  for (const entry of entries) {
    if (entry.at === 'command') commands.push({ step: entry.step, command: entry.command });
    else if (entry.at === 'mark') mark = entry;
    else if (entry.at === 'crash') crashes.push(entry.command);
    else if (entry.at === 'saved') [file, savedCommands] = [entry.file, commands.length];
  }
  const steps = Math.max(mark.steps, commands.at(-1)?.step ?? 0);
  const log = { config, commands, steps };
  return { log, savedCommands, mark, crashes, ...(file === undefined ? {} : { file }) };
}

/** The log up to the first command that this version does not know. */
function withoutUnknown(log: SessionLog): Result<SessionLog> {
  const checked = checkSessionLog(log);
  if (checked.ok) return checked;
  const { config } = log;
  let step = 0;
  const known = log.commands.findIndex((entry) => {
    const isOurs = entry.step >= step && checkSessionLog({ config, commands: [entry], steps: entry.step }).ok;
    step = entry.step;
    return !isOurs;
  });
  if (known < 0) return checked;
  const commands = log.commands.slice(0, known);
  const steps = Math.max(commands.at(-1)?.step ?? 0, log.commands[known]?.step ?? 0);
  return checkSessionLog({ config, commands, steps });
}

function lossOf(damaged: number, isTorn: boolean, unknown: number): string | undefined {
  if (damaged > 0)
    return `its record is damaged: what was done in the last ${damaged} of its lines is missing`;
  if (unknown > 0) return `the last ${unknown} actions are missing: this version does not know them`;
  return isTorn ? 'the last action was only half written, and is missing' : undefined;
}

function checksum(text: string): string {
  const state = new Fnv64();
  for (let i = 0; i < text.length; i++) state.add(0, text.charCodeAt(i));
  return state.value.toString(16).padStart(16, '0').slice(8);
}
