import { describe, expect, it } from 'vitest';
import type { DtNode } from '../../abi/ports.ts';
import { nodeAt } from '../../devtree/build.ts';
import { GuestMemory } from '../../memory/guest-memory.ts';
import { createClock } from '../../time/clock.ts';
import { Firmware } from '../firmware.ts';
import { TestMachine, WIDE_LIMITS } from '../fixtures/machine.ts';
import { powervmP9 } from '../profiles/powervm-p9.ts';
import type { PlatformProfile } from '../profiles/profile.ts';
import { qemuPseries } from '../profiles/qemu-pseries.ts';
import { memoryLayout, type MemoryLayout } from './layout.ts';

const GIB = 2 ** 30;

function hexOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A property as hex, as recorded trees have it. */
function property(root: DtNode, path: string): string | undefined {
  const at = path.lastIndexOf('/');
  return hexOf(nodeAt(root, path.slice(0, at))?.properties.get(path.slice(at + 1)));
}

function treeOf(profile: PlatformProfile, layout: MemoryLayout): DtNode {
  return new Firmware({
    profile,
    memory: new GuestMemory(layout.ramBytes),
    layout,
    clock: createClock(),
  }).deviceTree();
}

const qemuTree = (layout: MemoryLayout): DtNode => treeOf(qemuPseries, layout);
const DYNAMIC = '/ibm,dynamic-reconfiguration-memory/ibm,dynamic-memory-v2';

describe('a PHB of QEMU in the tree', () => {
  const functions = [
    {
      fn: '0000:00:1f.0',
      bus: 0,
      slot: 31,
      vendor: 0x1b36,
      deviceId: 5,
      classCode: 0xff00,
      nodeName: 'legacy-device',
      properties: new Map([['ibm,loc-code', Uint8Array.of(0x71, 0)]]),
    },
  ];
  const tree = new TestMachine({
    profile: qemuPseries,
    slotClass: 'qemu-phb',
    pes: 2,
    functions,
  }).firmware.deviceTree();

  // As recorded guests of QEMU 7.2.22 dumped it.
  it.each([
    ['pci@800000020000000/ibm,dma-window', '8000000000000000000000000000000040000000'],
    ['pci@800000020000001/ibm,dma-window', '8000010000000000000000000000000040000000'],
    ['pci@800000020000000/ibm,#dma-address-cells', '00000002'],
    ['pci@800000020000000/ibm,#dma-size-cells', '00000002'],
    ['pci@800000020000000/ibm,ddw-applicable', '000020260000202700002028'],
    ['pci@800000020000000/ibm,ddw-extensions', '000000020000202900000001'],
    ['pci@800000020000000/compatible', '49424d2c4c6f676963616c5f50484200'],
    ['pci@800000020000000/reg', '08000000200000000000000000000000'],
    ['pci@800000020000000/ibm,pci-config-space-type', '00000001'],
    [
      'pci@800000020000000/ranges',
      '010000000000000000000000000020000000000000000000000100000200000000000000800000000000200080000000000000008000000003000000000021000000000000002100000000000000010000000000',
    ],
    [
      'pci@800000020000001/ranges',
      '010000000000000000000000000020000001000000000000000100000200000000000000800000000000200100000000000000008000000003000000000022000000000000002200000000000000010000000000',
    ],
    ['pci@800000020000000/legacy-device@1f/class-code', '0000ff00'],
    ['pci@800000020000000/legacy-device@1f/vendor-id', '00001b36'],
    ['pci@800000020000000/legacy-device@1f/ibm,loc-code', '7100'],
    ['rtas/ibm,query-pe-dma-window', '00002026'],
    ['rtas/ibm,create-pe-dma-window', '00002027'],
    ['rtas/ibm,remove-pe-dma-window', '00002028'],
    ['rtas/ibm,reset-pe-dma-window', '00002029'],
    ['rtas/ibm,query-interrupt-source-number', '00002018'],
    ['rtas/ibm,max-associativity-domains', '0000000100000001'],
  ])('has %s', (path, value) => expect(property(tree, `/${path}`)).toBe(value));

  it('without DDW has no DDW properties', () => {
    const off = {
      pgsz: '0x1211000',
      ddw: false,
      dmaWinAddr: '0x0',
      dmaWinSize: '0x1000000',
      dma64WinAddr: '0x800000000000000',
    };
    const without = new TestMachine({
      profile: qemuPseries,
      slotClass: 'qemu-phb',
      qemu: off,
    }).firmware.deviceTree();
    const phb = nodeAt(without, '/pci@800000020000000');
    expect([...(phb?.properties.keys() ?? [])].filter((name) => name.includes('ddw'))).toEqual([]);
    expect(hexOf(phb?.properties.get('ibm,dma-window'))).toBe('8000000000000000000000000000000001000000');
  });

  it('with limited addressing says so in a third extension', () => {
    const limits = { ...WIDE_LIMITS, limited: true, ddwStartLimitedMode: '0x100000000' };
    const limited = new TestMachine({
      profile: qemuPseries,
      slotClass: 'qemu-phb',
      limits,
    }).firmware.deviceTree();
    expect(property(limited, '/pci@800000020000000/ibm,ddw-extensions')).toBe(
      '00000003000020290000000100000001',
    );
  });
});

