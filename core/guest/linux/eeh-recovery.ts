// Enhanced I/O Error Handling, the part that repairs (arch/powerpc/kernel/eeh_driver.c, eeh_handle_normal_event): drivers are told,
// the slot is reset, drivers start their devices again. The sixth failure within an hour is the last.
// Not modelled: the call trace that Linux prints after "Frozen", and drivers that only want their registers back (CAN_RECOVER).

import type { Task } from '../../time/scheduler.ts';
import type { EehDrivers, EehPe } from './eeh-pe.ts';
import { peText, type EehRtas } from './eeh-rtas.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import { stringList } from './live-tree.ts';
import type { PciErrorHandlers, PciErsResult } from './types.ts';

/** eeh_max_freezes. */
const MAX_FREEZES = 5;
const HOUR_NS = 3600e9;
/** MAX_WAIT_FOR_RECOVERY. */
const RECOVERY_WAIT_NS = 300e9;
const HOTPLUG_PAUSE_NS = 5e9;
const LOCK_POLL_NS = 1e6;

/** Weight of an answer: the heaviest of all drivers counts (pci_ers_merge_result). */
const WEIGHT: Readonly<Record<PciErsResult, number>> = {
  none: 1,
  recovered: 3,
  disconnect: 5,
  'need reset': 6,
};

interface Recovery {
  readonly k: KernelState;
  readonly rtas: EehRtas;
  readonly drivers: EehDrivers;
  readonly pe: EehPe;
}

/** The whole recovery of a PE that was found stopped. */
export function* recoverPe(k: KernelState, rtas: EehRtas, drivers: EehDrivers, pe: EehPe): Task {
  const r: Recovery = { k, rtas, drivers, pe };
  k.trace.open({ kind: 'guest-call', name: 'eeh_handle_normal_event', detail: peText(pe) });
  announce(r);
  if (!countFailure(r) || !(yield* recovered(r))) yield* giveUp(r);
  k.trace.close();
}

function announce({ k, drivers, pe }: Recovery): void {
  const bus = drivers.devicesOf(pe.phb)[0]?.node;
  const location = (node: typeof bus): string =>
    stringList(node?.dt.properties.get('ibm,loc-code'))[0] ?? 'N/A';
  k.printk.line('err', `EEH: Recovering ${peText(pe)}`);
  k.printk.line('err', `EEH: PE location: ${location(bus)}, PHB location: ${location(bus?.parent)}`);
  k.printk.line('err', `EEH: Frozen ${peText(pe)} detected`);
}

/** eeh_pe_update_time_stamp() and the count; false: this one was too many. */
function countFailure({ k, pe }: Recovery): boolean {
  const { nowNs } = k.scheduler.clock;
  if (pe.failures === 0 || nowNs - pe.sinceNs > HOUR_NS) {
    pe.failures = 0;
    pe.sinceNs = nowNs;
  }
  pe.failures++;
  if (pe.failures > MAX_FREEZES) {
    k.printk.line(
      'err',
      `EEH: ${peText(pe)} has failed ${pe.failures} times in the last hour and has been permanently disabled.`,
    );
    return false;
  }
  k.printk.line(
    'warn',
    `EEH: This PCI device has failed ${pe.failures} times in the last hour and will be permanently disabled after ${MAX_FREEZES} failures.`,
  );
  return true;
}

function* recovered(r: Recovery): Generator<number, boolean, void> {
  const { k, rtas, pe } = r;
  const say = (text: string): void => k.printk.line('info', `EEH: ${text}`);
  say('Notify device drivers to shutdown');
  const wanted = yield* report(r, 'error_detected(IO frozen)', (handlers) =>
    handlers.errorDetected('frozen'),
  );
  if (wanted === 'disconnect') return false;
  if ((yield* rtas.waitState(pe, RECOVERY_WAIT_NS)) === 'gone') {
    k.printk.line('warn', 'EEH: Permanent failure');
    return false;
  }
  say('Collect temporary log');
  yield* rtas.errorDetail(pe, 'temporary');
  const inPlace = wanted === 'need reset';
  say(inPlace ? 'Reset without hotplug activity' : 'Reset with hotplug activity');
  const error = yield* inPlace ? resetInPlace(r) : resetWithHotplug(r);
  if (error !== 0) {
    const what = inPlace ? 'Cannot' : 'Unable to';
    k.printk.line('warn', `eeh_handle_normal_event: ${what} reset, err=${error}`);
    return false;
  }
  if (inPlace) {
    const after = yield* report(r, 'slot_reset', (handlers) => handlers.slotReset());
    if (after === 'disconnect') return false;
    say('Notify device driver to resume');
    yield* report(r, 'resume', (handlers) => handlers.resume());
  }
  // A kernel that died while its drivers came back says no more.
  if (k.oops === undefined) say('Recovery successful.');
  return true;
}

