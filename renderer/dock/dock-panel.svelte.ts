// One panel in the dock: its component mounted with the page's contexts, told whether it is in sight; and its tab.

import type { DockviewApi, DockviewPanelApi, IContentRenderer, ITabRenderer } from 'dockview-core';
import { mount, unmount } from 'svelte';
import { FRAME } from '../app/context.ts';
import type { PanelFile, PanelProps } from '../app/panel-info.ts';

interface Init {
  readonly api: DockviewPanelApi;
  readonly containerApi: DockviewApi;
  readonly title: string;
}

/** Out of the document a list forgets how far it was scrolled: remembered here. */
class ScrollMemory {
  readonly #places = new Map<Element, { top: number; left: number }>();

  constructor(root: HTMLElement) {
    const note = ({ target }: Event): void => {
      if (target instanceof Element)
        this.#places.set(target, { top: target.scrollTop, left: target.scrollLeft });
    };
    root.addEventListener('scroll', note, { capture: true, passive: true });
  }

  restore(): void {
    for (const [element, { top, left }] of this.#places) {
      if (!element.isConnected) this.#places.delete(element);
      else element.scrollTo({ top, left, behavior: 'instant' });
    }
  }
}

export class DockPanel implements IContentRenderer {
  readonly element = document.createElement('div');
  readonly #file: PanelFile;
  readonly #contexts: ReadonlyMap<unknown, unknown>;
  readonly #props = $state<{ visible: boolean }>({ visible: false });
  readonly #scrolled: ScrollMemory;
  #mounted: Record<string, unknown> | undefined;
  #visibility: { dispose(): void } | undefined;

  constructor(file: PanelFile, contexts: ReadonlyMap<unknown, unknown>) {
    this.#file = file;
    this.#contexts = contexts;
    this.element.className = 'dock-panel';
    this.element.dataset['panel'] = file.panel.id;
    this.#scrolled = new ScrollMemory(this.element);
  }

  init({ api }: Init): void {
    const { title } = this.#file.panel;
    let inFront = title;
    // Behind others a tab has its short name; in front there is room for what the panel shows.
    const name = (): void => api.setTitle(this.#props.visible ? inFront : title);
    this.#props.visible = api.isVisible;
    this.#visibility = api.onDidVisibilityChange(({ isVisible }) => {
      this.#props.visible = isVisible;
      name();
    });
    const frame = {
      setTitle: (words: string) => {
        inFront = words;
        name();
      },
    };
    const context = new Map(this.#contexts).set(FRAME, frame);
    const props: PanelProps = this.#props;
    this.#mounted = mount(this.#file.default, { target: this.element, props, context });
  }

  onShow(): void {
    this.#scrolled.restore();
  }

  dispose(): void {
    this.#visibility?.dispose();
    if (this.#mounted !== undefined) void unmount(this.#mounted);
    this.#mounted = undefined;
  }
}

const CROSS = 'm4.2 3.3 3.8 3.8 3.8-3.8.9.9L8.9 8l3.8 3.8-.9.9L8 8.9l-3.8 3.8-.9-.9L7.1 8 3.3 4.2z';

/** The words on a tab, and a cross for the mouse; the keyboard closes with Delete, so the cross is no control of its own. */
export class DockTab implements ITabRenderer {
  readonly element = document.createElement('div');
  readonly #closeWords: string;
  #titles: { dispose(): void } | undefined;
  #sizes: ResizeObserver | undefined;
  #row: Element | undefined;

  constructor(closeWords: string) {
    this.#closeWords = closeWords;
    this.element.className = 'dock-tab';
  }

  init({ api, title }: Init): void {
    const words = document.createElement('span');
    words.className = 'dock-tab-words';
    words.textContent = title;
    this.#titles = api.onDidTitleChange((change) => (words.textContent = change.title));
    this.element.append(words, this.#cross(api));
    this.element.addEventListener('auxclick', (event) => {
      if (event.button === 1) api.close();
    });
    this.element.addEventListener('dblclick', () => {
      if (api.isMaximized()) api.exitMaximized();
      else api.maximize();
    });
    // A tab in front grows, by its cross, its title, or the theme's letters: then too it is to be seen whole.
    this.#sizes = new ResizeObserver(() => {
      if (api.isVisible) this.#intoSight();
    });
    this.#sizes.observe(this.element);
  }

  /** Scrolls the row of tabs alone: the stack of a narrow window stays where it is. */
  #intoSight(): void {
    const tab = this.element.closest('[role=tab]')?.getBoundingClientRect();
    const row = this.element.closest('[role=tablist]');
    if (tab === undefined || row === null) return;
    // The row itself gives way to the list of those out of sight.
    if (row !== this.#row) this.#sizes?.observe(row);
    this.#row = row;
    const { left, right } = row.getBoundingClientRect();
    if (tab.right > right) row.scrollLeft += tab.right - right;
    else if (tab.left < left) row.scrollLeft += tab.left - left;
  }

  #cross(api: DockviewPanelApi): HTMLElement {
    const cross = document.createElement('span');
    cross.className = 'dock-tab-close';
    cross.title = this.#closeWords;
    cross.ariaHidden = 'true';
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 16 16');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', CROSS);
    path.setAttribute('fill', 'currentColor');
    svg.append(path);
    cross.append(svg);
    // Pressed on the cross, the tab is neither chosen nor taken hold of.
    cross.addEventListener('pointerdown', (event) => event.stopPropagation());
    cross.addEventListener('click', (event) => {
      event.stopPropagation();
      api.close();
    });
    return cross;
  }

  dispose(): void {
    this.#titles?.dispose();
    this.#sizes?.disconnect();
  }
}
