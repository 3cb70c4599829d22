// Random whole sessions for the property tests: a small partition, and anything that can be done to it.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findProfile } from '../firmware/profiles/index.ts';
import { KERNELS } from '../guest/linux/kernels/index.ts';
import type { VfioCall } from '../abi/linux/vfio.ts';
import type { Command, IoParameters } from '../machine/commands.ts';
import { configFor } from '../machine/config-for.ts';
import type { MachineConfig } from '../machine/config.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { Session } from './session.ts';

const MIB = 2 ** 20;
/** Few entries make a direct window then. */
const LMB = 32 * MIB;

/** What can be done to a function; which one is not said yet. */
type ToFunction<C = Extract<Command, { readonly id: string }>> = C extends unknown ? Omit<C, 'id'> : never;

/** A command, one to the nth function of those there are, another kernel while off, or steps that pass. */
export type Deed =
  | { readonly command: Command }
  | { readonly nth: number; readonly to: ToFunction }
  /** A call on a VFIO container, or a program: `nth` is the function that it takes. */
  | { readonly nth: number; readonly user: (id: string) => Command }
  | { readonly kernel: number }
  | { readonly steps: number };

const weighted = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> => ({
  weight,
  arbitrary,
});
const command = (value: Command): fc.Arbitrary<Deed> => fc.constant({ command: value });

const DDW_CALLS = ['query', 'create', 'remove', 'reset'].map((name) => `ibm,${name}-pe-dma-window`);
const TCE_CALLS = ['H_PUT_TCE', 'H_PUT_TCE_INDIRECT', 'H_STUFF_TCE'];

const io: fc.Arbitrary<IoParameters> = fc.record({
  sizeBytes: fc.constantFrom(512, 9000, 65_536, 262_144),
  depth: fc.constantFrom(1, 4, 16),
  count: fc.constantFrom(0, 1, 6, 20),
  direction: fc.constantFrom('read' as const, 'write' as const),
  intervalNs: fc.constantFrom(0, 0, 5000, 1e8),
});

const failure = fc.oneof(
  fc.record({ call: fc.constantFrom(...DDW_CALLS), rc: fc.constantFrom(-1, -2, -3, 9900, 9901) }),
  fc.record({ call: fc.constantFrom(...TCE_CALLS), rc: fc.constantFrom(-1, -4, -44, 1) }),
);
const injection: fc.Arbitrary<Deed> = fc
  .record({ failure, count: fc.integer({ min: 1, max: 3 }), skip: fc.nat(4) })
  .map(({ failure: { call, rc }, count, skip }) => ({
    command: { do: 'inject' as const, call, rc, count, skip },
  }));

const toFunction: fc.Arbitrary<ToFunction> = fc.oneof(
  weighted(6, fc.record({ do: fc.constant('io-start' as const), io })),
  weighted(
    6,
    fc
      .constantFrom('io-stop', 'driver-bind', 'driver-unbind', 'pci-remove', 'vf-remove')
      .map((name) => ({ do: name })),
  ),
  weighted(1, fc.record({ do: fc.constant('pe-freeze' as const), unavailableNs: fc.constantFrom(0, 3e9) })),
  weighted(
    1,
    fc.record({
      do: fc.constant('tce-set' as const),
      ioba: fc.constantFrom('0x1000', '0x800000000000000', '0x800000000010000'),
      tce: fc.constantFrom('0x0', '0x3000003'),
    }),
  ),
);

const iova = fc.constantFrom('0x0', '0x10000', '0x800000000000000', '0x7ffff000', '0x800');
const bytes = fc.constantFrom(4096, 65_536, 2 * MIB, 16 * MIB);
const vaddr = fc.constantFrom('buf', 'buf+0x10000', 'huge', '0x10000');

