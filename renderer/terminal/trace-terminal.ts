// The xterm.js terminal that the trace scrolls through: read-only, each row tied to the event it shows.

import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import type { ISearchOptions } from '@xterm/addon-search';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import type { TerminalLine } from './line.ts';
import { hasHardwareWebgl, paletteOf } from './palette.ts';

export const SCROLLBACK = 20_000;
const RESIZE_SETTLES_MS = 50;
/** Up one line and empty it. */
const LINE_ANEW = '\x1b[1A\x1b[2K';

export interface TraceTerminalEvents {
  /** The person scrolled away from the newest line. */
  scrolledUp(): void;
  /** The person chose a line. */
  chose(seq: number): void;
  /** The width changed: lines were fitted to the old one. */
  resized(): void;
  matches(index: number, count: number): void;
}

export class TraceTerminal {
  readonly terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon({ highlightLimit: 5000 });
  readonly #element: HTMLElement;
  readonly #events: TraceTerminalEvents;
  readonly #observer: ResizeObserver;
  /** Events of the rows written, oldest first. */
  #seqs: number[] = [];
  #columns = 0;
  #resizeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(element: HTMLElement, events: TraceTerminalEvents) {
    this.#element = element;
    this.#events = events;
    this.terminal = new Terminal({
      allowProposedApi: true,
      convertEol: true,
      cursorInactiveStyle: 'none',
      disableStdin: true,
      drawBoldTextInBrightColors: false,
      fontFamily: "'IBM Plex Mono', monospace",
      lineHeight: 1.25,
      minimumContrastRatio: 4.5,
      scrollback: SCROLLBACK,
      theme: paletteOf(element),
    });
    this.terminal.loadAddon(this.#fit);
    this.terminal.loadAddon(this.#search);
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      events.matches(resultIndex, resultCount),
    );
    this.terminal.open(element);
    if (hasHardwareWebgl()) this.terminal.loadAddon(new WebglAddon());
    this.terminal.textarea?.setAttribute('aria-label', 'hcall trace');
    this.terminal.textarea?.setAttribute('aria-roledescription', 'terminal, read-only');
    this.restyle();
    this.clear();
    this.#observer = new ResizeObserver(() => this.#resizeSoon());
    this.#observer.observe(element);
    element.addEventListener('wheel', (event) => event.deltaY < 0 && events.scrolledUp(), { passive: true });
    element.addEventListener('click', (event) => this.#click(event));
    this.terminal.attachCustomKeyEventHandler((event) => this.#key(event));
  }

  get rows(): number {
    return this.terminal.rows;
  }

  get columns(): number {
    return this.terminal.cols;
  }

  /** The oldest event that is still there. */
  get oldest(): number | undefined {
    return this.#seqAt(0);
  }

  write(lines: readonly TerminalLine[]): Promise<void> {
    for (const { seq, again } of lines) {
      if (again === true) this.#seqs.pop();
      this.#seqs.push(seq);
    }
    if (this.#seqs.length > 2 * SCROLLBACK) this.#seqs = this.#seqs.slice(-SCROLLBACK - 500);
    const text = lines.map(({ text, again }) => `${again === true ? LINE_ANEW : ''}${text}\n`).join('');
    return new Promise((resolve) => this.terminal.write(text, resolve));
  }

  clear(): void {
    this.#seqs = [];
    // As text, so that it comes after what was written before; and no cursor, since nothing can be typed here.
    this.terminal.write('\x1bc\x1b[?25l');
  }

  restyle(): void {
    const style = getComputedStyle(this.#element);
    this.terminal.options.theme = paletteOf(this.#element);
    this.terminal.options.fontSize = Number.parseFloat(style.fontSize);
    this.#fit.fit();
    this.#columns = this.terminal.cols;
  }

  set screenReader(on: boolean) {
    this.terminal.options.screenReaderMode = on;
  }

  toBottom(): void {
    this.terminal.scrollToBottom();
  }

  find(text: string, direction: 'next' | 'previous', incremental: boolean): void {
    const style = getComputedStyle(this.#element);
    const token = (name: string): string => style.getPropertyValue(name).trim();
    const options: ISearchOptions = {
      incremental,
      decorations: {
        matchBackground: token('--terminal-selection'),
        matchOverviewRuler: token('--warning'),
        activeMatchBackground: token('--warning'),
        activeMatchColorOverviewRuler: token('--warning'),
      },
    };
    if (text === '') this.#search.clearDecorations();
    else if (direction === 'next') this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
  }

  endFind(): void {
    this.#search.clearDecorations();
    this.terminal.clearSelection();
  }

  /** The selection, else all that is in view and scrollback. */
  textToCopy(): string {
    const selection = this.terminal.getSelection();
    if (selection !== '') return selection;
    const buffer = this.terminal.buffer.active;
    const lines: string[] = [];
    for (let row = 0; row < buffer.length; row++) {
      const text = buffer.getLine(row)?.translateToString(true) ?? '';
      if (text !== '') lines.push(text);
    }
    return lines.join('\n');
  }

  dispose(): void {
    this.#observer.disconnect();
    clearTimeout(this.#resizeTimer);
    this.terminal.dispose();
  }

  #resizeSoon(): void {
    clearTimeout(this.#resizeTimer);
    this.#resizeTimer = setTimeout(() => {
      this.#fit.fit();
      if (this.terminal.cols === this.#columns) return;
      this.#columns = this.terminal.cols;
      this.#events.resized();
    }, RESIZE_SETTLES_MS);
  }

  /** The event of a buffer row: rows above the scrollback were dropped from the front. */
  #seqAt(row: number): number | undefined {
    const dropped = Math.max(0, this.#seqs.length + 1 - (SCROLLBACK + this.terminal.rows));
    return this.#seqs[dropped + row];
  }

  #choose(row: number): void {
    const seq = this.#seqAt(row);
    if (seq === undefined) return;
    this.terminal.selectLines(row, row);
    this.#events.chose(seq);
  }

  #click(event: MouseEvent): void {
    // A drag selects text; a click chooses the line.
    if (this.terminal.getSelection().length > 1) return;
    const screen = this.#element.querySelector('.xterm-screen')?.getBoundingClientRect();
    if (screen === undefined || screen.height === 0) return;
    const line = Math.floor(((event.clientY - screen.top) / screen.height) * this.terminal.rows);
    this.#choose(this.terminal.buffer.active.viewportY + line);
  }

  /** Tab leaves the terminal; arrows choose lines; the page's own keys pass. */
  #key(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown' || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const last = this.terminal.buffer.active.baseY + this.terminal.buffer.active.cursorY - 1;
      const at = this.terminal.getSelectionPosition()?.start.y;
      const row = at === undefined ? last : at + (event.key === 'ArrowUp' ? -1 : 1);
      this.#events.scrolledUp();
      this.#choose(row);
      this.#reveal(row);
      event.preventDefault();
      return false;
    }
    if (event.key === 'PageUp' || event.key === 'PageDown') {
      this.#events.scrolledUp();
      this.terminal.scrollPages(event.key === 'PageUp' ? -1 : 1);
      event.preventDefault();
      return false;
    }
    return event.key !== 'Tab' && !/^F\d+$/.test(event.key);
  }

  #reveal(row: number): void {
    const top = this.terminal.buffer.active.viewportY;
    if (row < top) this.terminal.scrollToLine(row);
    else if (row >= top + this.terminal.rows) this.terminal.scrollToLine(row - this.terminal.rows + 1);
  }
}
