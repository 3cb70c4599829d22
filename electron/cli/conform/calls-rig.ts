// A machine without a guest for recorded calls: firmware, memory, and edu devices whose registers the test program writes.

import {
  createClock,
  createScheduler,
  EDU_BAR_BYTES,
  EDU_CLASS,
  EDU_DEFAULT_DMA_MASK,
  EDU_DEVICE_ID,
  EDU_RUN,
  EDU_TO_MEMORY,
  EDU_VENDOR,
  EduDevice,
  findProfile,
  findSlotClass,
  Firmware,
  Fnv64,
  functionAddress,
  GuestMemory,
  hi32,
  InvariantError,
  lo32,
  masteredBus,
  memoryLayout,
  phbSpec,
} from '../../../core/index.ts';
import type { PhbSpec, QemuPhbOptions, SlotClass, VioDeviceSpec } from '../../../core/index.ts';
import type { QemuEdu } from './calls-qemu.ts';

/** What differs from the numbering of the profile, as the guest read it in the device tree. */
export interface RigPhb extends QemuPhbOptions {
  readonly index: number;
  readonly buid?: bigint;
}

export interface RigMachine {
  readonly ramBytes: number;
  readonly phbs: readonly RigPhb[];
  readonly vioDevices: readonly VioDeviceSpec[];
  readonly edu: readonly QemuEdu[];
}

const PROFILE = 'qemu-pseries';
const PCI_COMMAND = 4;
const BASE_ADDRESS_0 = 0x10;
const MEMORY_SPACE = 2;
const BUS_MASTER = 4;
const EDU_BUFFER = 0x4_0000n;

const H_GET_TCE = 0x1c;

export interface TceHash {
  readonly hash: bigint;
  /** Calls that failed. */
  readonly errors: number;
  /** Values that were not zero. */
  readonly nonzero: number;
}

interface RigDevice {
  readonly device: EduDevice;
  /** Its registers can be reached: BAR 0 is set and memory space on. */
  readonly isReachable: () => boolean;
}

export class CallsRig {
  readonly memory: GuestMemory;
  readonly firmware: Firmware;
  private readonly clock = createClock();
  private readonly scheduler = createScheduler(this.clock);
  private readonly devices: readonly RigDevice[];

  constructor(machine: RigMachine) {
    const profile = findProfile(PROFILE);
    const slotClass = profile?.slotClasses[0];
    if (profile === undefined || slotClass === undefined) throw new InvariantError(`no profile ${PROFILE}`);
    this.memory = new GuestMemory(machine.ramBytes);
    this.firmware = new Firmware({
      profile,
      memory: this.memory,
      layout: memoryLayout(machine.ramBytes),
      clock: this.clock,
      vioDevices: machine.vioDevices,
    });
    const specs = machine.phbs.map((phb) =>
      specOf(findSlotClass(profile, slotClass.id) ?? slotClass, phb, machine.edu),
    );
    for (const spec of specs) this.firmware.addPhb(spec);
    this.devices = machine.edu.flatMap((edu) => {
      const spec = specs.find((phb) => phb.index === edu.phb);
      return spec === undefined ? [] : [this.createEdu(spec, edu)];
    });
  }

  /** Performs an hcall with r3.. as given; returns r3..r9 after it. */
  hcall(registers: readonly bigint[]): readonly bigint[] {
    const { regs } = this.firmware.hcallPort;
    for (let i = 0; i < regs.length / 2; i++) {
      regs[2 * i] = hi32(registers[i] ?? 0n);
      regs[2 * i + 1] = lo32(registers[i] ?? 0n);
    }
    this.firmware.hcallPort.hcall();
    return Array.from({ length: 7 }, (_, i) => word(regs[2 * i] ?? 0, regs[2 * i + 1] ?? 0));
  }

  /** Reads `n` TCEs by H_GET_TCE, `step` apart, and hashes status and value of each (oracle README, section 1). */
  hashTces(liobn: bigint, ioba: bigint, step: bigint, n: number): TceHash {
    const { regs } = this.firmware.hcallPort;
    const fnv = new Fnv64();
    let errors = 0;
    let nonzero = 0;
    for (let i = 0, at = ioba; i < n; i++, at = BigInt.asUintN(64, at + step)) {
      regs.set([0, H_GET_TCE, hi32(liobn), lo32(liobn), hi32(at), lo32(at)]);
      const failed = this.firmware.hcallPort.hcall() !== 0;
      const hi = failed ? 0 : (regs[2] ?? 0);
      const lo = failed ? 0 : (regs[3] ?? 0);
      if (failed) errors++;
      if ((hi | lo) !== 0) nonzero++;
      fnv.add(regs[0] ?? 0, regs[1] ?? 0);
      fnv.add(hi, lo);
    }
    return { hash: fnv.value, errors, nonzero };
  }

  /** One transfer of the first edu device, carried to its end. `offset` lies in its 4 KiB buffer. */
  dma(toMemory: boolean, ioba: bigint, length: number, offset: number): void {
    const edu = this.devices[0];
    if (edu?.isReachable() !== true) return;
    const buffer = EDU_BUFFER + BigInt(offset);
    const write = (register: number, value: bigint): void =>
      edu.device.write64(register, hi32(value), lo32(value));
    write(0x80, toMemory ? buffer : ioba);
    write(0x88, toMemory ? ioba : buffer);
    write(0x90, BigInt(length));
    write(0x98, BigInt(EDU_RUN | (toMemory ? EDU_TO_MEMORY : 0)));
    while (this.scheduler.step());
  }

  /** True when the machine has a device that can do DMA. */
  get hasDma(): boolean {
    return this.devices.length > 0;
  }

  private createEdu(spec: PhbSpec, edu: QemuEdu): RigDevice {
    const space = this.firmware.configSpace(spec.buid, 0, edu.slot);
    const command = (): number => space?.read(PCI_COMMAND, 2) ?? 0;
    const bus = this.firmware.dmaBus(spec.buid, functionAddress(spec.domain, 0, edu.slot));
    const device = new EduDevice(
      {
        bus: masteredBus(bus, () => (command() & BUS_MASTER) !== 0),
        scheduler: this.scheduler,
        raiseInterrupt: () => undefined,
      },
      { dmaMask: edu.dmaMask ?? EDU_DEFAULT_DMA_MASK },
    );
    const isReachable = (): boolean =>
      (command() & MEMORY_SPACE) !== 0 && (space?.read(BASE_ADDRESS_0, 4) ?? 0) !== 0;
    return { device, isReachable };
  }
}

function specOf(slotClass: SlotClass, phb: RigPhb, edu: readonly QemuEdu[]): PhbSpec {
  const functions = edu
    .filter((device) => device.phb === phb.index)
    .map(({ slot }) => ({
      fn: functionAddress(phb.index, 0, slot),
      bus: 0,
      slot,
      vendor: EDU_VENDOR,
      deviceId: EDU_DEVICE_ID,
      classCode: EDU_CLASS,
      nodeName: 'unknown-legacy-device',
      barBytes: [EDU_BAR_BYTES],
    }));
  const spec = phbSpec({ slotClass, index: phb.index, functions, qemu: phb });
  return phb.buid === undefined ? spec : { ...spec, buid: phb.buid as PhbSpec['buid'] };
}

function word(hi: number, lo: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}
