// How far a learner has come. A check passes at the first rest of the machine at which it holds, and stays passed; one that must hold
// at the end is passed while it holds and the step's other checks are.

import type { TraceNames } from '../trace/names.ts';
import type { TraceReader } from '../trace/reader.ts';
import { foldOf } from './check-fold.ts';
import type { AskState, CheckFold, Reading } from './check-fold.ts';
import { checksOf } from './lab.ts';
import type { Lab, LabCheck, LabStep } from './lab.ts';

export interface CheckResult extends Reading {
  readonly step: string;
  readonly check: string;
  readonly say: string;
  readonly why: string;
  readonly points: number;
  readonly passed: boolean;
}

export interface Score {
  readonly points: number;
  readonly most: number;
  /** Points in percent of the most, rounded down. */
  readonly percent: number;
}

interface Row {
  readonly step: LabStep;
  readonly check: LabCheck;
  readonly fold: CheckFold;
  /** How it stood when it first held. */
  passed?: Reading;
}

export class LabProgress {
  private readonly rows: readonly Row[];
  private readonly names: TraceNames;
  private looked = 0;

  /** `names` must be the lookup that the lab was read with. */
  constructor(lab: Lab, names: TraceNames) {
    this.names = names;
    this.rows = checksOf(lab).map((row) => ({ ...row, fold: foldOf(row.check) }));
  }

  /** Looks at events that came since the last call. */
  follow(log: TraceReader): void {
    const to = log.length;
    for (let seq = this.looked; seq < to; seq++) {
      // A name that an event gives is known to filters over this very event.
      this.names.feed(log, seq, seq + 1);
      for (const { check, passed, fold } of this.rows) {
        // What has passed stays passed: it need not look on.
        if (passed === undefined || check.atEnd) fold.look(log, seq);
      }
    }
    this.looked = to;
  }

  /** The machine rests: call follow() first. What holds now has passed. */
  rest(ask: AskState): void {
    for (const row of this.rows) {
      if (row.passed !== undefined || row.check.atEnd) continue;
      const reading = row.fold.read(ask);
      if (reading.holds) row.passed = reading;
    }
  }

  results(ask: AskState): readonly CheckResult[] {
    return this.rows.map((row) => {
      const reading = row.passed ?? row.fold.read(ask);
      const passed = row.check.atEnd ? reading.holds && this.othersPassed(row.step, ask) : reading.holds;
      const { id: check, say, why, points } = row.check;
      return { step: row.step.id, check, say, why, points, ...reading, passed };
    });
  }

  private othersPassed(step: LabStep, ask: AskState): boolean {
    const others = this.rows.filter((row) => row.step === step && !row.check.atEnd);
    return others.every((row) => row.passed !== undefined || row.fold.read(ask).holds);
  }
}

export function scoreOf(results: readonly CheckResult[]): Score {
  const sum = (rows: readonly CheckResult[]): number => rows.reduce((total, row) => total + row.points, 0);
  const points = sum(results.filter((row) => row.passed));
  const most = sum(results);
  return { points, most, percent: most === 0 ? 0 : Math.floor((points * 100) / most) };
}
