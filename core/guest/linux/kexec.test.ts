import { describe, expect, it } from 'vitest';
import type { DtNode } from '../../abi/ports.ts';
import { beginningOf, crashMemoryEnd, crashTree, kexecTree } from './kexec.ts';
import { kernelById } from './kernels/index.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';
import { PHYP_RULES, TestPlatform, type TestRules } from './test-platform.ts';

const FN = '0000:00:01.0';
const PHB = '/pci@800000020000000';
const MiB = 2 ** 20;
const K = (id: string): KernelBuild => {
  const kernel = kernelById(id);
  if (kernel === undefined) throw new Error(id);
  return kernel;
};

/** A kernel whose NVMe has its window and one mapping in it, if it is dynamic. */
function running(id: string, rules: Partial<TestRules>): TestPlatform {
  const p = new TestPlatform({ ...PHYP_RULES, ...rules }, K(id), 65536).boot();
  p.masks(FN);
  map(p);
  p.take();
  p.takeLog();
  return p;
}

function map(p: TestPlatform): boolean {
  const dev = p.guest.device(FN);
  return dev !== undefined && p.guest.dma.mapPage(dev, 0x400_0000, 65536, 'bidirectional');
}

const FITS = { block: 0x10000 };
const SMALL = { block: 0x4000 };

describe('kexec with the properties kept', () => {
  // [kernel, window left behind, calls at boot, mode after the driver's masks]
  it.each([
    ['6.1.176', SMALL, 'STUFF 80000001 0x800000000000000 32x, 16384 TCEs = 0', 'indirect'],
    ['6.10', SMALL, 'STUFF 80000001 0x800000000000000 32x, 16384 TCEs = 0', 'indirect'],
    ['6.12.107', SMALL, 'STUFF 80000001 0x800000000000000 32x, 16384 TCEs = 0', 'indirect'],
    // It clears the 1:1 map and then believes in it.
    ['6.1.176', FITS, 'STUFF 80000001 0x800000000000000 128x, 65536 TCEs = 0', 'direct'],
    ['6.12.107', FITS, 'STUFF 80000001 0x800000000000000 128x, 65536 TCEs = 0', 'indirect'],
    // Before 6.0 the table of the default window is made, which is gone; the map of the dynamic one is intact.
    ['5.15', FITS, 'STUFF 80000000 0x0 1x, 512 TCEs = -4', 'direct'],
    ['5.13', FITS, 'STUFF 80000000 0x0 1x, 524288 TCEs = -4', 'direct'],
  ])('%s, %o: %s, then %s', (id, rules, call, mode) => {
    const p = running(id, rules);
    p.kexec(kexecTree(p.guest.deviceTree()));
    expect(p.take()).toContain(call);
    p.masks(FN);
    expect(p.guest.device(FN)?.mode).toBe(mode);
    expect(p.take().filter((line) => /^(query|create|remove|reset)/.test(line))).toEqual([]);
  });

  it('an older kernel takes no dynamic window for a 1:1 one: it does not know the property', () => {
    const p = running('5.15', SMALL);
    p.kexec(kexecTree(p.guest.deviceTree()), false, K('5.13'));
    p.masks(FN);
    expect(p.property(PHB, 'linux,dma64-ddr-window-info')).toBeDefined();
    expect(p.guest.device(FN)?.mode).not.toBe('indirect');
  });

  it('functions come in reverse order, and the first kernel keeps its own tree', () => {
    const functions = [
      { slot: 1, name: 'mass-storage@1' },
      { slot: 2, name: 'ethernet@2' },
    ];
    const p = running('6.12.107', { functions });
    const tree = p.guest.deviceTree();
    p.kexec(kexecTree(tree));
    expect(p.guest.devices().map((dev) => dev.fn)).toEqual(['0000:00:02.0', FN]);
    const names = (root: DtNode): string[] =>
      root.children.find((c) => c.name.startsWith('pci@'))?.children.map((c) => c.name) ?? [];
    expect([names(tree), names(p.guest.deviceTree())]).toEqual([
      ['mass-storage@1', 'ethernet@2'],
      ['ethernet@2', 'mass-storage@1'],
    ]);
  });
});

describe('kexec with the properties removed', () => {
  it('no window is told of any more: the device is left without a table', () => {
    const p = running('6.12.107', SMALL);
    p.guest.editProperty(PHB, 'linux,dma64-ddr-window-info', undefined);
    p.kexec(kexecTree(p.guest.deviceTree()));
    p.masks(FN);
    expect(p.guest.device(FN)?.mode).toBe('none');
    expect(p.take().filter((line) => /^(create|remove)/.test(line))).toEqual([]);
  });
});

