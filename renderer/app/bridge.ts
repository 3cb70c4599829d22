// The preload script's gift, typed.

import type { Terminal } from '@xterm/xterm';
import type { LabBridge } from '../../electron/ipc-contract.ts';

declare global {
  interface Window {
    readonly ddwLab: LabBridge;
    /** The trace's terminal: its buffer is what the end-to-end tests read. */
    ddwLabTerminal: Terminal;
  }
}

export type { LabBridge };
