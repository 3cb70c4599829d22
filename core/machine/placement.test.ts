import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../session/default-scenario.ts';
import { plansOf } from './build.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { validateConfig } from './validate.ts';

const withFunctions = (functions: readonly FunctionConfig[], profile = 'powervm-p9'): MachineConfig => ({
  ...DEFAULT_LPAR,
  profile,
  functions,
});

const slot = (fields: Partial<FunctionConfig>): FunctionConfig => ({
  id: 'one',
  device: 'nvme',
  slotClass: 'dedicated',
  ...fields,
});

describe('a slot chosen by the number of its PHB', () => {
  it.each([
    ['dedicated', 0x121, 0x50, '0121:50:00.0', 0x2000_0121n, 0x7000_0121],
    // Below the number that free slots are counted from.
    ['dedicated', 0x7, undefined, '0007:01:00.0', 0x2000_0007n, 0x7000_0007],
    ['dedicated-hddw', 0x10, undefined, '0010:01:00.0', 0x2000_0010n, 0x7000_0010],
    ['sriov-vf', 0x4005, undefined, '4005:01:00.0', 0x2900_4005n, 0x7000_4005],
  ])('%s %d on bus %s: %s', (slotClass, domain, bus, fn, buid, ddwLiobn) => {
    const config = withFunctions([slot({ slotClass, domain, ...(bus === undefined ? {} : { bus }) })]);
    expect(validateConfig(config).ok).toBe(true);
    const [plan] = plansOf(config);
    expect(plan?.phb).toMatchObject({ domain, buid: 0x0800_0000_0000_0000n | buid, pe: { ddwLiobn } });
    expect(plan?.functions.map((placed) => placed.fn)).toEqual([fn]);
  });

  it('leaves its number to no other', () => {
    const config = withFunctions([slot({ id: 'a', domain: 0x10 }), slot({ id: 'nvme0' })]);
    expect(plansOf(config).map(({ phb }) => phb.domain)).toEqual([0x10, 0x11]);
  });

  it('names its node as it is told', () => {
    const [plan] = plansOf(withFunctions([slot({ nodeName: 'pci1014,683' })]));
    expect(plan?.phb.functions[0]?.nodeName).toBe('pci1014,683');
  });

  const refusal = (config: MachineConfig): string => {
    const checked = validateConfig(config);
    return checked.ok ? 'fine' : checked.error.message;
  };

  it.each([
    ['by the number 0', [slot({ domain: 0 })], 'one: no slot of the kind "dedicated" has the domain 0000'],
    [
      'of another adapter',
      [slot({ slotClass: 'sriov-vf', domain: 0x8005 })],
      'one: the domain 8005 is that of logical port 27008005, which the guest has not',
    ],
    ['taken', [slot({ domain: 0x12 }), slot({ id: 'two', domain: 0x12 })], 'two: the domain 0012 is taken'],
    ['beyond 16 bits', [slot({ domain: 0x1_0000 })], 'config.functions[0].domain'],
  ])('is refused %s', (_, functions, why) => expect(refusal(withFunctions(functions))).toContain(why));

  it('is refused on QEMU, which numbers its PHBs itself', () => {
    const phbs = [
      {
        index: 0,
        pgsz: '0x11000',
        ddw: true,
        dmaWinAddr: '0x0',
        dmaWinSize: '0x40000000',
        dma64WinAddr: '0x800000000000000',
      },
    ];
    const config = { ...withFunctions([slot({ slotClass: 'qemu-phb', bus: 3 })], 'qemu-pseries'), phbs };
    expect(refusal(config)).toBe('one: qemu-pseries numbers domains and buses by its PHBs');
  });
});
