// What a machine can be made of, for a form: devices to add, and a configuration carried over to another platform.

import { configFor, deviceCatalogue, ok } from '../../core/index.ts';
import type { MachineConfig, Result } from '../../core/index.ts';

export interface DeviceChoice {
  readonly device: string;
  readonly title: string;
}

export function deviceChoices(): readonly DeviceChoice[] {
  return [...deviceCatalogue.values()].map(({ device, title }) => ({ device, title }));
}

/** The same machine on another platform: as many functions of each device, in slots that the platform has. */
export function configOn(config: MachineConfig, profile: string): Result<MachineConfig> {
  if (profile === config.profile) return ok(config);
  const counts = new Map<string, number>();
  for (const { device } of config.functions) counts.set(device, (counts.get(device) ?? 0) + 1);
  let made = configFor(config, profile, {});
  for (const [device, count] of counts) {
    if (!made.ok) return made;
    made = configFor(made.value, profile, {}, count, device);
  }
  return made;
}