/** eeh_reset_device() while the drivers wait. */
function* resetInPlace({ rtas, pe }: Recovery): Generator<number, number, void> {
  const error = yield* rtas.resetFull(pe);
  if (error !== 0) return error;
  yield* rtas.configure(pe);
  pe.channel = 'normal';
  return 0;
}

/** The same for drivers that know nothing of EEH: their functions are unplugged and plugged in again. */
function* resetWithHotplug(r: Recovery): Generator<number, number, void> {
  const { k, drivers, pe } = r;
  const fns = drivers.devicesOf(pe.phb).map((dev) => dev.fn);
  for (const fn of fns) yield* drivers.unplug(fn);
  const error = yield* resetInPlace(r);
  if (error !== 0) return error;
  k.printk.line('info', 'EEH: Sleep 5s ahead of complete hotplug');
  yield HOTPLUG_PAUSE_NS;
  yield* drivers.replug(fns);
  return 0;
}

/** recover_failed: the platform takes the PE out of service, drivers are told and unbound. */
function* giveUp(r: Recovery): Task {
  const { k, rtas, drivers, pe } = r;
  k.printk.line(
    'err',
    `EEH: Unable to recover from failure from ${peText(pe)}.\nPlease try reseating or replacing it`,
  );
  yield* rtas.errorDetail(pe, 'permanent');
  pe.channel = 'gone';
  yield* report(r, 'error_detected(permanent failure)', (handlers) =>
    handlers.errorDetected('permanent failure'),
  );
  for (const { fn } of drivers.devicesOf(pe.phb)) yield* drivers.unplug(fn);
}

/** eeh_pe_report(): one handler of every driver, and the answer that counts. */
function* report(
  r: Recovery,
  name: string,
  invoke: (handlers: PciErrorHandlers) => PciErsResult | Task,
): Generator<number, PciErsResult, void> {
  const { k, drivers, pe } = r;
  k.printk.line('info', `EEH: Beginning: '${name}'`);
  let aggregate: PciErsResult = 'none';
  for (const dev of drivers.devicesOf(pe.phb)) {
    while (drivers.isProbing(dev.fn)) yield LOCK_POLL_NS;
    const answer = yield* reportTo(r, dev, name, invoke);
    if (WEIGHT[answer] > WEIGHT[aggregate]) aggregate = answer;
  }
  // Nobody is asked for an answer to resume().
  const state = name === 'resume' ? '' : ` with aggregate recovery state:'${aggregate}'`;
  k.printk.line('info', `EEH: Finished:'${name}'${state}`);
  return aggregate;
}

function* reportTo(
  { k, drivers, pe }: Recovery,
  dev: GuestDevice,
  name: string,
  invoke: (handlers: PciErrorHandlers) => PciErsResult | Task,
): Generator<number, PciErsResult, void> {
  const say = (text: string): void =>
    k.printk.line('info', `PCI ${dev.fn}#${pe.address.toString(16)}: EEH: ${text}`);
  const handlers = drivers.bound(dev.fn)?.errorHandlers;
  if (handlers === undefined) {
    say(drivers.bound(dev.fn) === undefined ? 'no driver' : 'driver not EEH aware');
    return 'none';
  }
  const call = name.includes('(') ? name : `${name}()`;
  say(`Invoking ${dev.driver ?? ''}->${call}`);
  const answer = invoke(handlers);
  if (typeof answer !== 'string') yield* answer;
  const result = typeof answer === 'string' ? answer : 'none';
  say(`${dev.driver ?? ''} driver reports: '${result}'`);
  return result;
}
