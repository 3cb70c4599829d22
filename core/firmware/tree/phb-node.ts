// A PHB's node and those of its functions (LoPAR app_papr_binding; QEMU spapr_dt_phb; recorded trees).

import type { DtNode } from '../../abi/ports.ts';
import { hex } from '../../base/u64.ts';
import { cells, empty, node, strings, type Properties } from '../../devtree/build.ts';
import type { DdwRules } from '../profiles/rules.ts';
import type { PlatformProfile, RtasCallName, SlotClass, TreeValues } from '../profiles/profile.ts';
import { phbNames } from '../phb-spec.ts';
import type { PciFunctionSpec, PhbSpec } from '../types.ts';

/** Room for the memory windows of one SR-IOV adapter's VFs before those of the next. */
const VFS_OF_AN_ADAPTER = 1024;

export interface PhbNodeContext {
  readonly tree: TreeValues;
  readonly ddw: DdwRules;
  readonly tokens: PlatformProfile['tokens'];
  readonly slotClass: SlotClass | undefined;
}

export function phbNode(spec: PhbSpec, context: PhbNodeContext): DtNode {
  const { liobn, start, sizeBytes } = spec.pe.defaultWindow;
  const base: Properties = {
    device_type: strings('pci'),
    compatible: strings('IBM,Logical_PHB'),
    reg: cells(spec.buid, 0n),
    '#address-cells': cells(3),
    '#size-cells': cells(2),
    '#interrupt-cells': cells(1),
    'bus-range': cells(0, 0xff),
    ranges: rangesOf(spec, context.tree),
    'ibm,my-drc-index': cells(drcIndexOf(spec, context)),
    'ibm,pe-total-#msi': cells(context.tree.peTotalMsi),
    ...(context.tree.pciConfigSpaceType ? { 'ibm,pci-config-space-type': cells(1) } : {}),
    'used-by-rtas': empty(),
    'ibm,dma-window': cells(liobn, start, BigInt(sizeBytes)),
    'ibm,#dma-address-cells': cells(2),
    'ibm,#dma-size-cells': cells(2),
    ...(spec.pe.ddw ? ddwProperties(context) : {}),
  };
  const children = spec.functions.map((fn) => functionNode(fn, spec));
  return node(`pci@${hex(spec.buid).slice(2)}`, base, children);
}

function drcIndexOf(spec: PhbSpec, { slotClass }: PhbNodeContext): number {
  return slotClass === undefined ? 0 : phbNames(slotClass, spec).drcIndex;
}

/** Tokens of the DDW calls, and what the firmware can beyond the basic ones. */
function ddwProperties({ tokens, tree, ddw }: PhbNodeContext): Properties {
  const token = (name: RtasCallName): number => tokens[name]?.value ?? 0;
  const extensions = [token('ibm,reset-pe-dma-window')];
  if (tree.extensionSixOutputs) extensions.push(1);
  if (ddw.limitedStart !== undefined) extensions.push(1);
  return {
    'ibm,ddw-applicable': cells(
      token('ibm,query-pe-dma-window'),
      token('ibm,create-pe-dma-window'),
      token('ibm,remove-pe-dma-window'),
    ),
    'ibm,ddw-extensions': cells(extensions.length, ...extensions),
  };
}

/** I/O, 32-bit and 64-bit memory: bus address (3 cells), CPU address, size. */
function rangesOf(spec: PhbSpec, tree: TreeValues): Uint8Array {
  const { io, mem32, mem64 } = tree.ranges;
  const n = BigInt(spec.index + ((spec.adapter ?? 1) - 1) * VFS_OF_AN_ADAPTER);
  return cells(
    ...[io, mem32, mem64].flatMap((range) =>
      range === undefined
        ? []
        : [range.space, range.bus + n * range.busStep, range.cpu + n * range.cpuStep, range.size],
    ),
  );
}

function functionNode(fn: PciFunctionSpec, spec: PhbSpec): DtNode {
  const configAddress = (fn.bus << 16) | (fn.slot << 11);
  const properties: Properties = {
    reg: cells(configAddress, 0, 0, 0, 0),
    'vendor-id': cells(fn.vendor),
    'device-id': cells(fn.deviceId),
    'class-code': cells(fn.classCode),
    ...(spec.vf ? { 'ibm,is-vf': cells(1) } : {}),
  };
  const made = node(`${fn.nodeName}@${fn.slot.toString(16)}`, properties);
  fn.properties?.forEach((value, name) => made.properties.set(name, value));
  return made;
}