/** Calls of a user, right and wrong, in any order; containers and processes of two names. */
const vfioCall: fc.Arbitrary<VfioCall> = fc.oneof(
  fc.constant({ call: 'mmap' as const, buffer: 'buf', bytes: 2 * MIB }),
  fc.constant({ call: 'mmap' as const, buffer: 'huge', bytes: 4 * MIB, pageBytes: 2 * MIB }),
  fc.constant({ call: 'munmap' as const, buffer: 'huge' }),
  fc.constant({ call: 'set-container' as const, id: '' }),
  fc.record({ call: fc.constant('set-iommu' as const), type: fc.constantFrom('v1' as const, 'v2' as const) }),
  fc
    .constantFrom('get-info' as const, 'enable' as const, 'disable' as const, 'close' as const)
    .map((call) => ({ call })),
  fc.record({ call: fc.constantFrom('register' as const, 'unregister' as const), vaddr, bytes }),
  fc.record({
    call: fc.constant('map' as const),
    vaddr,
    iova,
    bytes,
    read: fc.boolean(),
    write: fc.boolean(),
  }),
  fc.record({ call: fc.constant('unmap' as const), iova, bytes }),
  fc.record({
    call: fc.constant('create' as const),
    pageShift: fc.constantFrom(12, 16, 21),
    bytes: fc.constantFrom(16 * MIB, 64 * MIB),
  }),
  fc.record({ call: fc.constant('remove' as const), start: iova }),
  fc.record({
    call: fc.constant('eeh' as const),
    op: fc.constantFrom('get-state' as const, 'reset-hot' as const),
  }),
);

const user: fc.Arbitrary<(id: string) => Command> = fc.oneof(
  weighted(
    3,
    fc.constant((id: string): Command => ({ do: 'driver-bind', id, driver: 'vfio-pci' })),
  ),
  weighted(
    9,
    fc
      .record({
        container: fc.constantFrom('c0', 'c1'),
        process: fc.constantFrom('app', 'other'),
        call: vfioCall,
      })
      .map(({ container, process, call }) => (id: string): Command => ({
        do: 'vfio',
        container,
        process,
        call: call.call === 'set-container' ? { ...call, id } : call,
      })),
  ),
  weighted(
    2,
    fc
      .record({
        app: fc.constantFrom('v1' as const, 'v2' as const, 'dpdk' as const),
        pageBytes: fc.constantFrom(65_536, 2 * MIB),
      })
      .map(({ app, pageBytes }) => (id: string): Command => ({
        do: 'app-start',
        name: 'a0',
        plan: { app, ids: [id], pageBytes, bytes: 4 * MIB, iova: 'window' },
      })),
  ),
  weighted(
    1,
    fc.constant((): Command => ({ do: 'app-stop', name: 'a0' })),
  ),
);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  weighted(5, fc.record({ nth: fc.nat(3), user })),
  weighted(6, fc.record({ steps: fc.constantFrom(1, 5, 60, 2000) })),
  weighted(9, fc.record({ nth: fc.nat(3), to: toFunction })),
  weighted(2, injection),
  weighted(1, fc.record({ kernel: fc.nat(KERNELS.length - 1) })),
  weighted(1, command({ do: 'boot' })),
  weighted(1, command({ do: 'reset' })),
  weighted(1, command({ do: 'shutdown' })),
  weighted(1, command({ do: 'vf-add', count: 1, device: 'nvme' })),
  weighted(1, command({ do: 'vf-add', count: 1, device: 'nic' })),
  weighted(2, command({ do: 'memory-add', bytes: LMB })),
  weighted(1, command({ do: 'memory-remove', bytes: LMB })),
  weighted(1, command({ do: 'pci-rescan' })),
  weighted(1, command({ do: 'kexec' })),
  weighted(1, command({ do: 'kexec', withoutProperties: true })),
  weighted(1, command({ do: 'crash' })),
  weighted(1, command({ do: 'mark', text: 'here; "now"' })),
);

const boot: readonly Deed[] = [{ command: { do: 'boot' } }, { steps: 2000 }];

