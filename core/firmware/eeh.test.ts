import { describe, expect, it } from 'vitest';
import type { FunctionAddress } from '../abi/ports.ts';
import { hi32, lo32, type U64 } from '../base/u64.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { createClock } from '../time/clock.ts';
import { Firmware } from './firmware.ts';
import { phbNames, phbSpec } from './phb-spec.ts';
import { findProfile, findSlotClass } from './profiles/index.ts';
import { memoryLayout } from './tree/layout.ts';

const RAM = 2 ** 28;

interface Rig {
  readonly firmware: Firmware;
  readonly buid: U64;
  readonly fn: FunctionAddress;
  /** Status and outputs; `config_addr` and BUID of the PE come first, 0x10000 where nothing else is said. */
  call(name: string, rest: readonly number[], nret: number, address?: number): readonly number[];
  readonly resets: U64[];
  nowNs: number;
}

/** A PHB with functions in slots 0 and 1. */
function rig(profileId: string, slotClassId: string): Rig {
  const profile = findProfile(profileId);
  const slotClass = profile === undefined ? undefined : findSlotClass(profile, slotClassId);
  if (profile === undefined || slotClass === undefined) throw new Error(`${profileId} ${slotClassId}`);
  const clock = createClock();
  const resets: U64[] = [];
  const firmware = new Firmware({
    profile,
    memory: new GuestMemory(RAM),
    layout: memoryLayout(RAM),
    clock,
    resetFunctions: (buid) => resets.push(buid),
  });
  const names = phbNames(slotClass, { index: 3 });
  const functions = [0, 1].map((slot) => ({
    fn: names.functionAddress(slot),
    bus: names.bus,
    slot,
    vendor: 0x144d,
    deviceId: 0xa822,
    classCode: 0x010802,
    nodeName: 'nvme',
  }));
  const spec = phbSpec({ slotClass, index: 3, functions });
  firmware.addPhb(spec);
  const { buid } = spec;
  return {
    firmware,
    buid,
    fn: names.functionAddress(0),
    resets,
    call(name, rest, nret, address = names.bus << 16) {
      const token = Object.entries(profile.tokens).find(([known]) => known === name)?.[1].value ?? 0;
      return firmware.rtasPort.call(token, [address, hi32(buid), lo32(buid), ...rest], nret);
    },
    get nowNs() {
      return clock.nowNs;
    },
    set nowNs(ns) {
      clock.nowNs = ns;
    },
  };
}

const powervm = (): Rig => rig('powervm-p9', 'sriov-vf');
const state = (r: Rig): number | undefined => r.call('ibm,read-slot-reset-state2', [], 4)[1];

