// An xterm.js terminal of the lab, with what people expect of one: search with a count, links, copy and paste by the platform's habit,
// text size, a view that can be kept and restored, a screen-reader mode, and a way out by keyboard. The trace and the shells hold one.

import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import type { ISearchOptions } from '@xterm/addon-search';
import { SerializeAddon } from '@xterm/addon-serialize';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import type { ILink } from '@xterm/xterm';
import type { Settings } from '../../electron/ipc-contract.ts';
import type { Target } from '../app/panel-info.ts';
import { terminal as texts } from '../texts/texts.ts';
import type { TextLink } from './links.ts';
import { hasHardwareWebgl, paletteOf } from './palette.ts';
import { keyMeaning, wheelZoom } from './terminal-keys.ts';

const RESIZE_SETTLES_MS = 50;
/** What `--mono-s` is where nothing is enlarged: a theme for projectors makes it larger, and the terminals with it. */
const USUAL_MONO_PX = 12;

export interface LabTerminalSetup {
  /** For those who listen. */
  readonly name: string;
  readonly isMac: boolean;
  /** Typed or pasted text goes there; absent: nothing can be typed. */
  readonly typed?: (text: string) => void;
  readonly linksOf?: (line: string) => readonly TextLink[];
  readonly follow?: (target: Target) => void;
  /** Keys of its own, asked first; true: it was one. */
  readonly key?: (event: KeyboardEvent) => boolean;
  /** The width changed. */
  readonly resized?: () => void;
  readonly matches?: (index: number, count: number) => void;
  readonly copy: (text: string) => void;
  /** 1 larger, -1 smaller, 0 as usual. */
  readonly zoom: (step: -1 | 0 | 1) => void;
}

export class LabTerminal {
  readonly terminal: Terminal;
  readonly element: HTMLElement;
  readonly #setup: LabTerminalSetup;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon({ highlightLimit: 5000 });
  readonly #serialize = new SerializeAddon();
  readonly #observer: ResizeObserver;
  #settings: Settings['terminal'];
  #columns = 0;
  #resizeTimer: ReturnType<typeof setTimeout> | undefined;
  /** Escape was pressed where Tab means something: the next Tab leaves. */
  #leaving = false;

