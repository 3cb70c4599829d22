// What dockview leaves out for those who listen or use no mouse: names for the rows of tabs, and separators that are widgets.

import type { DockviewApi } from 'dockview-core';

export interface DockWords {
  /** Of a row of tabs. */
  tabs(front: string): string;
  /** Of the bar between two panels. */
  between(before: string, after: string): string;
}

const STEP = 16;

const titleIn = (element: Element | undefined): string =>
  element?.querySelector('.dv-tab[aria-selected="true"]')?.getAttribute('aria-label') ?? '';

/** Names all rows of tabs and all separators as they are now. */
export function nameDock(root: HTMLElement, words: DockWords): void {
  for (const list of root.querySelectorAll<HTMLElement>('[role="tablist"]'))
    list.setAttribute('aria-label', words.tabs(titleIn(list)));
  for (const split of root.querySelectorAll<HTMLElement>('.dv-split-view-container'))
    nameSashes(split, words);
}

function nameSashes(split: HTMLElement, words: DockWords): void {
  const vertical = split.classList.contains('dv-horizontal');
  const views = [...split.querySelectorAll<HTMLElement>(':scope > .dv-view-container > .dv-view')];
  const sashes = split.querySelectorAll<HTMLElement>(':scope > .dv-sash-container > .dv-sash');
  const whole = vertical ? split.clientWidth : split.clientHeight;
  sashes.forEach((sash, i) => {
    const at = vertical ? sash.offsetLeft : sash.offsetTop;
    sash.role = 'separator';
    sash.tabIndex = sash.classList.contains('dv-disabled') ? -1 : 0;
    sash.ariaOrientation = vertical ? 'vertical' : 'horizontal';
    sash.ariaLabel = words.between(titleIn(views[i]), titleIn(views[i + 1]));
    sash.ariaValueMin = '0';
    sash.ariaValueMax = '100';
    sash.ariaValueNow = String(whole === 0 ? 0 : Math.round((at / whole) * 100));
  });
}

const WAYS: Readonly<Record<string, readonly ['vertical' | 'horizontal', number]>> = {
  ArrowLeft: ['vertical', -1],
  ArrowRight: ['vertical', 1],
  ArrowUp: ['horizontal', -1],
  ArrowDown: ['horizontal', 1],
};

/** The arrows move a separator that has the focus, with Shift ten times as far. True: the key was for it. */
export function moveSash(event: KeyboardEvent): boolean {
  const sash = event.target;
  if (!(sash instanceof HTMLElement) || !sash.classList.contains('dv-sash')) return false;
  const [orientation, sign] = WAYS[event.key] ?? [];
  if (orientation === undefined || sign === undefined || orientation !== sash.ariaOrientation) return false;
  drag(sash, sign * STEP * (event.shiftKey ? 10 : 1));
  return true;
}

/** As a pointer would: dockview has no other way in. */
function drag(sash: HTMLElement, by: number): void {
  const { x, y } = sash.getBoundingClientRect();
  const across = sash.ariaOrientation === 'vertical';
  const at = (moved: number): PointerEventInit => ({
    bubbles: true,
    clientX: x + (across ? moved : 0),
    clientY: y + (across ? 0 : moved),
  });
  sash.dispatchEvent(new PointerEvent('pointerdown', at(0)));
  document.dispatchEvent(new PointerEvent('pointermove', at(by)));
  document.dispatchEvent(new PointerEvent('pointerup', at(by)));
}

/** An arrow among the tabs brings the panel to the front at once, as the tabs of this window always did. */
export function followFocus(event: KeyboardEvent, api: DockviewApi): void {
  const tab = document.activeElement;
  if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
  if (!(tab instanceof HTMLElement) || tab.role !== 'tab') return;
  const id = tab.dataset['tabPanelId'];
  if (id === undefined) return;
  api.getPanel(id)?.api.setActive();
  tab.focus();
}
