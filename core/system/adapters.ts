// Adapters between dedicated and shared (SR-IOV) mode, and slots in dedicated mode given to partitions (chhwres -r sriov --rsubtype
// adapter, chhwres -r io --rsubtype slot). Pure: a new system, or why not.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { sizeText } from '../base/quantities.ts';
import { findModel } from './adapter-models.ts';
import { lowestFree } from './logical-ports.ts';
import { lparOf, sharedAdapters, slotNamed } from './lookup.ts';
import type { SlotConfig, SystemConfig } from './types.ts';

/** Adapters that can be in shared mode at one time: as many as have numbers of their own. */
const MAX_ADAPTERS = 48;

/** What the hypervisor's memory says to it. */
export interface TableMemory {
  /** Bytes that nobody holds; below zero: more is promised than there is. */
  readonly freeBytes: number;
  /** Tables of one logical port, and of a slot in dedicated mode. */
  readonly vfBytes: number;
  readonly slotBytes: number;
}

function withSlot(system: SystemConfig, name: string, changed: SlotConfig): SystemConfig {
  return { ...system, slots: system.slots.map((slot) => (slot.name === name ? changed : slot)) };
}

/** Errors: no-such-slot, mode, slot-owned, adapter-id, default-adapter, ports-left, memory. */
export function setAdapterMode(
  system: SystemConfig,
  name: string,
  mode: 'shared' | 'dedicated',
  memory: TableMemory,
  wanted?: number,
): Result<SystemConfig> {
  const slot = slotNamed(system, name);
  if (!slot.ok) return slot;
  const isShared = slot.value.shared !== undefined;
  if (isShared === (mode === 'shared'))
    return fail('mode', `the adapter in slot ${name} is in ${mode} mode already`);
  return mode === 'shared'
    ? toShared(system, slot.value, memory, wanted)
    : toDedicated(system, slot.value, memory);
}

function toShared(
  system: SystemConfig,
  slot: SlotConfig,
  memory: TableMemory,
  wanted: number | undefined,
): Result<SystemConfig> {
  const { name, owner } = slot;
  if (owner !== undefined) {
    return fail('slot-owned', `slot ${name} belongs to partition ${owner}`, 'take the slot from it first');
  }
  const taken = sharedAdapters(system).map(({ shared }) => shared.id);
  const id = wanted ?? lowestFree(taken, 1);
  if (taken.includes(id) || id < 1 || id > MAX_ADAPTERS) {
    const hint = `choose ${lowestFree(taken, 1)}`;
    const what = taken.includes(id) ? 'is taken' : `is not from 1 to ${MAX_ADAPTERS}`;
    return fail('adapter-id', `the adapter id ${id} ${what}`, hint);
  }
  const ports = findModel(slot.model)?.values.logicalPorts.value ?? 0;
  const needed = ports * memory.vfBytes - memory.slotBytes;
  if (needed > Math.max(0, memory.freeBytes)) {
    return fail(
      'memory',
      `the TCE tables of ${ports} possible logical ports need ${sizeText(needed)} more of the hypervisor's memory, ${sizeText(Math.max(0, memory.freeBytes))} are free`,
      'take memory from a partition',
    );
  }
  return ok(withSlot(system, name, { ...slot, shared: { id, logicalPorts: [] } }));
}

function toDedicated(system: SystemConfig, slot: SlotConfig, memory: TableMemory): Result<SystemConfig> {
  const { name, shared, ...rest } = slot;
  if (findModel(slot.model)?.isDefault === true) {
    return fail('default-adapter', `the adapter in slot ${name} is the lab's own and always in shared mode`);
  }
  const left = shared?.logicalPorts.length ?? 0;
  if (left > 0) {
    const what = left === 1 ? '1 logical port' : `${left} logical ports`;
    return fail('ports-left', `the adapter in slot ${name} still has ${what}`, 'remove them first');
  }
  const freed = (findModel(slot.model)?.values.logicalPorts.value ?? 0) * memory.vfBytes;
  if (memory.slotBytes > Math.max(0, memory.freeBytes) + freed) {
    return fail(
      'memory',
      `the TCE tables of slot ${name} need ${sizeText(memory.slotBytes)}`,
      'take memory from a partition',
    );
  }
  return ok(withSlot(system, name, { name, ...rest }));
}

/** `lpar` null: back to nobody. Errors: no-such-slot, no-such-lpar, slot-shared, slot-owned, slot-free. */
export function assignSlot(system: SystemConfig, name: string, lpar: number | null): Result<SystemConfig> {
  const slot = slotNamed(system, name);
  if (!slot.ok) return slot;
  const { owner, ...free } = slot.value;
  if (free.shared !== undefined) {
    const hint = 'give out logical ports instead, or put it into dedicated mode';
    return fail(
      'slot-shared',
      `the adapter in slot ${name} is in shared mode: no partition can have the slot`,
      hint,
    );
  }
  if (lpar === null) {
    return owner === undefined
      ? fail('slot-free', `slot ${name} belongs to no partition`)
      : ok(withSlot(system, name, free));
  }
  const to = lparOf(system, lpar);
  if (!to.ok) return to;
  if (owner !== undefined) {
    return fail('slot-owned', `slot ${name} belongs to partition ${owner}`, 'take the slot from it first');
  }
  return ok(withSlot(system, name, { ...free, owner: lpar }));
}
