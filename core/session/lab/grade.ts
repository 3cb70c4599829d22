// Grading: the attempt's command log is carried out again, and the checks look at what came of it. What the file claims does not count.

import { commandText } from '../../machine/command-text.ts';
import type { Command } from '../../machine/commands.ts';
import { LabProgress, scoreOf } from '../../lab/progress.ts';
import type { CheckResult, Score } from '../../lab/progress.ts';
import { Replay } from '../replay.ts';
import type { Session } from '../session.ts';
import { parseSessionFile } from '../session-file.ts';
import type { LabStamp, SessionFile } from '../session-types.ts';
import { askOf, LabWork, MAX_LAB_EVENTS, MAX_LAB_STEPS } from './lab-work.ts';
import { openLab, samePlain } from './open-lab.ts';
import type { LabSource, OpenLab } from './open-lab.ts';

export type GradeVerdict =
  | 'graded'
  /** Graded, but lines were used that the lab locks. */
  | 'locked-lines'
  | 'damaged'
  | 'foreign-version'
  | 'not-an-attempt'
  | 'unknown-lab'
  | 'other-lab-version'
  | 'altered'
  | 'too-long';

export interface Grade {
  readonly verdict: GradeVerdict;
  /** One sentence: what the verdict means here. */
  readonly message: string;
  /** What the file says of itself; absent when it could not be read that far. */
  readonly stamp?: LabStamp;
  /** Present when the attempt could be carried out as it was saved. */
  readonly score?: Score;
  readonly checks: readonly CheckResult[];
}

const PIECE = 4096;

/** `find`: the lab of an id; `program`: our version. */
export function gradeAttempt(
  text: string,
  find: (id: string) => LabSource | undefined,
  program: string,
): Grade {
  const parsed = parseSessionFile(text);
  if (!parsed.ok) {
    const { code, message } = parsed.error;
    const verdict = code === 'too-new' ? 'foreign-version' : 'damaged';
    return refused(verdict, code === 'not-json' ? 'the file is cut off or damaged: it is not JSON' : message);
  }
  const file = parsed.value;
  const stamp = file.lab;
  if (stamp === undefined) {
    return refused('not-an-attempt', 'this is a session that was not made in a lab');
  }
  const source = find(stamp.id);
  if (source === undefined) {
    return refused('unknown-lab', `there is no lab "${stamp.id}" here`, stamp);
  }
  if (source.hash !== stamp.hash) {
    return refused('other-lab-version', `the lab ${stamp.id} was changed after this attempt was made`, stamp);
  }
  const lab = openLab(source, stamp.seed);
  if (!lab.ok)
    return refused('unknown-lab', `the lab ${stamp.id} cannot be read: ${lab.error.message}`, stamp);
  return new Grading(lab.value, file, stamp, program).grade();
}

function refused(verdict: GradeVerdict, message: string, stamp?: LabStamp): Grade {
  return { verdict, message, checks: [], ...(stamp === undefined ? {} : { stamp }) };
}

class Grading {
  private readonly locked: string[] = [];
  private readonly progress: LabProgress;
  private readonly open: OpenLab;
  private readonly file: SessionFile;
  private readonly stamp: LabStamp;
  private readonly program: string;
  private seen = -1;

  constructor(open: OpenLab, file: SessionFile, stamp: LabStamp, program: string) {
    this.open = open;
    this.file = file;
    this.stamp = stamp;
    this.program = program;
    this.progress = new LabProgress(open.lab, open.names);
  }

  grade(): Grade {
    const setup = this.setupCommands();
    if (setup === undefined) return this.refuse('altered', 'it does not begin with the machine of the lab');
    if (this.file.steps > MAX_LAB_STEPS) return this.tooLong();
    const replay = new Replay(this.file, (command) => this.beginning(replay.partial, command, setup));
    while (replay.result === undefined) {
      replay.advance(PIECE);
      if ((replay.partial?.traceLength ?? 0) > MAX_LAB_EVENTS) return this.tooLong();
    }
    if (!replay.result.ok) return this.differs(replay.result.error.message);
    return this.graded(replay.result.value);
  }

  private graded(session: Session): Grade {
    this.rest(session);
    const checks = this.progress.results(askOf(session));
    const score = scoreOf(checks);
    const [line] = this.locked;
    const base = { stamp: this.stamp, score, checks };
    if (line !== undefined) {
      const message = `it uses what the lab locks: ${line}`;
      return { verdict: 'locked-lines', message, ...base };
    }
    const passed = checks.filter((check) => check.passed).length;
    return { verdict: 'graded', message: `${passed} of ${checks.length} checks pass`, ...base };
  }

  /** How many commands the lab's setup gives; undefined: the file does not begin with them. */
  private setupCommands(): number | undefined {
    const { source, lab, config } = this.open;
    if (!samePlain(config, this.file.config)) return undefined;
    // Work has names of its own: those of this lab follow the attempt.
    const fresh = openLab(source, lab.seed);
    const work = fresh.ok ? LabWork.begin(fresh.value) : fresh;
    if (!work.ok) return undefined;
    const { commands } = work.value.session.log();
    return samePlain(commands, this.file.commands.slice(0, commands.length)) ? commands.length : undefined;
  }

  /** Before each command the machine is as the learner left it. */
  private beginning(session: Session | undefined, index: number, setup: number): void {
    if (session === undefined || index < setup) return;
    this.rest(session);
    const command = this.file.commands[index]?.command;
    if (command !== undefined) this.lookForLocks(session, command);
  }

  private lookForLocks(session: Session, command: Command): void {
    const { locks } = this.open.lab;
    const config = locks.length === 0 ? undefined : session.query({ ask: 'config' });
    if (config?.ok !== true) return;
    const lines = commandText(command, config.value).split('; ');
    const used = lines.find((line) => locks.some((lock) => line === lock || line.startsWith(`${lock} `)));
    if (used !== undefined) this.locked.push(used);
  }

  private rest(session: Session): void {
    if (session.traceLength === this.seen) return;
    this.seen = session.traceLength;
    this.progress.follow(session.trace);
    this.progress.rest(askOf(session));
  }

  private differs(message: string): Grade {
    const { program } = this.stamp;
    if (program === this.program) return this.refuse('altered', message);
    const versions = `it was made with DDW Lab ${program}, this is ${this.program}`;
    return this.refuse('foreign-version', `${versions}, and it runs differently here`);
  }

  private tooLong(): Grade {
    return this.refuse('too-long', 'it goes on for longer than any attempt at a lab needs');
  }

  private refuse(verdict: GradeVerdict, message: string): Grade {
    return refused(verdict, message, this.stamp);
  }
}
