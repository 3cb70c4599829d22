// The docked panels: opened, closed, moved and shown alone; arranged as the person left them, else as the role has them.

import { createDockview } from 'dockview-core';
import type { DockviewApi, DockviewGroupPanel, DockviewOptions } from 'dockview-core';
import { untrack } from 'svelte';
import type { Role } from '../../electron/ipc-contract.ts';
import type { Lab } from '../app/lab.svelte.ts';
import type { PanelPlace, Target } from '../app/panel-info.ts';
import { dock } from '../texts/texts.ts';
import { DockPanel, DockTab } from './dock-panel.svelte.ts';
import { followFocus, moveSash, nameDock } from './dock-names.ts';
import { fromDockview, toDockview } from './dockview-layout.ts';
import { GroupTools } from './group-tools.ts';
import { groupsOf, roleLayout, stackedLayout } from './layout.ts';
import type { Layout, Room } from './layout.ts';
import { panelFiles, panelInfos, panelsShowing } from './panel-files.ts';
import { edgeGroup, homeOf } from './places.ts';
import { readLayout, storeLayout } from './stored-layout.ts';

/** Narrower than this the groups stand one below the other. */
const NARROW_REM = 60;
const SETTLES_MS = 120;
/** A message that comes and goes makes less of a difference: then the groups only give way. */
const LOWER = 100;
const DIRECTIONS = { left: 'left', right: 'right', bottom: 'below', centre: 'right' } as const;

const titleOf = (id: string): string => panelFiles.get(id)?.panel.title ?? id;

export class Dock {
  /** The panel shown alone. */
  alone = $state<string | undefined>(undefined);
  /** Height of the stack in a narrow window, in CSS pixels; undefined: the panels fill the window. */
  stackHeight = $state<number | undefined>(undefined);

  readonly #api: DockviewApi;
  readonly #root: HTMLElement;
  readonly #lab: Lab;
  readonly #undo: (() => void)[] = [];
  #applying = false;
  /** As it was before the window became narrow. */
  #wide: Layout | undefined;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #resizeTimer: ReturnType<typeof setTimeout> | undefined;
  #fitted = { width: 0, height: 0 };

