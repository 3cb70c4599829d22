// The I/O that "Start I/O" would start: a preset by name, or as set field by field.

import type { IoParameters } from '../../../core/index.ts';
import type { workload } from '../../texts/workload.ts';

export type PresetId = keyof typeof workload.presets;

const KIB = 1024;

const PRESETS: Readonly<Record<Exclude<PresetId, 'custom'>, IoParameters>> = {
  round: { sizeBytes: 64 * KIB, depth: 32, count: 1000, direction: 'read', intervalNs: 0 },
  stream: { sizeBytes: 1024 * KIB, depth: 16, count: 0, direction: 'read', intervalNs: 0 },
  packets: { sizeBytes: 4 * KIB, depth: 64, count: 0, direction: 'write', intervalNs: 0 },
  trickle: { sizeBytes: 4 * KIB, depth: 1, count: 0, direction: 'read', intervalNs: 100_000 },
  deep: { sizeBytes: 64 * KIB, depth: 256, count: 10_000, direction: 'read', intervalNs: 0 },
};

export class IoDraft {
  io = $state.raw<IoParameters>(PRESETS.round);
  readonly preset = $derived<PresetId>(presetOf(this.io));

  choose(preset: PresetId): void {
    if (preset !== 'custom') this.io = PRESETS[preset];
  }

  set(change: Partial<IoParameters>): void {
    this.io = { ...this.io, ...change };
  }
}

/** The preset that these are. */
export function presetOf(io: IoParameters): PresetId {
  const text = JSON.stringify(io);
  const found = Object.entries(PRESETS).find(([, preset]) => JSON.stringify(preset) === text);
  return found === undefined ? 'custom' : (found[0] as PresetId);
}
