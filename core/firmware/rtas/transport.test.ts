import { describe, expect, it } from 'vitest';
import { hi32 } from '../../base/u64.ts';
import { TestMachine } from '../fixtures/machine.ts';
import { powervmP9 } from '../profiles/powervm-p9.ts';
import { qemuPseries } from '../profiles/qemu-pseries.ts';

const BUFFER = 0x80_0000;
const BUID = [0x0800_0000, 0x2000_0000];
const UNTOUCHED = 0x5555_5555;

const functions = [
  {
    fn: '0000:00:01.0',
    bus: 0,
    slot: 1,
    vendor: 0x1b36,
    deviceId: 0x10,
    classCode: 0x01_0802,
    nodeName: 'mass-storage',
    barBytes: [0x4000],
  },
];
const make = (): TestMachine => new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb', functions });

/** Calls through memory, as a guest of QEMU does; returns r3 and the first return cells. */
function throughMemory(
  machine: TestMachine,
  token: number,
  args: readonly number[],
  nret: number,
  nargs = args.length,
) {
  [token, nargs, nret, ...args].forEach((cell, i) => machine.memory.store32(BUFFER + 4 * i, cell));
  const rets = BUFFER + 12 + 4 * nargs;
  for (let i = 0; i < 8; i++) machine.memory.store32(rets + 4 * i, UNTOUCHED);
  const r3 = machine.hcall(0xf000, BUFFER);
  return { r3, cells: [0, 1, 2, 3, 4].map((i) => machine.memory.load32(rets + 4 * i)) };
}

describe('H_RTAS', () => {
  it('reads the call from guest memory and writes only the cells that it has', () => {
    expect(throughMemory(make(), 0x2027, [0, ...BUID, 16, 30], 4)).toEqual({
      r3: 0,
      cells: [0, 0x8000_0001 | 0, 0x0800_0000, 0, UNTOUCHED],
    });
  });

  it.each([
    ['a refused call', 0x2026, [0, ...BUID], 4, 0],
    ['an unknown token', 0x2fff, [], 1, -4],
    ['token 0', 0, [], 0, -4],
    ['no return cells asked for', 0x2026, [0, ...BUID], 0, 0],
  ])('of %s writes -3 and no more', (_what, token, args, nret, r3) => {
    expect(throughMemory(make(), token, args, nret)).toEqual({
      r3,
      cells: [-3, UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED],
    });
  });

  it('of a buffer outside RAM reads token 0', () => expect(make().hcall(0xf000, 2 ** 40)).toBe(-4));

  it('ignores the top four bits of the buffer’s address', () => {
    const machine = make();
    throughMemory(machine, 0x2026, [0, ...BUID], 5);
    expect(machine.hcall(0xf000, 0x1000_0000_0000_0000n | BigInt(BUFFER))).toBe(0);
  });

  it('takes a wild number of inputs for what it is', () => {
    expect(throughMemory(make(), 0x2026, [0, ...BUID], 5, 0x100).cells[0]).toBe(-3);
  });
});

