import { describe, expect, it } from 'vitest';
import type { Command } from '../machine/commands.ts';
import { GiB, Life, MiB, rtas } from './life-rig.ts';

describe('kexec', () => {
  // Recordings phyp_* nvme-kexec: no RTAS call, but 6.12's query when it scans.
  it.each([
    ['6.1.176', []],
    ['6.12.107', ['1x ibm,query-pe-dma-window = 0']],
  ])('%s keeps an indirect window, clears it and works on', (kernel, expected) => {
    const life = new Life({ kernel, block: 0x4000 });
    life.read(20);
    life.idle();
    life.mark();
    life.do({ do: 'kexec' });
    expect(life.calls()).toContain('32x STUFF 80000001 512 = 0');
    expect(rtas(life)).toEqual(expected);
    expect(life.function).toBe('bound, indirect');
    life.read(20);
    life.idle();
    expect(life.io).toEqual({ requests: 20, failures: 0, corrupted: 0 });
    expect(life.replays()).toBe(true);
  });

  it('6.1 with a direct window clears it and believes in it: the NVMe never answers', () => {
    const life = new Life({ kernel: '6.1.176', block: 0x10000 });
    expect(life.function).toBe('bound, direct');
    life.mark();
    life.do({ do: 'kexec' });
    expect(life.calls()).toEqual(['128x STUFF 80000001 512 = 0']);
    expect(life.function).toBe('failed, direct');
    expect(life.log(/timeout|Identify|Removing after/).map((line) => line.replace(/^.*?: /, ''))).toEqual([
      'I/O 0 QID 0 timeout, disable controller',
      'Identify Controller failed (-5)',
      'Removing after probe failure status: -5',
    ]);
    expect(life.replays()).toBe(true);
  });

  it('6.12 uses what was a direct window as a dynamic table', () => {
    const life = new Life({ kernel: '6.12.107', block: 0x10000 });
    life.do({ do: 'kexec' });
    expect(life.function).toBe('bound, indirect');
    life.read(20);
    life.idle();
    expect(life.io).toEqual({ requests: 20, failures: 0, corrupted: 0 });
  });

  // Recordings *_kexec_noprop: the default window is replaced by a second one at the same address.
  it('without the properties the new kernel knows nothing of the window and makes another', () => {
    const life = new Life({ kernel: '6.12.107' });
    life.mark();
    life.do({ do: 'kexec', withoutProperties: true });
    const [first] = life.events('dt-changed');
    expect([first?.property, first?.after]).toEqual(['linux,direct64-ddr-window-info', undefined]);
    expect(rtas(life)).toEqual([
      '3x ibm,query-pe-dma-window = 0',
      '1x ibm,remove-pe-dma-window = 0',
      '1x ibm,create-pe-dma-window = 0',
    ]);
    expect(life.windows).toHaveLength(2);
    expect(life.replays()).toBe(true);
  });

  it('what the dead kernel had in flight never comes back, and a reset gives the default window again', () => {
    const life = new Life({ kernel: '6.12.107', block: 0x4000 });
    life.read(0);
    life.session.advance(100);
    life.do({ do: 'kexec' });
    expect(life.io).toBeUndefined();
    expect(life.session.idle).toBe(true);
    life.mark();
    life.do({ do: 'reset' });
    expect(life.events('window-restored')).toHaveLength(1);
    expect(life.function).toBe('bound, indirect');
  });
});

describe('a crash', () => {
  const crashed = (kernel: string): Life => {
    const config = { kernel, block: 0x4000, memoryBytes: 2 * GiB, bootArgs: ['crashkernel=768M'] };
    const life = new Life(config);
    life.read(0);
    life.session.advance(100);
    life.mark();
    life.do({ do: 'crash' });
    return life;
  };

  // Recordings phyp_* nvme-kdump.
  it.each([['6.1.176'], ['6.12.107']])(
    '%s: the crash kernel reads every entry, clears none, and works',
    (kernel) => {
      const life = crashed(kernel);
      expect(life.calls().filter((call) => call.includes('GET'))).toEqual(['16384x GET 80000001 1 = 0']);
      expect(rtas(life)).toEqual([]);
      expect(life.calls().filter((call) => call.includes('STUFF 80000001 512'))).toEqual([]);
      expect(life.function).toBe('bound, indirect');
      life.read(20);
      life.idle();
      expect(life.io).toEqual({ requests: 20, failures: 0, corrupted: 0 });
      expect(life.replays()).toBe(true);
    },
  );

  it('5.15’s crash kernel is told of the default window alone, which is gone', () => {
    const life = crashed('5.15');
    expect(life.calls().filter((call) => call.includes('GET'))).toEqual(['262144x GET 80000000 1 = -4']);
    expect(life.function).toMatch(/^failed/);
  });

  it('lives in the memory set aside', () => {
    const life = crashed('6.12.107');
    life.mark();
    life.read(20);
    life.idle();
    const pages = life
      .events('tce-hcall')
      .filter(({ opcode, tce }) => opcode === 0x20 && tce !== 0n)
      .map(({ tce }) => Number(tce ?? 0n));
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.every((tce) => tce >= 512 * MiB && tce < 1280 * MiB)).toBe(true);
  });
});

describe('a frozen PE outlives the kernel', () => {
  const frozen = (): Life => {
    const life = new Life({
      profile: 'powervm-p9',
      kernel: '6.12.107',
      memoryBytes: 2 * GiB,
      bootArgs: ['crashkernel=768M'],
    });
    expect(life.states).toEqual(['bound', 'bound']);
    expect(life.do({ do: 'pe-freeze', id: life.id })).toBeUndefined();
    expect(life.states).toEqual(['frozen', 'frozen']);
    return life;
  };

  it.each<[string, Command]>([
    ['kexec', { do: 'kexec' }],
    ['a crash', { do: 'crash' }],
  ])('%s changes nothing in the platform: query and view say so', (_, command) => {
    const life = frozen();
    expect(life.do(command)).toBeUndefined();
    expect(life.states).toEqual(['frozen', 'frozen']);
    expect(life.replays()).toBe(true);
  });

  it('a partition reset thaws it', () => {
    const life = frozen();
    expect(life.do({ do: 'reset' })).toBeUndefined();
    expect(life.states).toEqual(['bound', 'bound']);
  });
});