  constructor(lab: Lab, root: HTMLElement, contexts: ReadonlyMap<unknown, unknown>) {
    this.#lab = lab;
    this.#root = root;
    this.#api = createDockview(root, {
      ...this.#options(),
      createComponent: ({ name }) => {
        const file = panelFiles.get(name);
        if (file === undefined) throw new Error(`there is no panel ${name}`);
        return new DockPanel(file, contexts);
      },
      createTabComponent: () => new DockTab(dock.closePanel),
      createRightHeaderActionComponent: (group) => new GroupTools(group, dock),
      createWatermarkComponent: () => this.#watermark(),
    });
    // What is said goes to the page's own live region; dockview's stay empty.
    for (const region of root.querySelectorAll('[class^="dv-live-region"]')) region.remove();
    this.#listen();
    // dockview measures itself a frame later; the first layout must not wait for that.
    this.#api.layout(root.clientWidth, root.clientHeight);
    untrack(() => this.#begin());
  }

  #options(): DockviewOptions {
    return {
      defaultTabComponent: 'tab',
      theme: { name: 'ddw-lab', className: 'dock', dndOverlayMounting: 'relative', dndPanelOverlay: 'group' },
      disableFloatingGroups: true,
      dndStrategy: 'pointer',
      scrollbars: 'native',
      announcer: ({ message }) => this.#lab.say(message),
      messages: dock,
    } as DockviewOptions;
  }

  #listen(): void {
    const disposables = [
      this.#api.onDidMutateLayout(({ kind }) => {
        if (!this.#applying && ['add', 'remove', 'move'].includes(kind)) this.#changed();
      }),
      this.#api.onDidActivePanelChange(({ origin }) => {
        if (origin === 'user' && this.#lab.settings.layout !== '') this.#changed();
      }),
      this.#api.onDidMaximizedGroupChange(() => {
        const group = this.#api.groups.find(({ api }) => api.isMaximized());
        this.alone = group?.activePanel?.id;
      }),
      this.#api.onDidLayoutChange(() => nameDock(this.#root, dock)),
    ];
    this.#undo.push(...disposables.map((each) => () => each.dispose()));
    const resizes = new ResizeObserver(() => this.#resized());
    resizes.observe(this.#root.parentElement ?? this.#root);
    this.#undo.push(() => resizes.disconnect());
    this.#on('keydown', (event) => this.#key(event));
    this.#on('pointerdown', ({ target }) => {
      if (target instanceof Element && target.classList.contains('dv-sash'))
        document.addEventListener('pointerup', () => this.#changed(), { once: true });
    });
  }

  #on<K extends keyof HTMLElementEventMap>(type: K, hear: (event: HTMLElementEventMap[K]) => void): void {
    this.#root.addEventListener(type, hear);
    this.#undo.push(() => this.#root.removeEventListener(type, hear));
  }

  #key(event: KeyboardEvent): void {
    if (moveSash(event)) {
      event.preventDefault();
      this.#changed();
    } else followFocus(event, this.#api);
  }

  /** What the groups are laid out in: the visible part, not the stack. */
  #room(): Room {
    const { clientWidth: width, clientHeight: height } = this.#root.parentElement ?? this.#root;
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    return { width, height, rem };
  }

  get #isNarrow(): boolean {
    const { width, rem } = this.#room();
    return width < NARROW_REM * rem;
  }

  #begin(): void {
    const { layout } = this.#lab.settings;
    const kept = layout === '' ? undefined : readLayout(layout, new Set(panelFiles.keys()));
    if (layout !== '' && kept === undefined) {
      this.#lab.setSettings({ layout: '' });
      this.#lab.notices.remark(dock.unusable);
    }
    this.#show(kept ?? this.#ofRole());
  }

  #ofRole(): Layout {
    return roleLayout(panelInfos, this.#lab.settings.role, this.#room());
  }

  /** Draws it, stacked where the window is narrow; what has the focus keeps it. */
  #show(layout: Layout): void {
    const focused = document.activeElement;
    const narrow = this.#isNarrow;
    this.#wide = narrow ? layout : undefined;
    const drawn = narrow ? stackedLayout(layout, this.#room()) : layout;
    this.stackHeight = narrow ? drawn.height : undefined;
    this.#root.style.height = narrow ? `${drawn.height}px` : '100%';
    this.#applying = true;
    this.#api.layout(this.#root.clientWidth, this.#root.clientHeight);
    this.#api.fromJSON(
      toDockview(drawn, (id) => this.#api.getPanel(id)?.title ?? titleOf(id)),
      { reuseExistingPanels: true },
    );
    this.#applying = false;
    this.#fitted = this.#room();
    nameDock(this.#root, dock);
    if (focused instanceof HTMLElement && focused !== document.body) focused.focus({ preventScroll: true });
  }

  #resized(): void {
    clearTimeout(this.#resizeTimer);
    this.#resizeTimer = setTimeout(() => this.#fit(), SETTLES_MS);
  }

  /** The window has another size: narrow or no longer, and a role's own arrangement is made anew. */
  #fit(): void {
    const { width, height } = this.#room();
    const fitted = this.#fitted.width === width && Math.abs(this.#fitted.height - height) < LOWER;
    if (width === 0 || height === 0 || fitted || this.alone !== undefined) return;
    const turned = this.#isNarrow !== (this.#wide !== undefined);
    if (this.#lab.settings.layout === '') this.#show(this.#ofRole());
    else if (turned || this.#isNarrow) this.#show(this.#wide ?? this.#drawn());
    else this.#fitted = { width, height };
  }

  #drawn(): Layout {
    return fromDockview(this.#api.toJSON()) ?? this.#ofRole();
  }

  /** By the person's hand: from now on it is theirs, and kept. What is moved about in a narrow window or shown alone is not. */
  #changed(): void {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => {
      if (this.#wide !== undefined || this.#api.hasMaximizedGroup()) return;
      this.#lab.setSettings({ layout: storeLayout(this.#drawn()) });
    }, SETTLES_MS);
  }

  /** The role's own arrangement, as if nothing had ever been moved. */
  reset(): void {
    clearTimeout(this.#saveTimer);
    this.restore();
    this.#lab.setSettings({ layout: '' });
    this.#show(this.#ofRole());
    this.#lab.say(dock.wasReset);
  }

  /** Arranges the panels as this role works with them. */
  useRole(role: Role): void {
    this.#lab.setSettings({ role, layout: '' });
    this.reset();
  }

  isOpen(id: string): boolean {
    return this.#api.getPanel(id) !== undefined;
  }

  /** Brings it to the front, where it was or where it belongs. */
  open(id: string): void {
    const info = panelFiles.get(id)?.panel;
    if (info === undefined) return;
    const wasAlone = this.alone !== undefined && this.alone !== id;
    if (wasAlone) this.restore();
    const there = this.#api.getPanel(id);
    if (there !== undefined) there.api.setActive();
    else {
      const home = homeOf(info, this.#api);
      this.#api.addPanel({
        id,
        component: id,
        title: info.title,
        position:
          home === undefined
            ? { direction: DIRECTIONS[info.place] }
            : { referenceGroup: home.group, index: home.index },
      });
    }
    if (wasAlone) this.#api.getPanel(id)?.api.maximize();
    if (this.#wide !== undefined) this.#panelElement(id)?.scrollIntoView({ block: 'nearest' });
  }

  /** As chosen from a menu: its tab has the focus then. */
  openAndFocus(id: string): void {
    this.open(id);
    this.#focusTab(id);
  }

  openFor(target: Target): void {
    const panels = panelsShowing(target.kind);
    const open = panels.find(({ id }) => this.isOpen(id)) ?? panels[0];
    if (open !== undefined) this.open(open.id);
  }

  #panelElement(id: string): HTMLElement | null {
    return this.#root.querySelector<HTMLElement>(`[data-panel="${CSS.escape(id)}"]`);
  }

  #focusTab(id: string): void {
    this.#root.querySelector<HTMLElement>(`[data-tab-panel-id="${CSS.escape(id)}"]`)?.focus();
  }

  /** The panel that the keyboard is in, else the one used last. */
  get current(): string | undefined {
    const at = document.activeElement;
    const inside = at?.closest<HTMLElement>('[data-panel]')?.dataset['panel'];
    return (
      inside ??
      at?.closest<HTMLElement>('[data-tab-panel-id]')?.dataset['tabPanelId'] ??
      this.#api.activePanel?.id
    );
  }

  close(id: string | undefined): void {
    if (id === undefined) return;
    this.#api.getPanel(id)?.api.close();
    const next = this.#api.activePanel?.id;
    if (next !== undefined) this.#focusTab(next);
  }

  /** One panel at a time, or all. */
  toggleAlone(): void {
    if (this.alone === undefined) this.#api.getPanel(this.current ?? '')?.api.maximize();
    else this.restore();
  }

  restore(): void {
    if (this.#api.hasMaximizedGroup()) this.#api.exitMaximizedGroup();
  }

  /** Moves a panel to the group at that edge, or makes one there; 'apart' takes it out of its group. */
  move(id: string | undefined, to: Exclude<PanelPlace, 'centre'> | 'apart'): void {
    const panel = this.#api.getPanel(id ?? '');
    if (panel === undefined) return;
    this.restore();
    const group = this.#goalOf(panel.group, to);
    if (group === undefined) return this.#lab.notices.remark(dock.stays(titleOf(panel.id), to));
    if (group === panel.group) panel.api.moveTo({ group, position: 'right' });
    else panel.api.moveTo({ group });
    panel.api.setActive();
    this.#focusTab(panel.id);
    this.#lab.say(dock.moved(titleOf(panel.id), to));
  }

  #goalOf(
    from: DockviewGroupPanel,
    to: Exclude<PanelPlace, 'centre'> | 'apart',
  ): DockviewGroupPanel | undefined {
    if (to === 'apart') return from.panels.length > 1 ? from : undefined;
    const there = edgeGroup(this.#api.groups, this.#root, to);
    if (there === from) return undefined;
    return there ?? this.#api.addGroup({ direction: DIRECTIONS[to] });
  }

  /** The next group of tabs takes the focus, round and round. */
  focusNextGroup(by: 1 | -1): void {
    const groups = groupsOf(this.#drawn().parts);
    const at = groups.findIndex(({ panels }) => panels.includes(this.current ?? ''));
    const next = groups.at((at + by) % groups.length);
    if (next === undefined) return;
    this.#api.getPanel(next.front)?.api.setActive();
    this.#focusTab(next.front);
  }

  #watermark(): { element: HTMLElement; init: () => void } {
    const element = document.createElement('div');
    element.className = 'dock-empty';
    const words = document.createElement('p');
    words.textContent = dock.allClosed;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'outlined';
    button.textContent = dock.reset;
    button.addEventListener('click', () => this.reset());
    element.append(words, button);
    return { element, init: () => undefined };
  }

  dispose(): void {
    clearTimeout(this.#saveTimer);
    clearTimeout(this.#resizeTimer);
    for (const undo of this.#undo) undo();
    this.#api.dispose();
  }
}
