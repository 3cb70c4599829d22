// What the block layer of the model asks of a disk behind any host adapter, and the requests that it hands down.

import type { DmaDirection, DriverContext, IoFigures } from '../types.ts';
import type { DataBuffer } from './data-buffer.ts';

export interface DiskCommand {
  /** Index in the workload's commands: what an adapter knows it by. */
  readonly tag: number;
  readonly slot: number;
  readonly buffer: DataBuffer;
  /** Byte offset of this command in its request. */
  readonly offset: number;
  address: number;
  /** Of the payload. */
  seed: number;
  submittedNs: number;
  active: boolean;
  requeues: number;
}

/** Called for each command that came to its end: `error` says how, as the log words it. */
export type Finished = (tag: number, error: string | undefined) => void;

/** A disk as its host adapter's driver presents it. All I/O goes by tags of commands that `start` was given. */
export interface Disk {
  /** `sda`, as the log names it. */
  readonly name: string;
  readonly maxTransferBytes: number;
  readonly maxSegments: number;
  readonly maxSegBytes: number;
  /** Commands that the adapter takes at one time. */
  readonly depth: number;
  /** Known after bringUp(). */
  readonly blocks: number;
  /** Resets the adapter and finds the disk: 0 or a negative errno. Memory that it holds stays for the next time. */
  bringUp(): Generator<number, number, void>;
  /** Maps the command's data and hands it to the adapter; false: a mapping failed and nothing is held. */
  start(command: DiskCommand, reading: boolean): boolean;
  /** Takes what the adapter completed; its mappings are undone before `finished` is called. */
  reap(finished: Finished): void;
  /** Stops the adapter's DMA, whatever state it is in. */
  halt(): void;
  /** After halt(): undoes the mappings of a command that never came back. */
  drop(command: DiskCommand): void;
  /** The adapter has stopped by itself and needs a reset. Absent: such a thing shows as a timeout. */
  isDead?(): boolean;
  /** Registers read as all ones. */
  isGone(): boolean;
  /** Ends all, gives back all memory. */
  free(): void;
}

/** What a disk's driver needs of the workload that runs on it. */
export interface DiskPorts {
  readonly context: DriverContext;
  readonly figures: () => IoFigures;
  readonly cpu: () => number;
}

/** Which way the data of a command goes. */
export const directionOf = (reading: boolean): DmaDirection => (reading ? 'from-device' : 'to-device');

/** dma_map_sg of a command's data; its segments, or 0: the mapping failed. */
export function mapCommand(
  { context, figures, cpu }: DiskPorts,
  command: DiskCommand,
  reading: boolean,
): number {
  const { dma, dev } = context;
  const segments = dma.mapSg(dev, command.buffer.sg, directionOf(reading), cpu());
  if (segments <= 0) return 0;
  figures().maps++;
  return segments;
}

export function unmapCommand({ context, figures }: DiskPorts, command: DiskCommand, reading: boolean): void {
  context.dma.unmapSg(context.dev, command.buffer.sg, directionOf(reading));
  figures().unmaps++;
}
