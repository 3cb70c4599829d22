// A machine as questions and checks see it: nothing here changes it. Machine implements it.

import type { DtNode } from '../abi/ports.ts';
import type { LinuxGuest } from '../guest/linux/guest.ts';
import type { MachineState } from '../trace/events.ts';
import type { TraceLog } from '../trace/log.ts';
import type { MachineConfig } from './config.ts';
import type { Notes } from './notes.ts';
import type { Platform } from './platform.ts';
import type { TreeMark } from './tree-marks.ts';
import type { Workload } from './workloads.ts';

export interface MachineView {
  readonly state: MachineState;
  readonly config: MachineConfig;
  readonly trace: TraceLog;
  readonly notes: Notes;
  readonly platform: Platform;
  readonly guest: LinuxGuest | undefined;
  /** The guest's tree can be asked for: its boot has got that far. */
  readonly hasLiveTree: boolean;
  /** The tree that the kernel was given when it booted. */
  readonly treeAtBoot: DtNode | undefined;
  /** Trees remembered at marks. */
  readonly treeMarks: readonly TreeMark[];
  readonly workloads: ReadonlyMap<string, Workload>;
  /** Functions whose removal is under way. */
  readonly leaving: ReadonlySet<string>;
  readonly nowNs: number;
  readonly hcalls: number;
  readonly idle: boolean;
  /** No boot, hotplug or stop is under way; I/O may be. */
  readonly settled: boolean;
}
