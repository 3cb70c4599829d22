// What the rest of the core, and hosts through core/index, may use of the firmware.

export { Firmware, type FirmwareOptions } from './firmware.ts';
export { functionAddress, pageShiftsOf, peRules, phbNames, phbSpec, queryMaskOf } from './phb-spec.ts';
export type { PhbNames, PhbPlace, PhbRequest, QemuPhbOptions } from './phb-spec.ts';
export { findProfile, findSlotClass, PROFILES, profileValues, type ProfileValue } from './profiles/index.ts';
export type { PlatformProfile, RtasCallName, SlotClass } from './profiles/profile.ts';
export { memoryLayout, type AddedMemory, type MemoryLayout } from './tree/layout.ts';
export type { FirmwareApi, FirmwareWindow, PciFunctionSpec, PeRules, PhbSpec } from './types.ts';
export type { VioDeviceSpec } from './vio.ts';
