// At the right end of each row of tabs: the button that shows this group's panel alone, or all again.

import type { DockviewApi, DockviewGroupPanel, IHeaderActionsRenderer } from 'dockview-core';

export interface ToolWords {
  readonly maximise: string;
  readonly restore: string;
}

const OUTWARD = 'M2 2h5v1.4H3.4V7H2zm7 7h5v5H9v-1.4h3.6V9zM9 2h5v5h-1.4V3.4H9zM2 9h1.4v3.6H7V14H2z';

export class GroupTools implements IHeaderActionsRenderer {
  readonly element = document.createElement('div');
  readonly #button = document.createElement('button');
  readonly #group: DockviewGroupPanel;
  readonly #words: ToolWords;
  #following: { dispose(): void } | undefined;

  constructor(group: DockviewGroupPanel, words: ToolWords) {
    this.#group = group;
    this.#words = words;
    this.element.className = 'dock-tools';
    this.#button.type = 'button';
    this.#button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path fill="currentColor" d="${OUTWARD}"/></svg>`;
    this.element.append(this.#button);
  }

  init({ containerApi }: { readonly containerApi: DockviewApi }): void {
    this.#button.addEventListener('click', () => this.#toggle());
    this.#following = containerApi.onDidMaximizedGroupChange(() => this.#show());
    this.#show();
  }

  #toggle(): void {
    const { api } = this.#group;
    if (api.isMaximized()) api.exitMaximized();
    else api.maximize();
  }

  #show(): void {
    const alone = this.#group.api.isMaximized();
    const words = alone ? this.#words.restore : this.#words.maximise;
    this.#button.ariaPressed = String(alone);
    this.#button.ariaLabel = words;
    this.#button.title = words;
  }

  dispose(): void {
    this.#following?.dispose();
  }
}
