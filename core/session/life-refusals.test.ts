import { describe, expect, it } from 'vitest';
import type { Command } from '../machine/commands.ts';
import { GiB, Life, MiB } from './life-rig.ts';

describe('refusals', () => {
  it('say what is wrong and what to do', () => {
    const life = new Life({ kernel: '6.12.107', bootArgs: [] });
    const { id } = life;
    const refusals = (commands: readonly Command[]): (string | undefined)[] =>
      commands.map((c) => life.do(c));
    expect(
      refusals([
        { do: 'memory-add', bytes: 100 * MiB },
        { do: 'memory-add', bytes: 4 * GiB },
        { do: 'memory-remove', bytes: GiB },
        { do: 'memory-remove', bytes: 256 * MiB },
        { do: 'driver-bind', id },
        { do: 'driver-unbind', id: 'vf9' },
        { do: 'crash' },
      ]),
    ).toEqual([
      '100M is no multiple of the memory block of 256M (choose a multiple, such as 256M)',
      '1G and 4G more are above the maximum memory of 4G (add 3G at most)',
      '1G less 1G is below the minimum memory of 256M (remove less)',
      'here memory leaves as it was added, by whole DIMMs, the last one first (add some first: mem add 1G)',
      `${id} has its driver (type: unbind ${id})`,
      `there is no function "vf9" (there are: ${id})`,
      'no crash kernel is loaded: no memory was set aside for one at boot (while the machine is off: set boot-args "crashkernel=768M")',
    ]);
    life.do({ do: 'driver-unbind', id });
    life.do({ do: 'pci-remove', id });
    expect(
      refusals([
        { do: 'driver-unbind', id },
        { do: 'driver-bind', id },
        { do: 'pci-remove', id },
      ]),
    ).toEqual([
      `no driver is bound to ${id} (type: show functions)`,
      `the guest does not see ${id} now (type: pci rescan)`,
      `the guest does not see ${id} now (type: pci rescan)`,
    ]);
    life.do({ do: 'shutdown' });
    expect(refusals([{ do: 'kexec' }, { do: 'pci-rescan' }, { do: 'memory-add', bytes: GiB }])).toEqual(
      Array(3).fill('no guest runs (type: boot)'),
    );
  });

  it('a crash kernel moves no memory and starts no other', () => {
    const life = new Life({ kernel: '6.12.107', memoryBytes: 2 * GiB, bootArgs: ['crashkernel=768M'] });
    life.do({ do: 'crash' });
    expect([life.do({ do: 'memory-add', bytes: GiB }), life.do({ do: 'kexec' })]).toEqual([
      'the crash kernel only saves the dump: it moves no memory (type: reset)',
      'the crash kernel only saves the dump: it starts no other kernel (type: reset)',
    ]);
  });

  it('a machine that is still at work takes no other kernel', () => {
    const life = new Life({ kernel: '6.12.107' });
    life.session.dispatch({ do: 'memory-add', bytes: GiB });
    expect(life.do({ do: 'kexec' })).toBe('the guest is still at work on the last command (type: run 10ms)');
  });
});
