// The open lab: the machine's process, the window, and what passes between them.

import { join } from 'node:path';
import { app, dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import type { MachineBegun, MachineNotice } from '../host/machine-contract.ts';
import type { MachineLife } from '../ipc-contract.ts';
import { createHandlers } from './handlers.ts';
import { setUpIpc } from './ipc.ts';
import { Kept } from './kept.ts';
import { MachineProcess } from './machine-process.ts';
import { keepPageAlive } from './page-life.ts';
import { setUpProtocol } from './protocol.ts';
import { Sessions } from './sessions.ts';
import { Teller } from './teller.ts';
import { applyTheme, openWindow, shownTheme } from './window.ts';

const BACK = 'The machine is back, as it was.';
const RECOVERING = 'The machine is back; its sessions are being recovered.';

export class OpenLab {
  private readonly kept = new Kept();
  private readonly teller = new Teller();
  private readonly machine: MachineProcess;
  private readonly window: BrowserWindow;
  private readonly sessions: Sessions;
  private life: MachineLife = 'up';

  /** When the app is ready. */
  constructor() {
    const { kept, teller } = this;
    applyTheme(this.theme());
    setUpProtocol(() => ({ chosen: this.theme(), shown: shownTheme(this.theme()) }));
    // It begins to work while the window is made; its first message comes after all this is in place.
    const machine = new MachineProcess(join(app.getPath('userData'), 'sessions'), {
      notice: (notice) => this.hear(notice),
      life: (is, message) => this.setLife(is, message),
      begun: (begun, crashed) => this.begun(begun, crashed),
    });
    const window = openWindow(kept);
    teller.attach(window);
    const sessions = new Sessions({ machine, kept, teller, window });
    for (const problem of kept.problems) teller.say('problem', problem);
    setUpIpc(window, createHandlers({ machine, sessions, kept, teller, life: () => this.life }));
    keepPageAlive(window, teller, pageKeepsDying);
    window.on('close', (event) => {
      event.preventDefault();
      void this.close();
    });
    this.machine = machine;
    this.window = window;
    this.sessions = sessions;
  }

  open(file: string): Promise<void> {
    return this.sessions.openAndTell(file);
  }

  toFront(): void {
    if (this.window.isMinimized()) this.window.restore();
    this.window.focus();
  }

  private theme(): Parameters<typeof applyTheme>[0] {
    return this.kept.settings?.theme ?? 'system';
  }

  private hear({ notice, payload }: MachineNotice): void {
    switch (notice) {
      case 'desk':
        return this.sessions.hear(payload);
      case 'awake':
        if (this.life === 'recovering') this.setLife('up', BACK);
        return;
      case 'problem':
      case 'remark':
        return this.teller.say(notice, payload);
      default:
        return this.teller.tell(notice, payload);
    }
  }

  private begun({ missing, sessions, waking }: MachineBegun, crashed: boolean): void {
    for (const sentence of missing)
      this.teller.say('problem', { code: 'recovered-in-part', message: sentence });
    if (crashed) this.setLife(waking ? 'recovering' : 'up', waking ? RECOVERING : BACK);
    else if (sessions > 0) this.teller.say('remark', { message: recoveredWords(sessions) });
  }

  private setLife(is: MachineLife, message: string): void {
    this.life = is;
    this.teller.say('machine', { is, message });
  }

  /** The window goes when what is unsaved is saved or given up, and the journals are gone. */
  private async close(): Promise<void> {
    if (!(await this.sessions.closeAll())) return;
    this.machine.stop();
    await this.kept.settled();
    this.window.destroy();
  }
}

const recoveredWords = (sessions: number): string =>
  sessions === 1
    ? 'DDW Lab did not end in good order last time. The session that was open is here as it was.'
    : `DDW Lab did not end in good order last time. The ${sessions} sessions that were open are here as they were.`;

function pageKeepsDying(reason: string): void {
  dialog.showErrorBox(
    'DDW Lab',
    `The window’s page keeps ending (${reason}). The sessions are kept: start DDW Lab again.`,
  );
  app.exit(1);
}