describe('memory in QEMU’s tree', () => {
  it.each([
    [GIB, ['memory@0 00000000000000000000000040000000']],
    [
      1280 * 2 ** 20,
      ['memory@0 00000000000000000000000040000000', 'memory@40000000 00000000400000000000000010000000'],
    ],
    [8 * GIB, ['memory@0 00000000000000000000000200000000']],
  ])('of %d bytes is cut at powers of two', (ramBytes, nodes) => {
    const tree = qemuTree(memoryLayout(ramBytes));
    const memory = tree.children.filter((child) => child.name.startsWith('memory@'));
    expect(memory.map((child) => `${child.name} ${hexOf(child.properties.get('reg'))}`)).toEqual(nodes);
    expect(property(tree, DYNAMIC)).toBeUndefined();
  });

  it.each([
    [
      '1G of 4G',
      memoryLayout(GIB, 4 * GIB),
      '0000000200000004000000000000000000000000ffffffff000000a00000000c000000004000000080000004ffffffff00000000',
    ],
    [
      '512M of 4G',
      memoryLayout(GIB / 2, 4 * GIB),
      '0000000200000004000000000000000000000000ffffffff000000a00000000e000000004000000080000004ffffffff00000000',
    ],
    [
      '8G of 64G',
      memoryLayout(8 * GIB, 64 * GIB),
      '0000000200000020000000000000000000000000ffffffff000000a0000000e0000000020000000080000020ffffffff00000000',
    ],
    [
      '1G of 4G, and 1G added',
      { ...memoryLayout(GIB, 4 * GIB), added: [{ address: GIB, bytes: GIB }] },
      '0000000300000004000000000000000000000000ffffffff000000a000000004000000004000000080000004000000000000000800000008000000008000000080000008ffffffff00000000',
    ],
  ])('that can be added: %s', (_what, layout, value) => {
    const tree = qemuTree(layout);
    expect(property(tree, DYNAMIC)).toBe(value);
    expect(property(tree, '/ibm,dynamic-reconfiguration-memory/ibm,lmb-size')).toBe('0000000010000000');
  });

  it('names each NVDIMM', () => {
    const tree = qemuTree({ ...memoryLayout(GIB, 8 * GIB), nvdimms: 2 });
    expect(property(tree, '/ibm,persistent-memory/ibm,pmemory@90000000/reg')).toBe('90000000');
    expect(property(tree, '/ibm,persistent-memory/ibm,pmemory@90000001/reg')).toBe('90000001');
  });
});

describe('a virtual device in the tree', () => {
  it('has its window’s LIOBN in ibm,my-dma-window if it does DMA', () => {
    const vioDevices = [
      { nodeName: 'vty', unit: 0x7100_0000 },
      { nodeName: 'l-lan', unit: 0x7100_0002, liobn: 0x7100_0002 },
    ];
    const tree = new TestMachine({
      profile: qemuPseries,
      slotClass: 'qemu-phb',
      vioDevices,
    }).firmware.deviceTree();
    expect(property(tree, '/vdevice/l-lan@71000002/ibm,my-dma-window')).toBe(
      '7100000200000000000000000000000010000000',
    );
    expect(property(tree, '/vdevice/l-lan@71000002/ibm,#dma-address-cells')).toBe('00000002');
    expect(property(tree, '/vdevice/vty@71000000/ibm,my-dma-window')).toBeUndefined();
  });
});

describe('PowerVM’s tree', () => {
  it('gives a VF’s PHB its own tokens, and none to /rtas', () => {
    const tree = new TestMachine({ profile: powervmP9, slotClass: 'sriov-vf' }).firmware.deviceTree();
    const phb = '/pci@800000029004000';
    expect(property(tree, `${phb}/ibm,ddw-applicable`)).toBe('000000530000005400000055');
    expect(property(tree, `${phb}/ibm,ddw-extensions`)).toBe('000000020000005600000001');
    expect(property(tree, `${phb}/ibm,dma-window`)).toBe('6000400000000000000000000000000080000000');
    expect(
      [...(nodeAt(tree, '/rtas')?.properties.keys() ?? [])].filter((name) => name.includes('dma')),
    ).toEqual([]);
  });

  it('has one LMB in memory@0, the others assigned up to the partition’s memory and free up to its maximum', () => {
    const tree = treeOf(powervmP9, memoryLayout(4 * GIB, 16 * GIB));
    expect(property(tree, '/memory@0/reg')).toBe('00000000000000000000000010000000');
    expect(property(tree, DYNAMIC)).toBe(
      '00000002' +
        '0000000f00000000100000008000000100000000' +
        '00000008' +
        '00000030000000010000000080000010ffffffff' +
        '00000000',
    );
    expect(property(tree, '/rtas/ibm,lrdr-capacity')?.slice(0, 16)).toBe('0000000400000000');
  });
});
