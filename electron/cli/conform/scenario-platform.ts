// A recording's machine as the plan describes it: memory, firmware with its limits, PHBs, functions. No device models: the
// drivers' requests come from the recording.

import type {
  DtNode,
  GuestPorts,
  KernelBuild,
  MemoryLayout,
  PciFunctionSpec,
  QemuPhbOptions,
  Result,
} from '../../../core/index.ts';
import {
  beginningOf,
  crashMemoryEnd,
  crashTree,
  createClock,
  createScheduler,
  fail,
  findProfile,
  Firmware,
  GuestMemory,
  kernelByRelease,
  kexecTree,
  memoryLayout,
  ok,
  phbNames,
  phbSpec,
} from '../../../core/index.ts';
import { firstVioUnit, nodeNameOf, qemuPciKind, vioNodeName } from './qemu-devices.ts';
import type { Plan, PlanDevice, PlanMachine, PlanPhb } from './scenario-plan.ts';
import { PortRecorder } from './scenario-recorder.ts';
import { hex } from './scenario-text.ts';

export class ScenarioPlatform {
  readonly machine: PlanMachine;
  readonly kernel: KernelBuild;
  readonly clock = createClock();
  readonly scheduler = createScheduler(this.clock);
  readonly memory: GuestMemory;
  readonly firmware: Firmware;
  readonly recorder: PortRecorder;
  layout: MemoryLayout;
  private readonly hasUsbDisk: boolean;
  private handedOver: DtNode | undefined;
  /** The next kernel is a crash kernel: it sees less memory. */
  crashKernel = false;

  /** Errors: a platform or kernel that the model does not have. */
  static build({ machine, epochs }: Plan): Result<ScenarioPlatform> {
    const kernel = kernelByRelease(machine.kernel);
    if (kernel === undefined) return fail('unknown-kernel', `the model has no kernel ${machine.kernel}`);
    if (!/^qemu-/.test(machine.firmwareBase))
      return fail('unknown-firmware', `the model has no firmware ${machine.firmwareBase}`);
    const hasUsbDisk = epochs
      .flat()
      .some((step) => step.do === 'load' && step.modules.includes('usb_storage'));
    return ok(new ScenarioPlatform(machine, kernel, hasUsbDisk));
  }

  private constructor(machine: PlanMachine, kernel: KernelBuild, hasUsbDisk: boolean) {
    this.machine = machine;
    this.hasUsbDisk = hasUsbDisk;
    this.kernel = kernel;
    this.memory = new GuestMemory(machine.ramBytes);
    this.layout = {
      ...memoryLayout(machine.ramBytes, machine.maxmemBytes ?? machine.ramBytes),
      hasDynamicMemory: machine.maxmemBytes !== undefined,
      nvdimms: machine.nvdimms,
    };
    this.firmware = this.buildFirmware();
    const { hcallPort, rtasPort } = this.firmware;
    this.recorder = new PortRecorder(hcallPort, rtasPort, this.memory, this.firmware.deviceTree());
  }

  private buildFirmware(): Firmware {
    const { machine, memory, layout, clock } = this;
    const { limits } = machine;
    const profile = findProfile('qemu-pseries');
    const slotClass = profile?.slotClasses[0];
    if (profile === undefined || slotClass === undefined) throw new Error('the QEMU profile is gone');
    const vioDevices = machine.vioDevices.map((kind, i) => ({
      nodeName: vioNodeName(kind) ?? kind,
      unit: firstVioUnit + i,
      liobn: firstVioUnit + i,
    }));
    const firmware = new Firmware({ profile, memory, layout, clock, limits, vioDevices });
    for (const phb of machine.phbs) {
      const { index } = phb;
      const functions = functionsOf(machine, phb, phbNames(slotClass, { index }).bus);
      const request = { slotClass, index, functions, qemu: optionsOf(phb) };
      firmware.addPhb(phbSpec(limits === undefined ? request : { ...request, limits }));
    }
    return firmware;
  }

  /** Devices of the plan that the tables do not have: they get a place on their bus, but no identity. */
  unknownDevices(): readonly string[] {
    const { pciDevices, vioDevices } = this.machine;
    const pci = pciDevices
      .filter((d) => qemuPciKind(d.kind) === undefined)
      .map((d) => `PCI device ${d.kind}`);
    return [
      ...pci,
      ...vioDevices.filter((kind) => vioNodeName(kind) === undefined).map((kind) => `VIO device ${kind}`),
    ];
  }

  ports(): GuestPorts {
    return {
      hcall: this.recorder.hcall,
      rtas: this.recorder.rtas,
      memory: this.crashKernel ? beginningOf(this.memory, this.crashEnd()) : this.memory,
      mmio: { read32: () => -1, write32: () => undefined },
      deviceTree: () => this.bootTree(),
    };
  }

  /** Power-on state; the next kernel boots from the firmware's tree. */
  reset(): void {
    this.firmware.reset();
    this.memory.clear();
    this.handedOver = undefined;
    this.crashKernel = false;
  }

  /** kexec: the next kernel gets this one's tree. Windows and tables stay as they are. */
  handOver(tree: DtNode, crash: boolean): void {
    this.handedOver = crash ? crashTree(this.kernel, tree, this.crashEnd()) : kexecTree(tree);
    this.crashKernel = crash;
  }

  private crashEnd(): number {
    return crashMemoryEnd(this.machine.bootArgs, this.machine.ramBytes);
  }

  hasMemory(address: number): boolean {
    return this.layout.added.some((a) => a.address === address);
  }

  plugMemory(address: number, bytes: number): void {
    this.memory.resize(Math.max(this.memory.ramBytes, address + bytes));
    this.setLayout([...this.layout.added, { address, bytes }]);
  }

  unplugMemory(address: number, bytes: number): void {
    if (this.memory.ramBytes === address + bytes) this.memory.resize(address);
    this.setLayout(this.layout.added.filter((a) => a.address !== address));
  }

  private setLayout(added: MemoryLayout['added']): void {
    this.layout = { ...this.layout, added };
    this.firmware.setLayout(this.layout);
  }

  /** The firmware's tree with what the boot firmware adds: a node for a USB disk, found on the first port. */
  private bootTree(): DtNode {
    if (this.handedOver !== undefined) return this.handedOver;
    const tree = this.firmware.deviceTree();
    if (!this.hasUsbDisk) return tree;
    const controllers = tree.children.flatMap((phb) => phb.children.filter((c) => c.name.startsWith('usb-')));
    const reg = Uint8Array.of(0, 0, 0, 1);
    for (const { children } of controllers)
      children.push({ name: 'storage@1', properties: new Map([['reg', reg]]), children: [] });
    return tree;
  }
}

function optionsOf(phb: PlanPhb): QemuPhbOptions {
  return {
    pgsz: hex(phb.pgsz),
    ddw: phb.ddw,
    dmaWinAddr: hex(phb.dmaWinAddr),
    dmaWinSize: hex(phb.dmaWinSize),
    dma64WinAddr: hex(phb.dma64WinAddr),
  };
}

function functionsOf(machine: PlanMachine, phb: PlanPhb, bus: number): readonly PciFunctionSpec[] {
  return machine.pciDevices
    .filter((d) => d.phb === phb.index)
    .sort((a, b) => a.slot - b.slot)
    .map((d) => functionOf(d, bus));
}

function functionOf(device: PlanDevice, bus: number): PciFunctionSpec {
  const kind = qemuPciKind(device.kind) ?? { vendor: 0, deviceId: 0, classCode: 0 };
  return { fn: device.address, bus, slot: device.slot, ...kind, nodeName: nodeNameOf(kind.classCode) };
}