describe('a crash kernel', () => {
  const crash = (id: string, rules: Partial<TestRules>): TestPlatform => {
    const p = running(id, rules);
    return p.kexec(crashTree(K(id), p.guest.deviceTree(), 768 * MiB), true);
  };

  it.each([['6.1.176'], ['6.10'], ['6.12.107']])('%s reads every entry and clears none', (id) => {
    const p = crash(id, SMALL);
    expect(p.take()).toEqual(['GET 80000001 0x800000000000000 16384x, 16384 TCEs = 0']);
    p.masks(FN);
    p.take();
    // Entry 0 belongs to a device that may still write: the new kernel maps beside it.
    expect(map(p)).toBe(true);
    expect(p.take()).toEqual(['PUT 80000001 0x800000000010000 1x, 1 TCEs = 0']);
  });

  it('5.15 is left with a default window that is gone: nothing it maps arrives', () => {
    const p = crash('5.15', SMALL);
    expect(p.property(PHB, 'linux,dma64-ddr-window-info')).toBeUndefined();
    expect(p.take()).toEqual(['GET 80000000 0x0 524288x, 524288 TCEs = -4']);
    expect(p.takeLog()).toContain('tce_get_pSeriesLP: plpar_tce_get failed. rc=-4');
    p.masks(FN);
    p.take();
    map(p);
    expect(p.take().every((line) => line.endsWith('= -4'))).toBe(true);
  });

  it('keeps 2048 entries free of a table that is full', () => {
    const p = running('6.12.107', SMALL);
    for (let i = 0; i < 16384; i++) p.tces.set(`${0x8000_0001 | 0}:${2 ** 43 + i}`, 3n);
    p.kexec(crashTree(K('6.12.107'), p.guest.deviceTree(), 768 * MiB), true);
    expect(p.takeLog()).toEqual(
      expect.arrayContaining(['TCE table is full; freeing ', '2048 entries for the kdump boot']),
    );
    p.masks(FN);
    p.take();
    expect(map(p)).toBe(true);
    // The last 2048 of 16384 entries lie in the large pool, where a small map looks at last.
    expect(p.take()).toEqual(['PUT 80000001 0x800000038000000 1x, 1 TCEs = 0']);
  });

  it.each([
    [['crashkernel=768M'], 2048 * MiB, 1280 * MiB],
    [['crashkernel=256M@64M'], 512 * MiB, 512 * MiB],
    [['quiet', 'crashkernel=1G'], 65_536 * MiB, 1536 * MiB],
    [['quiet'], 2048 * MiB, 0],
  ])('%s of RAM %d: it may use what lies below %d', (bootArgs, ramBytes, end) =>
    expect(crashMemoryEnd(bootArgs, ramBytes)).toBe(end),
  );

  it('is told so in each memory node that it may use', () => {
    const reg = (start: bigint, length: bigint): Uint8Array => {
      const view = new DataView(new ArrayBuffer(16));
      view.setBigUint64(0, start);
      view.setBigUint64(8, length);
      return new Uint8Array(view.buffer);
    };
    const memory = (at: bigint, length: bigint): DtNode => ({
      name: `memory@${at.toString(16)}`,
      properties: new Map([['reg', reg(at, length)]]),
      children: [],
    });
    const root: DtNode = {
      name: '',
      properties: new Map(),
      children: [memory(0n, 0x1000n), memory(0x1000n, 0x1000n), memory(0x2000n, 0x1000n)],
    };
    const usable = crashTree(K('6.12.107'), root, 0x1800).children.map((node) =>
      node.properties.get('linux,usable-memory'),
    );
    expect(usable).toEqual([reg(0n, 0x1000n), reg(0x1000n, 0x800n), undefined]);
    expect(root.children[0]?.properties.has('linux,usable-memory')).toBe(false);
  });

  it('sees the beginning of memory alone', () => {
    const p = running('6.12.107', SMALL);
    const memory = beginningOf(p.ports.memory, 768 * MiB);
    memory.bytes(0x5_0000, 4).set([1, 2, 3, 4]);
    expect([memory.ramBytes, memory.words(0x5_0000)[0]]).toEqual([768 * MiB, 0x0403_0201]);
  });
});
