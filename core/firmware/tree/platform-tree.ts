// The device tree as the platform hands it over at boot: /rtas, memory, /vdevice and the PHBs (LoPAR app_papr_binding).

import type { DtNode } from '../../abi/ports.ts';
import { cells, node, strings, type Properties } from '../../devtree/build.ts';
import type { PlatformProfile, TreeValues } from '../profiles/profile.ts';
import type { VioDeviceSpec } from '../vio.ts';
import type { MemoryLayout } from './layout.ts';
import {
  dynamicMemoryNode,
  memoryNode,
  memoryNodes,
  persistentMemoryNode,
  powervmLmbSets,
  qemuLmbSets,
} from './memory-nodes.ts';

export interface PlatformTreeParts {
  readonly tree: TreeValues;
  readonly tokens: PlatformProfile['tokens'];
  readonly layout: MemoryLayout;
  readonly vioDevices: readonly VioDeviceSpec[];
  readonly vioWindowBytes: number;
  readonly phbs: readonly DtNode[];
}

export function platformTree(parts: PlatformTreeParts): DtNode {
  const { tree, layout, phbs } = parts;
  const root: Properties = {
    device_type: strings('chrp'),
    model: strings(tree.model),
    compatible: strings(...tree.compatible),
    '#address-cells': cells(2),
    '#size-cells': cells(2),
  };
  return node('', root, [
    node('chosen'),
    rtasNode(parts),
    ...(tree.memory === 'memory-nodes' ? qemuMemory(layout) : powervmMemory(layout)),
    ...(layout.nvdimms > 0 ? [persistentMemoryNode(layout.nvdimms)] : []),
    vdeviceNode(parts),
    ...phbs,
  ]);
}

function qemuMemory(layout: MemoryLayout): readonly DtNode[] {
  const dynamic = layout.hasDynamicMemory ? [dynamicMemoryNode(layout, qemuLmbSets(layout))] : [];
  return [...memoryNodes(layout.ramBytes), ...dynamic];
}

function powervmMemory(layout: MemoryLayout): readonly DtNode[] {
  const first = memoryNode(0, Math.min(layout.lmbBytes, layout.ramBytes));
  return [first, dynamicMemoryNode(layout, powervmLmbSets(layout))];
}

function rtasNode({ tree, tokens, layout }: PlatformTreeParts): DtNode {
  const calls = tree.tokensInRtas.map((name) => [name, cells(tokens[name]?.value ?? 0)] as const);
  const others = Object.entries(tree.otherTokens).map(([name, token]) => [name, cells(token)] as const);
  // QEMU writes 0 here when no memory can be added.
  const capacity = layout.hasDynamicMemory || tree.memory === 'first-lmb' ? memoryEnd(tree, layout) : 0;
  return node('rtas', {
    'ibm,hypertas-functions': strings(...tree.hypertasFunctions),
    'ibm,max-associativity-domains': cells(1, 1),
    'ibm,lrdr-capacity': cells(BigInt(capacity), BigInt(layout.lmbBytes), 1),
    ...Object.fromEntries([...calls, ...others]),
  });
}

/** First address above all memory that the partition may ever have. */
function memoryEnd(tree: TreeValues, layout: MemoryLayout): number {
  const sets = tree.memory === 'memory-nodes' ? qemuLmbSets(layout) : powervmLmbSets(layout);
  return Math.max(layout.ramBytes, ...sets.map((set) => set.end));
}

function vdeviceNode({ vioDevices, vioWindowBytes }: PlatformTreeParts): DtNode {
  const devices = vioDevices.map((device) => vioNode(device, vioWindowBytes));
  const properties = {
    device_type: strings('vdevice'),
    compatible: strings('IBM,vdevice'),
    '#address-cells': cells(1),
    '#size-cells': cells(0),
  };
  return node('vdevice', properties, devices);
}

function vioNode({ nodeName, unit, liobn }: VioDeviceSpec, windowBytes: number): DtNode {
  const window: Properties =
    liobn === undefined
      ? {}
      : {
          'ibm,my-dma-window': cells(liobn, 0n, BigInt(windowBytes)),
          'ibm,#dma-address-cells': cells(2),
          'ibm,#dma-size-cells': cells(2),
        };
  return node(`${nodeName}@${unit.toString(16)}`, { reg: cells(unit), ...window });
}