  constructor(element: HTMLElement, settings: Settings['terminal'], setup: LabTerminalSetup) {
    this.element = element;
    this.#setup = setup;
    this.#settings = settings;
    const readOnly = setup.typed === undefined;
    this.terminal = new Terminal({
      allowProposedApi: true,
      convertEol: true,
      cursorInactiveStyle: readOnly ? 'none' : 'outline',
      disableStdin: readOnly,
      drawBoldTextInBrightColors: false,
      fontFamily: "'IBM Plex Mono', monospace",
      lineHeight: 1.25,
      macOptionIsMeta: true,
      minimumContrastRatio: 4.5,
      scrollback: settings.scrollback,
      screenReaderMode: settings.screenReader,
      theme: paletteOf(element),
    });
    for (const addon of [this.#fit, this.#search, this.#serialize]) this.terminal.loadAddon(addon);
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setup.matches?.(resultIndex, resultCount),
    );
    this.terminal.open(element);
    if (hasHardwareWebgl()) this.terminal.loadAddon(new WebglAddon());
    this.#describe(readOnly);
    this.restyle();
    this.#observer = new ResizeObserver(() => this.#resizeSoon());
    this.#observer.observe(element);
    this.#listen();
  }

  get columns(): number {
    return this.terminal.cols;
  }

  get rows(): number {
    return this.terminal.rows;
  }

  /** Whole lines written so far that are still there, scrollback included. */
  get lines(): number {
    const { baseY, cursorY } = this.terminal.buffer.active;
    return baseY + cursorY;
  }

  /** Resolves when it is drawn. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => this.terminal.write(text, resolve));
  }

  /** Settings of all terminals: sizes, scrollback, screen-reader mode. */
  apply(settings: Settings['terminal']): void {
    this.#settings = settings;
    this.terminal.options.scrollback = settings.scrollback;
    this.terminal.options.screenReaderMode = settings.screenReader;
    this.restyle();
  }

  /** Colours and sizes as the page has them now. */
  restyle(): void {
    const style = getComputedStyle(this.element);
    const scale = Number.parseFloat(style.fontSize) / USUAL_MONO_PX;
    this.terminal.options.theme = paletteOf(this.element);
    this.terminal.options.fontSize = Math.round(this.#settings.fontSize * scale);
    this.#refit();
  }

  textOf(row: number): string {
    return this.terminal.buffer.active.getLine(row)?.translateToString(true) ?? '';
  }

  linksOf(row: number): readonly TextLink[] {
    return this.#setup.linksOf?.(this.textOf(row)) ?? [];
  }

  find(text: string, direction: 'next' | 'previous', incremental: boolean): void {
    const style = getComputedStyle(this.element);
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

  /** All that is in view and scrollback. */
  allText(): string {
    const lines: string[] = [];
    for (let row = 0; row < this.terminal.buffer.active.length; row++) lines.push(this.textOf(row));
    return lines.filter((line) => line !== '').join('\n');
  }

  textToCopy(): string {
    const selection = this.terminal.getSelection();
    return selection === '' ? this.allText() : selection;
  }

  paste(text: string): void {
    this.terminal.paste(text);
  }

  /** The newest `most` lines with their colours, to be written again. */
  keep(most: number): string {
    const end = this.lines - 1;
    if (end < 0) return '';
    return `${this.#serialize.serialize({ range: { start: Math.max(0, end - most + 1), end } })}\r\n`;
  }

  reveal(row: number): void {
    const top = this.terminal.buffer.active.viewportY;
    if (row < top) this.terminal.scrollToLine(row);
    else if (row >= top + this.rows) this.terminal.scrollToLine(row - this.rows + 1);
  }

  dispose(): void {
    this.#observer.disconnect();
    clearTimeout(this.#resizeTimer);
    this.terminal.dispose();
  }

  #describe(readOnly: boolean): void {
    const hint = document.createElement('p');
    hint.id = `terminal-hint-${crypto.randomUUID()}`;
    hint.className = 'visually-hidden';
    hint.textContent = readOnly ? texts.leaveReadOnly : texts.leaveInput;
    this.element.append(hint);
    const { textarea } = this.terminal;
    textarea?.setAttribute('aria-label', this.#setup.name);
    textarea?.setAttribute('aria-roledescription', readOnly ? texts.readOnlyRole : texts.role);
    textarea?.setAttribute('aria-describedby', hint.id);
  }

  #listen(): void {
    const { terminal, element } = this;
    const { typed } = this.#setup;
    if (typed !== undefined) terminal.onData(typed);
    terminal.onSelectionChange(() => {
      if (this.#settings.copyOnSelect && terminal.hasSelection()) this.#setup.copy(terminal.getSelection());
    });
    terminal.attachCustomKeyEventHandler((event) => this.#key(event));
    terminal.attachCustomWheelEventHandler((event) => {
      const step = wheelZoom(event);
      if (step === undefined) return true;
      event.preventDefault();
      this.#setup.zoom(step);
      return false;
    });
    if (this.#setup.linksOf === undefined) return;
    terminal.registerLinkProvider({
      provideLinks: (y, give) => give(this.linksOf(y - 1).map((link) => this.#link(link, y))),
    });
    element.addEventListener('mouseleave', () => element.removeAttribute('title'));
  }

  #link({ start, end, target, label }: TextLink, y: number): ILink {
    return {
      text: label,
      range: { start: { x: start + 1, y }, end: { x: end, y } },
      activate: () => this.#setup.follow?.(target),
      hover: () => this.element.setAttribute('title', label),
      leave: () => this.element.removeAttribute('title'),
    };
  }

  /** False: xterm.js leaves the key alone, and the page may have it. */
  #key(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    const { isMac, key, typed } = this.#setup;
    const takesInput = typed !== undefined;
    const leaving = this.#leaving;
    this.#leaving = takesInput && event.key === 'Escape';
    const meaning = keyMeaning(event, {
      isMac,
      takesInput,
      hasSelection: this.terminal.hasSelection(),
      leaving,
    });
    switch (meaning.means) {
      case 'zoom':
        this.#setup.zoom(meaning.step);
        break;
      case 'copy':
        this.#setup.copy(this.textToCopy());
        break;
      case 'page':
        // Whatever the page makes of it: Tab goes on, function keys are actions.
        return false;
      case 'terminal':
        if (key?.(event) !== true) return takesInput || !meaning.combined;
        break;
    }
    event.preventDefault();
    event.stopPropagation();
    return false;
  }

  #resizeSoon(): void {
    clearTimeout(this.#resizeTimer);
    this.#resizeTimer = setTimeout(() => this.#refit(), RESIZE_SETTLES_MS);
  }

  #refit(): void {
    // Out of sight it has no size: it keeps the one it had.
    if (this.element.clientWidth === 0 || this.element.clientHeight === 0) return;
    this.#fit.fit();
    const before = this.#columns;
    this.#columns = this.terminal.cols;
    if (before !== 0 && before !== this.#columns) this.#setup.resized?.();
  }
}
