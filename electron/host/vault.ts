// The folder where open sessions are kept against a fall: their journals, which tabs there are, and which one is at work.

import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { MAX_SESSION_TEXT } from '../../core/index.ts';
import { journalLine, parseJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { reasonOf } from './session-store.ts';

const SUFFIX = '.ddwjournal';
const ASIDE = 'set-aside';

const layout = v.object({
  nextId: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** Journals by their names, in the order of the tabs. */
  tabs: v.pipe(v.array(v.object({ journal: v.string(), twinOf: v.nullable(v.string()) })), v.maxLength(1000)),
  shown: v.nullable(v.string()),
});
export type Layout = v.InferOutput<typeof layout>;

const EMPTY: Layout = { nextId: 1, tabs: [], shown: null };

export interface FoundSession {
  readonly name: string;
  readonly twinOf: string | null;
  readonly journal: Journal;
}

export interface Found {
  readonly nextId: number;
  readonly sessions: readonly FoundSession[];
  readonly shown: string | null;
  /** Sentences: journals that say nothing any more. */
  readonly unreadable: readonly string[];
}

/** What was at work: the journal, and, where it was replayed with care, the command that had begun. */
interface AtWork {
  readonly name: string;
  readonly command: number | undefined;
}

export class Vault {
  readonly folder: string;
  private readonly onTrouble: (reason: string) => void;

  constructor(folder: string, onTrouble: (reason: string) => void) {
    this.folder = folder;
    this.onTrouble = onTrouble;
    this.try(() => mkdirSync(folder, { recursive: true }));
  }

  nameFor(id: number): string {
    return `session-${id}${SUFFIX}`;
  }

  pathOf(name: string): string {
    return join(this.folder, name);
  }

  /** What the last run left. With `crashed`, the one that was at work is marked as having gone down with the machine's process. */
  find(crashed: boolean): Found {
    if (crashed) this.noteCrash();
    const { nextId, tabs, shown } = this.readLayout();
    const listed = new Map(tabs.map((tab) => [tab.journal, tab.twinOf]));
    const here = this.journals();
    const names = [...tabs.map(({ journal }) => journal), ...here.filter((name) => !listed.has(name))];
    const sessions: FoundSession[] = [];
    const unreadable: string[] = [];
    for (const name of names.filter((name) => here.includes(name))) {
      const journal = this.read(name);
      if (typeof journal === 'string') unreadable.push(this.setAside(name, journal));
      else sessions.push({ name, twinOf: listed.get(name) ?? null, journal });
    }
    return { nextId, sessions, shown, unreadable };
  }

  writeLayout(layout: Layout): void {
    this.write('desk.json', `${JSON.stringify(layout, null, 2)}\n`);
  }

  /** Said before a machine is let work, so that a fall has a name. */
  atWork(name: string | undefined, command?: number): void {
    const work =
      name === undefined ? '' : JSON.stringify({ name, ...(command === undefined ? {} : { command }) });
    this.try(() => writeFileSync(this.pathOf('at-work'), work));
  }

  /** Out of the way, kept; answers a sentence about where. */
  setAside(name: string, why: string): string {
    const target = join(this.folder, ASIDE, `${Date.now()}-${name}`);
    this.try(() => {
      mkdirSync(join(this.folder, ASIDE), { recursive: true });
      renameSync(this.pathOf(name), target);
    });
    return `A session kept from last time cannot be recovered: ${why}. Its record was moved to ${target}.`;
  }

  private journals(): readonly string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => name.endsWith(SUFFIX))
        .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    } catch {
      return [];
    }
  }

  private read(name: string): Journal | string {
    try {
      const path = this.pathOf(name);
      if (statSync(path).size > MAX_SESSION_TEXT * 2) return 'it is too long for a session';
      const parsed = parseJournal(readFileSync(path, 'utf8'));
      return parsed.ok ? parsed.value : parsed.error.message;
    } catch (error) {
      return reasonOf(error);
    }
  }

  private readLayout(): Layout {
    const parsed = v.safeParse(layout, this.readJson('desk.json'));
    if (parsed.success) return parsed.output;
    const highest = this.journals().map((name) => Number(/\d+/.exec(name)?.[0] ?? 0));
    return { ...EMPTY, nextId: Math.max(0, ...highest) + 1 };
  }

  private noteCrash(): void {
    const work = this.readJson('at-work') as Partial<AtWork> | undefined;
    const name = this.journals().find((journal) => journal === work?.name);
    if (name === undefined) return;
    const journal = this.read(name);
    if (typeof journal === 'string') return;
    const command = Number.isSafeInteger(work?.command)
      ? Number(work?.command)
      : journal.log.commands.length - 1;
    const line = journalLine({ at: 'crash', command });
    this.try(() => writeFileSync(this.pathOf(name), line, { flag: 'a' }));
  }

  private readJson(name: string): unknown {
    try {
      return JSON.parse(readFileSync(this.pathOf(name), 'utf8')) as unknown;
    } catch {
      return undefined;
    }
  }

  private write(name: string, text: string): void {
    const beside = this.pathOf(`${name}.new`);
    this.try(() => {
      writeFileSync(beside, text);
      renameSync(beside, this.pathOf(name));
    });
  }

  private try(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.onTrouble(reasonOf(error));
    }
  }
}