/** Most begin with a booted guest: what is interesting happens there. */
export const deeds: fc.Arbitrary<readonly Deed[]> = fc
  .tuple(fc.constantFrom(boot, boot, boot, []), fc.array(deed, { minLength: 4, maxLength: 16, size: 'max' }))
  .map(([first, rest]) => [...first, ...rest]);

/** Every kernel and kind of slot, windows of all kinds, and what boot arguments make of them. */
export const partition = (profile: string): fc.Arbitrary<MachineConfig> =>
  fc
    .record({
      kernel: fc.constantFrom(...KERNELS),
      slotClass: fc.constantFrom(...(findProfile(profile)?.slotClasses ?? [])),
      maxMib: fc.constantFrom(256, 1024, 1_048_576),
      nvdimms: fc.constantFrom(0, 0, 0, 1),
      bootArgs: fc.constantFrom<readonly string[]>(
        [],
        [],
        ['crashkernel=64M'],
        ['disable_ddw'],
        ['hugepagesz=2M', 'hugepages=8', 'hugepagesz=16M', 'hugepages=1'],
        // Every entry of a default window is a call then: only where that window can be made small.
        profile === 'qemu-pseries' ? ['multitce=off'] : [],
      ),
      page: fc.nat(1),
      cpus: fc.constantFrom(1, 4),
      count: fc.integer({ min: 1, max: 2 }),
      device: fc.constantFrom('nvme', 'nic', 'e1000'),
      seed: fc.nat(1000),
    })
    .map(({ kernel, slotClass, maxMib, page, count, device, ...fields }) => {
      const memory = {
        minMemoryBytes: 2 * LMB,
        memoryBytes: 4 * LMB,
        maxMemoryBytes: maxMib * MIB,
        lmbBytes: LMB,
      };
      const pageBytes = kernel.pageBytes.value[page % kernel.pageBytes.value.length] ?? 65_536;
      const wish = { kernel: kernel.id, pageBytes, ...fields, ...memory };
      const made = configFor(DEFAULT_LPAR, profile, wish, count, device);
      if (!made.ok) throw new Error(made.error.message);
      const functions = made.value.functions.map((fn) => ({ ...fn, slotClass: slotClass.id }));
      const { phbs } = made.value;
      const small = phbs?.map((phb) => ({ ...phb, dmaWinSize: '0x1000000' }));
      return { ...made.value, functions, ...(small === undefined ? {} : { phbs: small }) };
    });

export function beginSession(config: MachineConfig): Session {
  const session = Session.create(config);
  if (!session.ok) throw new Error(session.error.message);
  return session.value;
}

/** Refused commands are part of it: they must leave no trace. */
export function perform(session: Session, one: Deed): void {
  if ('steps' in one) session.advance(one.steps);
  else if ('command' in one) session.dispatch(one.command);
  else if ('kernel' in one) changeKernel(session, one.kernel);
  else {
    const functions = session.query({ ask: 'functions' });
    const ids = functions.ok ? functions.value.map(({ description }) => description.id) : [];
    const id = ids[one.nth % Math.max(1, ids.length)] ?? 'none';
    session.dispatch('user' in one ? one.user(id) : ({ ...one.to, id } as Command));
  }
}

function changeKernel(session: Session, nth: number): void {
  const config = session.query({ ask: 'config' });
  const kernel = KERNELS[nth];
  if (!config.ok || kernel === undefined) return;
  const pageBytes = kernel.pageBytes.value[nth % 2] ?? 65_536;
  session.dispatch({ do: 'configure', config: { ...config.value, kernel: kernel.id, pageBytes } });
}

it('random partitions are what they should be: all can be begun', () => {
  fc.assert(
    fc.property(partition('powervm-p9'), (config) => {
      expect(beginSession(config).steps).toBe(0);
    }),
    { numRuns: 5 },
  );
});
