import { describe, expect, it } from 'vitest';
import type { Command } from '../../machine/commands.ts';
import { defaultScenario } from '../../session/default-scenario.ts';
import { Session } from '../../session/session.ts';
import { hmcText } from './hmc-words.ts';

const GIB = 2 ** 30;

function session(): Session {
  const begun = Session.create(defaultScenario());
  if (!begun.ok) throw new Error(begun.error.message);
  const before: readonly Command[] = [
    { do: 'adapter-mode', slot: 'C4', mode: 'shared' },
    { do: 'logical-port-add', port: { adapter: 2, physPort: 1, lpar: 3, capacity: 2 } },
  ];
  for (const command of before) if (!begun.value.dispatch(command).ok) throw new Error(command.do);
  return begun.value;
}

const system = session();
const lines = (command: Command): readonly string[] => {
  const answer = system.query({ ask: 'hmc', command });
  return answer.ok ? answer.value.lines : [answer.error.message];
};

describe('the HMC’s line', () => {
  it.each<[Command, readonly string[]]>([
    [
      { do: 'adapter-mode', slot: 'C2', mode: 'shared' },
      ['chhwres -r sriov -m sys-1 --rsubtype adapter -o a -a "slot_id=21010021"'],
    ],
    [
      { do: 'adapter-mode', slot: 'C4', mode: 'dedicated' },
      ['chhwres -r sriov -m sys-1 --rsubtype adapter -o r -a "slot_id=21010020"'],
    ],
    [
      { do: 'slot-assign', slot: 'C2', lpar: 3 },
      ['chhwres -r io -m sys-1 --rsubtype slot -o a -p db -l 21010021'],
    ],
    [
      {
        do: 'logical-port-add',
        port: { adapter: 2, physPort: 1, lpar: 1, capacity: 2 },
        logicalPort: '27008002',
      },
      [
        'chhwres -r sriov -m sys-1 --rsubtype logport -o a -p lab -a "adapter_id=2,phys_port_id=1,logical_port_id=27008002,logical_port_type=eth,capacity=2.0"',
      ],
    ],
    [
      {
        do: 'logical-port-add',
        port: { adapter: 2, physPort: 0, lpar: 1, backup: { type: 'veth', network: 'VLAN1-ETHERNET0' } },
        count: 2,
      },
      Array<string>(2).fill(
        'chhwres -r sriov -m sys-1 --rsubtype logport -o a -p lab -a "adapter_id=2,phys_port_id=0,logical_port_type=eth,capacity=1.0,migratable=1,backup_device_type=veth,backup_veth_vnetwork=VLAN1-ETHERNET0"',
      ),
    ],
    [
      { do: 'logical-port-remove', logicalPorts: ['27008000'] },
      ['chhwres -r sriov -m sys-1 --rsubtype logport -o r -p db -a "adapter_id=2,logical_port_id=27008000"'],
    ],
    [
      { do: 'logical-port-set', logicalPorts: ['27008000'], capacity: 4 },
      [
        'chhwres -r sriov -m sys-1 --rsubtype logport -o s -p db -a "adapter_id=2,logical_port_id=27008000,capacity=4.0"',
      ],
    ],
    [
      { do: 'logical-port-assign', logicalPorts: ['27008000'], lpar: 1 },
      [
        'chhwres -r sriov -m sys-1 --rsubtype logport -o a -p lab -a "adapter_id=2,logical_port_id=27008000,phys_port_id=1,logical_port_type=eth,capacity=2.0"',
      ],
    ],
    [
      { do: 'vf-add', count: 1, device: 'nic' },
      [
        'chhwres -r sriov -m sys-1 --rsubtype logport -o a -p lab -a "adapter_id=1,phys_port_id=0,logical_port_type=eth,capacity=0.05"',
      ],
    ],
    [
      { do: 'vf-remove', id: 'vf3' },
      ['chhwres -r sriov -m sys-1 --rsubtype logport -o r -p lab -a "adapter_id=1,logical_port_id=27004003"'],
    ],
    [
      { do: 'vnic-add', lpar: 3, vios: 2, adapter: 2, physPort: 0, capacity: 2 },
      ['chhwres -r virtualio -m sys-1 --rsubtype vnic -o a -p db -a "backing_devices=sriov/vios1//2/0/2.0"'],
    ],
    [{ do: 'lpar-memory', lpar: 3, bytes: 16 * GIB }, ['chhwres -r mem -m sys-1 -o r -p db -q 16384']],
    [{ do: 'memory-add', bytes: GIB / 4 }, ['chhwres -r mem -m sys-1 -o a -p lab -q 256']],
    [{ do: 'boot' }, ['chsysstate -r lpar -m sys-1 -o on -n lab -f default']],
    [{ do: 'reset' }, ['chsysstate -r lpar -m sys-1 -o shutdown -n lab --immed --restart']],
    [{ do: 'mark', text: 'no HMC has this' }, []],
    [{ do: 'kexec' }, []],
    [{ do: 'logical-port-remove', logicalPorts: ['27008077'] }, []],
  ])('of %j', (command, expected) => {
    expect(lines(command)).toEqual(expected);
  });

  it('comes with the refusal that the act would meet', () => {
    const answer = system.query({
      ask: 'hmc',
      command: { do: 'logical-port-add', port: { adapter: 2, physPort: 0, lpar: 1, capacity: 7.5 } },
    });
    expect(answer.ok && answer.value.refusal?.code).toBe('HSCL1294');
  });
});

describe('attributes', () => {
  const line = (attributes: Readonly<Record<string, string>>): string =>
    hmcText({ verb: 'chhwres', options: [['-r', 'sriov']], attributes });

  it.each([
    [{ a: '1', b: '2' }, 'chhwres -r sriov -a "a=1,b=2"'],
    [{ a: '1', backing: 'x,y' }, `chhwres -r sriov -a 'a=1,"backing=x,y"'`],
  ])('%j', (attributes, text) => {
    expect(line(attributes)).toBe(text);
  });

  it('quotes a name that a shell would take apart', () => {
    expect(hmcText({ verb: 'chsysstate', options: [['-n', "the lab's"]] })).toBe(
      `chsysstate -n 'the lab'\\''s'`,
    );
  });
});
