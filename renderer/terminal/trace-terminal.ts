// The terminal that the trace scrolls through: read-only, each row tied to the event it shows.

import type { Settings } from '../../electron/ipc-contract.ts';
import { LabTerminal } from './lab-terminal.ts';
import type { LabTerminalSetup } from './lab-terminal.ts';
import type { TerminalLine } from './line.ts';

/** Up one line and empty it. */
const LINE_ANEW = '\x1b[1A\x1b[2K';
/** As text, so that it comes after what was written before; and no cursor, since nothing can be typed here. */
const EMPTY = '\x1bc\x1b[?25l';

export interface TraceTerminalEvents {
  /** The person scrolled away from the newest line. */
  scrolledUp(): void;
  /** The person chose a line. */
  chose(seq: number, row: number): void;
  /** On to the links of the chosen line. */
  toLinks(): void;
}

/** What is in view, to be shown again after the panel was closed or the page was loaded anew. */
export interface KeptLines {
  readonly text: string;
  readonly seqs: readonly number[];
  readonly columns: number;
}

export class TraceTerminal {
  readonly lab: LabTerminal;
  readonly #events: TraceTerminalEvents;
  /** Events of the rows written, oldest first. */
  #seqs: number[] = [];
  /** Rows written and not yet drawn. */
  #underWay = 0;
  #epoch = 0;

  constructor(
    element: HTMLElement,
    settings: Settings['terminal'],
    setup: Omit<LabTerminalSetup, 'key' | 'typed'>,
    events: TraceTerminalEvents,
  ) {
    this.#events = events;
    this.lab = new LabTerminal(element, settings, { ...setup, key: (event) => this.#key(event) });
    this.clear();
    element.addEventListener(
      'wheel',
      (event) => event.deltaY < 0 && !event.ctrlKey && !event.metaKey && events.scrolledUp(),
      { passive: true },
    );
    element.addEventListener('click', (event) => this.#click(event));
  }

  /** The oldest event that is still there. */
  get oldest(): number | undefined {
    return this.#seqAt(0);
  }

  async write(lines: readonly TerminalLine[]): Promise<void> {
    let more = 0;
    for (const { seq, again } of lines) {
      if (again === true) this.#seqs.pop();
      else more++;
      this.#seqs.push(seq);
    }
    const epoch = this.#epoch;
    this.#underWay += more;
    await this.lab.write(
      lines.map(({ text, again }) => `${again === true ? LINE_ANEW : ''}${text}\n`).join(''),
    );
    if (epoch !== this.#epoch) return;
    this.#underWay -= more;
    const dropped = this.#dropped;
    if (dropped > 2 * this.lab.lines) this.#seqs = this.#seqs.slice(dropped);
  }

  clear(): void {
    this.#seqs = [];
    this.#underWay = 0;
    this.#epoch++;
    this.lab.terminal.write(EMPTY);
  }

  /** The newest `most` lines. */
  keep(most: number): KeptLines {
    const { lab } = this;
    const text = lab.keep(most);
    const drawn = this.#seqs.length - this.#underWay;
    return {
      text,
      seqs: this.#seqs.slice(Math.max(0, drawn - Math.min(most, lab.lines)), drawn),
      columns: lab.columns,
    };
  }

  /** False: they were made for another width, and nothing was done. */
  async restore({ text, seqs, columns }: KeptLines): Promise<boolean> {
    if (columns !== this.lab.columns) return false;
    this.clear();
    this.#seqs = [...seqs];
    this.#underWay = seqs.length;
    const epoch = this.#epoch;
    await this.lab.write(text);
    if (epoch === this.#epoch) this.#underWay = 0;
    return true;
  }

  toBottom(): void {
    this.lab.terminal.scrollToBottom();
  }

  /** Rows above the scrollback were dropped from the front. */
  get #dropped(): number {
    return Math.max(0, this.#seqs.length - this.#underWay - this.lab.lines);
  }

  #seqAt(row: number): number | undefined {
    return this.#seqs[this.#dropped + row];
  }

  #choose(row: number): void {
    const seq = this.#seqAt(row);
    if (seq === undefined) return;
    this.lab.terminal.selectLines(row, row);
    this.#events.chose(seq, row);
  }

  #click(event: MouseEvent): void {
    const { lab } = this;
    // A drag selects text; a click chooses the line.
    if (lab.terminal.getSelection().length > 1) return;
    const screen = lab.element.querySelector('.xterm-screen')?.getBoundingClientRect();
    if (screen === undefined || screen.height === 0) return;
    const line = Math.floor(((event.clientY - screen.top) / screen.height) * lab.rows);
    this.#choose(lab.terminal.buffer.active.viewportY + line);
  }

  /** Arrows choose lines, Enter goes on to the chosen line's links. */
  #key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    switch (event.key) {
      case 'ArrowUp':
      case 'ArrowDown':
        this.#step(event.key === 'ArrowUp' ? -1 : 1);
        return true;
      case 'PageUp':
      case 'PageDown':
        this.#events.scrolledUp();
        this.lab.terminal.scrollPages(event.key === 'PageUp' ? -1 : 1);
        return true;
      case 'Enter':
        this.#events.toLinks();
        return true;
      default:
        return false;
    }
  }

  #step(by: -1 | 1): void {
    const at = this.lab.terminal.getSelectionPosition()?.start.y;
    const row = at === undefined ? this.lab.lines - 1 : at + by;
    this.#events.scrolledUp();
    this.#choose(row);
    this.lab.reveal(row);
  }
}
