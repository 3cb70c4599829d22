// What stands in for a real driver while a plan runs: it sets its masks in the recorded order and then lies still.

import { watchingSink } from '../../../core/index.ts';
import type { BoundDriver, Driver, LinuxGuest, TraceSink } from '../../../core/index.ts';
import type { LinuxModule, MaskRequest } from './linux-modules.ts';

/** A driver that sets its masks as the real one does; its maps come from the recording. */
export function recordedDriver(guest: LinuxGuest, fn: string, module: LinuxModule): Driver {
  return {
    name: module.driver,
    devices: [],
    dmaMaskBits: 64,
    coherentMaskBits: 64,
    *probe() {
      const refused = yield* setMasks(guest, fn, module.masks);
      if (refused === 0) return idleDriver;
      return module.fallback !== undefined && (yield* setMasks(guest, fn, module.fallback)) === 0
        ? idleDriver
        : refused;
    },
  };
}

function* setMasks(
  guest: LinuxGuest,
  fn: string,
  requests: readonly MaskRequest[],
): Generator<number, number, void> {
  for (const request of requests) {
    const bits = request.ask === 'required' ? 64 : request.bits;
    const rc = yield* guest.setMask(fn, request.ask, bits);
    if (rc !== 0) return rc;
  }
  return 0;
}

const idleDriver: BoundDriver = {
  interrupt: () => undefined,
  startIo: () => undefined,
  stopIo: () => undefined,
  figures: { requests: 0, bytes: 0, maps: 0, unmaps: 0, failures: 0, corrupted: 0 },
  *remove() {
    // What the driver frees is in the recording.
  },
};

/** Keeps the kernel's log and nothing else. */
export function logSink(print: (line: string) => void): TraceSink {
  return watchingSink((event) => {
    if (event.kind === 'printk') print(event.text);
    return 0;
  });
}