describe('EEH on PowerVM', () => {
  it('stops the PE at a DMA without a TCE, and the recipe of LoPAR brings it back', () => {
    const r = powervm();
    const bus = r.firmware.dmaBus(r.buid, r.fn);
    expect(bus.write(0, 0x5000, new Uint8Array(16))).toEqual({ bytesDone: 0, fault: 'no-tce' });
    expect(r.call('ibm,read-slot-reset-state2', [], 4)).toEqual([0, 2, 1, 0]);
    expect(r.firmware.endpoint(r.buid)).toMatchObject({ frozen: true, mmioStopped: true });
    expect(r.call('ibm,set-eeh-option', [2], 1)).toEqual([0]);
    expect([state(r), r.firmware.endpoint(r.buid).mmioStopped]).toEqual([4, false]);
    expect(r.call('ibm,configure-pe', [], 1)).toEqual([0]);
    expect(r.call('ibm,slot-error-detail', [0, 0, 0, 0, 1], 1)).toEqual([1]);
    expect(r.call('ibm,set-slot-reset', [1], 1)).toEqual([0]);
    expect([state(r), r.resets]).toEqual([1, [r.buid]]);
    expect(r.call('ibm,set-slot-reset', [0], 1)).toEqual([0]);
    expect([state(r), r.firmware.endpoint(r.buid).frozen]).toEqual([0, false]);
  });

  it('refuses all DMA of all functions of a stopped PE, and leaves its windows and TCEs alone', () => {
    const r = powervm();
    const { regs } = r.firmware.hcallPort;
    const before = r.firmware.windows();
    regs.set([0, 0x20, 0, before[0]?.liobn ?? 0, 0, 0x1000, 0, 0x4003]);
    expect(r.firmware.hcallPort.hcall()).toBe(0);
    r.firmware.failEndpoint(r.buid, r.fn);
    const second = r.firmware.dmaBus(r.buid, '4003:01:01.0');
    expect(second.write(0, 0x1000, new Uint8Array(4)).fault).toBe('frozen');
    r.call('ibm,set-slot-reset', [1], 1);
    r.call('ibm,set-slot-reset', [0], 1);
    expect(second.write(0, 0x1000, new Uint8Array(4))).toEqual({ bytesDone: 4 });
    expect(r.firmware.windows().map((window) => window.usedTces)).toEqual([1]);
  });

  it('does not go from stopped to normal by thawing DMA alone', () => {
    const r = powervm();
    r.firmware.failEndpoint(r.buid, r.fn);
    expect(r.call('ibm,set-eeh-option', [3], 1)).toEqual([-7]);
    r.call('ibm,set-eeh-option', [2], 1);
    expect(r.call('ibm,set-eeh-option', [3], 1)).toEqual([0]);
    expect(state(r)).toBe(0);
  });

  it('tells how the PE was reset since its last error', () => {
    const r = powervm();
    const info = (): number | undefined => r.call('ibm,read-slot-reset-state2', [], 5)[4];
    expect(info()).toBe(0);
    r.call('ibm,set-slot-reset', [1], 1);
    expect(info()).toBe(5);
    r.call('ibm,set-slot-reset', [0], 1);
    r.call('ibm,set-slot-reset', [3], 1);
    expect(info()).toBe(9);
    r.call('ibm,set-slot-reset', [0], 1);
    r.firmware.failEndpoint(r.buid, r.fn);
    expect(info()).toBe(0);
  });

  it('says how long a PE is unavailable, and 0 for ever', () => {
    const r = powervm();
    r.firmware.failEndpoint(r.buid, r.fn, 250_000_000);
    expect(r.call('ibm,read-slot-reset-state2', [], 4)).toEqual([0, 5, 1, 250]);
    r.nowNs += 250_000_000;
    expect(state(r)).toBe(2);
    expect(r.call('ibm,slot-error-detail', [0, 0, 0, 0, 2], 1)).toEqual([1]);
    expect(r.call('ibm,read-slot-reset-state2', [], 4)).toEqual([0, 5, 1, 0]);
    expect(r.call('ibm,set-slot-reset', [1], 1)).toEqual([-7]);
    r.firmware.reset();
    expect(state(r)).toBe(0);
  });

  it.each([
    ['ibm,get-config-addr-info2', [0], 2, 0x1_0000, [0, 0x1_0000]],
    ['ibm,get-config-addr-info2', [1], 2, 0x1_0000, [0, 2]],
    ['ibm,get-config-addr-info2', [0], 2, 0x1_0800, [0, 0x1_0000]],
    ['ibm,get-config-addr-info2', [2], 2, 0x1_0000, [-3, 0]],
    ['ibm,set-eeh-option', [0], 1, 0x1_0000, [0]],
    ['ibm,set-eeh-option', [1], 1, 0x1_0800, [0]],
    ['ibm,set-eeh-option', [4], 1, 0x1_0000, [-3]],
    ['ibm,set-slot-reset', [2], 1, 0x1_0000, [-3]],
    ['ibm,slot-error-detail', [0, 0, 0, 0, 3], 1, 0x1_0000, [-3]],
  ] as const)('%s, function %j, asked for %d cells at %d', (name, rest, nret, address, expected) => {
    expect(powervm().call(name, rest, nret, address)).toEqual(expected);
  });

  it.each([
    ['ibm,read-slot-reset-state2', [], 4],
    ['ibm,set-slot-reset', [1], 1],
    ['ibm,set-eeh-option', [2], 1],
    ['ibm,configure-pe', [], 1],
    ['ibm,slot-error-detail', [0, 0, 0, 0, 2], 1],
  ] as const)('%s knows the PE by its own address only', (name, rest, nret) => {
    const r = powervm();
    r.firmware.failEndpoint(r.buid, r.fn);
    expect(r.call(name, rest, nret, 0x1_0800)[0]).toBe(-3);
    expect(r.call(name, rest, nret, 0x2_0000)[0]).toBe(-3);
    expect(state(r)).toBe(2);
  });

  it.each([
    ['ibm,read-slot-reset-state2', [], 3],
    ['ibm,read-slot-reset-state2', [0], 4],
    ['ibm,set-slot-reset', [], 1],
    ['ibm,set-slot-reset', [1], 2],
    ['ibm,slot-error-detail', [2], 1],
  ] as const)('%s with inputs %j after the PE and %d outputs is -3', (name, rest, nret) => {
    expect(powervm().call(name, rest, nret)[0]).toBe(-3);
  });
});

describe('EEH on QEMU', () => {
  it.each([
    ['ibm,set-eeh-option', [1], 1],
    ['ibm,get-config-addr-info2', [0], 2],
    ['ibm,read-slot-reset-state2', [], 4],
    ['ibm,set-slot-reset', [1], 1],
    ['ibm,configure-pe', [], 1],
    ['ibm,slot-error-detail', [0, 0, 0, 0, 1], 1],
  ] as const)('%s is refused with -3', (name, rest, nret) => {
    expect(rig('qemu-pseries', 'qemu-phb').call(name, rest, nret)[0]).toBe(-3);
  });

  it('drops a wrong DMA and goes on', () => {
    const r = rig('qemu-pseries', 'qemu-phb');
    const bus = r.firmware.dmaBus(r.buid, r.fn);
    expect(bus.write(0, 0x5000, new Uint8Array(16)).fault).toBe('no-tce');
    expect(r.firmware.endpoint(r.buid)).toMatchObject({ frozen: false, mmioStopped: false });
  });
});
