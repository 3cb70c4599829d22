import { describe, expect, it } from 'vitest';
import { GiB, Life, rtas } from './life-rig.ts';

describe('a driver that is unbound and bound, a function that is removed and found again', () => {
  it.each([['6.1.176'], ['6.12.107']])('%s: rebinding makes no RTAS call and no new window', (kernel) => {
    const life = new Life({ kernel, block: 0x4000 });
    life.read(0);
    life.session.advance(100);
    life.mark();
    life.do({ do: 'driver-unbind', id: life.id });
    expect([life.function, life.windows]).toEqual(['present, indirect', ['DDW, 0 used']]);
    life.do({ do: 'driver-bind', id: life.id });
    expect([life.function, rtas(life)]).toEqual(['bound, indirect', []]);
    life.read(20);
    life.idle();
    expect(life.io).toEqual({ requests: 20, failures: 0, corrupted: 0 });
    expect(life.replays()).toBe(true);
  });

  it.each([
    // A recorded bug: the table is lost.
    ['6.1.176', 'failed, none'],
    ['6.12.107', 'bound, indirect'],
  ])('%s: after remove and rescan the function is %s', (kernel, expected) => {
    const life = new Life({ kernel, block: 0x4000 });
    life.do({ do: 'pci-remove', id: life.id });
    expect(life.function).toBe('absent, none');
    life.do({ do: 'pci-rescan' });
    expect(life.function).toBe(expected);
    expect(life.replays()).toBe(true);
  });

  it('a rescan finds nothing new and binds nothing that was unbound by hand', () => {
    const life = new Life({ kernel: '6.12.107' });
    life.do({ do: 'driver-unbind', id: life.id });
    life.do({ do: 'pci-rescan' });
    expect(life.function).toMatch(/^present/);
  });
});

describe('a slot that leaves and comes again', () => {
  it('takes the created window with it; the default one comes back before the PHB goes, and is fresh in the next', () => {
    const life = new Life({ profile: 'powervm-p9', kernel: '6.12.107', maxMemoryBytes: 64 * GiB });
    life.mark();
    life.do({ do: 'vf-remove', id: life.id });
    const windows = (kind: 'window-removed' | 'window-restored' | 'window-created'): boolean[] =>
      life.events(kind).map(({ window }) => window.isDefault);
    expect(rtas(life)).toEqual(['1x ibm,remove-pe-dma-window = 0']);
    expect(windows('window-removed')).toEqual([false, true]);
    expect(windows('window-restored')).toEqual([true]);
    expect(life.windows).toEqual([]);
    life.mark();
    life.do({ do: 'vf-add', count: 1, device: 'nvme' });
    expect(windows('window-created')).toEqual([true, false]);
    expect(life.function).toBe('bound, direct');
    expect(life.replays()).toBe(true);
  });
});