describe('an RTAS call in the trace', () => {
  it('hangs below the hcall that carries it on QEMU, with the windows it makes below itself', () => {
    const machine = make();
    machine.create(16, 30);
    const [hcall] = machine.events('hcall');
    const [rtas] = machine.events('rtas');
    const created = machine.events('window-created').at(-1);
    expect(hcall).toMatchObject({ opcode: 0xf000, ret: 0, cause: -1 });
    expect(rtas).toMatchObject({
      cause: hcall?.seq,
      token: 0x2027,
      name: 'ibm,create-pe-dma-window',
      nret: 4,
    });
    expect(rtas?.rets).toEqual([0, 0x8000_0001 | 0, 0x0800_0000, 0]);
    expect(created).toMatchObject({
      cause: rtas?.seq,
      window: { liobn: 0x8000_0001, pageShift: 16, entries: 0x4000 },
    });
  });

  it('stands by itself on PowerVM, where no hcall carries it', () => {
    const machine = new TestMachine({ profile: powervmP9, slotClass: 'sriov-vf' });
    const { defaultWindow } = machine.pe.pe;
    machine.remove(defaultWindow.liobn);
    expect(machine.events('hcall')).toEqual([]);
    expect(machine.events('rtas')[0]).toMatchObject({
      cause: -1,
      token: 0x55,
      args: [defaultWindow.liobn],
      rets: [0],
    });
    expect(machine.firmware.hcalls).toBe(0);
  });

  it('names an unknown token by its number', () => {
    const machine = make();
    machine.firmware.rtasPort.call(0x2fff, [1], 2);
    expect(machine.events('rtas')[0]).toMatchObject({ name: '0x00002fff', args: [1], nret: 2, rets: [-3] });
    expect(machine.events('hcall')[0]?.ret).toBe(-4);
  });

  it('of a removed last window shows the default one restored', () => {
    const machine = make();
    machine.create(16, 30);
    machine.remove(0x8000_0000);
    machine.remove(0x8000_0001);
    const events = [...machine.trace.events()].flatMap((e) =>
      'window' in e ? [`${e.kind} ${e.window.liobn.toString(16)}`] : [],
    );
    expect(events).toEqual([
      'window-created 80000000',
      'window-created 80000001',
      'window-removed 80000000',
      'window-removed 80000001',
      'window-restored 80000000',
    ]);
  });
});

describe('PCI configuration access', () => {
  const slot1 = 1 << 11;

  it('reads and writes a function’s registers by BUID', () => {
    const machine = make();
    expect(machine.rtas('ibm,write-pci-config', [slot1 + 0x10, ...BUID, 4, 0x8000_1234], 1)).toEqual([0]);
    expect(machine.rtas('ibm,read-pci-config', [slot1 + 0x10, ...BUID, 4], 2)).toEqual([0, 0x8000_0000]);
    expect(machine.rtas('ibm,read-pci-config', [slot1, ...BUID, 2], 2)).toEqual([0, 0x1b36]);
  });

  it('without a BUID means the first PHB', () => {
    const machine = make();
    expect(machine.rtas('write-pci-config', [slot1 + 4, 2, 6], 1)).toEqual([0]);
    expect(machine.rtas('read-pci-config', [slot1 + 4, 2], 2)).toEqual([0, 6]);
    expect(machine.firmware.configSpace(machine.pe.buid, 0, 1)?.read(4, 2)).toBe(6);
  });

  it.each([
    ['a slot without a function', [2 << 11, ...BUID, 4]],
    ['another PHB', [slot1, hi32(machineBuid()), 0x2000_0009, 4]],
    ['an odd size', [slot1, ...BUID, 3]],
    ['a register off its size', [slot1 + 2, ...BUID, 4]],
    ['a register beyond the space', [0x1000_0000 | slot1, ...BUID, 4]],
  ])('of %s is refused', (_what, args) => {
    expect(make().rtas('ibm,read-pci-config', args, 2)[0]).toBe(-3);
  });

  it.each([
    ['ibm,read-pci-config', [slot1, ...BUID], 2],
    ['ibm,write-pci-config', [slot1, ...BUID, 4], 1],
    ['read-pci-config', [slot1, 4], 1],
    ['write-pci-config', [slot1, 4, 0], 2],
  ] as const)('%s with a wrong number of cells is refused', (name, args, nret) => {
    expect(make().rtas(name, args, nret)[0]).toBe(-3);
  });
});

function machineBuid(): bigint {
  return make().pe.buid;
}

describe('the EEH calls of QEMU', () => {
  it.each([
    ['ibm,set-eeh-option', [0, ...BUID, 1], 1],
    ['ibm,read-slot-reset-state2', [0, ...BUID], 4],
    ['ibm,get-config-addr-info2', [0, ...BUID, 0], 2],
  ] as const)('%s is refused: its devices are emulated', (name, args, nret) => {
    expect(make().rtas(name, args, nret)[0]).toBe(-3);
  });
});
