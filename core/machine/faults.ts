// What goes wrong on purpose: statuses of the firmware, errors of a function, TCEs that somebody changed.

import { H_PUT_TCE } from '../abi/papr/hcall.ts';
import { hi32, lo32 } from '../base/u64.ts';
import type { FirmwareWindow } from '../firmware/types.ts';
import type { Command } from './commands.ts';
import type { PlacedFunction, Platform } from './platform.ts';

type CommandOf<Name extends Command['do']> = Extract<Command, { readonly do: Name }>;

export function injectFault(platform: Platform, { call, rc, count, skip, id }: CommandOf<'inject'>): void {
  const buid = id === undefined ? undefined : platform.find(id)?.phb.buid;
  platform.firmware.inject({ call, rc, count, skip, buid });
}

export function freezePe(platform: Platform, { id, unavailableNs }: CommandOf<'pe-freeze'>): void {
  const placed = platform.find(id);
  if (placed !== undefined)
    platform.firmware.failEndpoint(placed.phb.buid, placed.description.fn, unavailableNs);
}

/** The function's window that has a bus address. */
export function windowAt(
  platform: Platform,
  { phb }: PlacedFunction,
  ioba: bigint,
): FirmwareWindow | undefined {
  return platform.firmware
    .windows()
    .find(
      ({ buid, start, entries, pageShift }) =>
        buid === phb.buid && ioba >= start && ioba < start + (BigInt(entries) << BigInt(pageShift)),
    );
}

/** Through the guest's own door, so that the trace shows which TCE was changed, and by whom. */
export function setTce(platform: Platform, { id, ioba, tce }: CommandOf<'tce-set'>): void {
  const placed = platform.find(id);
  const address = BigInt(ioba);
  const value = BigInt(tce);
  const window = placed === undefined ? undefined : windowAt(platform, placed, address);
  if (window === undefined) return;
  const { hcallPort } = platform.firmware;
  hcallPort.regs.set([
    0,
    H_PUT_TCE,
    0,
    window.liobn | 0,
    hi32(address),
    lo32(address),
    hi32(value),
    lo32(value),
  ]);
  hcallPort.hcall();
}
