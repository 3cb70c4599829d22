// What an import says of itself: how much it read, what it left out, what it took for granted, and what contradicts the firmware's rules.

import type { Knowledge } from './qemu/tables.ts';

export type ForeignFormat = 'qemu' | 'ftrace';

/** A sentence, and how often it held. */
export interface Remark {
  readonly text: string;
  readonly times: number;
  /** Line of the first time, from 1. */
  readonly line: number;
}

export interface ImportReport {
  readonly format: ForeignFormat;
  readonly lines: number;
  readonly events: number;
  /** Lines that are none of this format, and the first few of them. */
  readonly skipped: number;
  readonly skippedLines: readonly { readonly line: number; readonly text: string }[];
  readonly leftOut: readonly Remark[];
  readonly assumptions: readonly Remark[];
  readonly contradictions: readonly Remark[];
  /** How each window that is there at the end is known. */
  readonly windows: readonly { readonly liobn: number; readonly how: Knowledge }[];
}

const SKIPPED_SHOWN = 5;
const TEXT_SHOWN = 120;

class Remarks {
  private readonly entries = new Map<string, Remark>();

  add(text: string, line: number): void {
    const known = this.entries.get(text);
    this.entries.set(text, { text, line: known?.line ?? line, times: (known?.times ?? 0) + 1 });
  }

  get list(): readonly Remark[] {
    return [...this.entries.values()];
  }
}

export class ReportWriter {
  private readonly format: ForeignFormat;
  private lines = 0;
  private skipped = 0;
  private readonly shown: { readonly line: number; readonly text: string }[] = [];
  private readonly leftOut = new Remarks();
  private readonly assumptions = new Remarks();
  private readonly contradictions = new Remarks();

  constructor(format: ForeignFormat) {
    this.format = format;
  }

  line(): void {
    this.lines++;
  }

  skip(text: string): void {
    this.skipped++;
    if (this.shown.length < SKIPPED_SHOWN)
      this.shown.push({ line: this.lines, text: text.slice(0, TEXT_SHOWN) });
  }

  leaveOut(text: string): void {
    this.leftOut.add(text, this.lines);
  }

  assume(text: string): void {
    this.assumptions.add(text, this.lines);
  }

  warn(text: string): void {
    this.contradictions.add(text, this.lines);
  }

  finish(events: number, windows: ImportReport['windows']): ImportReport {
    return {
      format: this.format,
      lines: this.lines,
      events,
      skipped: this.skipped,
      skippedLines: this.shown,
      leftOut: this.leftOut.list,
      assumptions: this.assumptions.list,
      contradictions: this.contradictions.list,
      windows,
    };
  }
}
