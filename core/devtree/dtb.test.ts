import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { DtNode } from '../abi/ports.ts';
import { Machine } from '../machine/machine.ts';
import { defaultScenario } from '../session/default-scenario.ts';
import { configFor } from '../machine/config-for.ts';
import { cells, empty, node, strings } from './build.ts';
import { flatten } from './flatten.ts';
import { unflatten } from './unflatten.ts';

const anyName = fc.stringMatching(/^[a-z#][a-z0-9,._+-]{0,20}(@[0-9a-f]{1,8})?$/);
const anyProperties = fc.dictionary(anyName, fc.uint8Array({ maxLength: 40 }), { maxKeys: 6 });
const anyTree = (levels: number): fc.Arbitrary<DtNode> =>
  fc
    .tuple(
      anyName,
      anyProperties,
      levels === 0 ? fc.constant([]) : fc.array(anyTree(levels - 1), { maxLength: 3 }),
    )
    .map(([name, properties, children]) => node(name, properties, children));

function decoded(dtb: Uint8Array): DtNode {
  const tree = unflatten(dtb);
  if (!tree.ok) throw new Error(tree.error.message);
  return tree.value;
}

const small = flatten(
  node('', { '#size-cells': cells(2) }, [
    node('memory@0', { device_type: strings('memory'), 'used-by-rtas': empty() }),
  ]),
);

describe('a tree, flattened and read back', () => {
  it('is the same tree, whatever its names and values', () => {
    fc.assert(
      fc.property(anyTree(4), (tree) => {
        expect(decoded(flatten(tree))).toEqual({ ...tree, name: '' });
      }),
    );
  });

  it('is never taken for one when bytes are missing', () => {
    for (let length = 0; length < small.length; length++) {
      expect(unflatten(small.subarray(0, length)).ok).toBe(false);
    }
    expect(unflatten(small).ok).toBe(true);
  });

  it('is read or refused, but never anything else, when any byte is another', () => {
    fc.assert(
      fc.property(fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = small.slice();
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        const result = unflatten(damaged);
        expect(result.ok || result.error.code).toSatisfy((told) => told === true || told === 'not-a-dtb');
      }),
    );
  });

  it.each([
    ['is empty', new Uint8Array(0), 'it ends in the middle'],
    ['is something else', new Uint8Array(64), 'it does not begin with 0xd00dfeed'],
    [
      'is cut short',
      small.subarray(0, small.length - 1),
      `it has ${small.length - 1} of ${small.length} bytes`,
    ],
  ])('is refused in a sentence where the file %s', (_what, bytes, why) => {
    const result = unflatten(bytes);
    expect(result.ok ? '' : result.error.message).toBe(`this is not a flattened device tree: ${why}`);
  });
});

/** The tree of a booted guest, its windows' properties in it. */
function guestTree(profile: string): DtNode {
  const config = configFor(defaultScenario(), profile, {}, 2, 'nvme');
  if (!config.ok) throw new Error(config.error.message);
  const machine = new Machine(config.value);
  machine.dispatch({ do: 'boot' });
  while (machine.step());
  const tree = machine.query({ ask: 'device-tree' });
  if (!tree.ok) throw new Error(tree.error.message);
  return tree.value;
}

const hasDtc = spawnSync('dtc', ['--version']).status === 0;

function dtc(input: Uint8Array, to: 'dtb' | 'dts'): Uint8Array {
  const { status, stdout, stderr } = spawnSync('dtc', ['-q', '-I', 'dtb', '-O', to, '-'], { input });
  expect(status, String(stderr)).toBe(0);
  return stdout;
}

describe.runIf(hasDtc)('the tree of a booted guest', () => {
  it.each(['qemu-pseries', 'powervm-p9'])('on %s comes back from dtc as it went', (profile) => {
    const tree = guestTree(profile);
    expect(decoded(Uint8Array.from(dtc(flatten(tree), 'dtb')))).toEqual(tree);
  });

  it('is source text for dtc, with the window’s 24 bytes (4 of them padding) under its property', () => {
    const source = String(Buffer.from(dtc(flatten(guestTree('powervm-p9')), 'dts')));
    expect(source).toContain('linux,dma64-ddr-window-info = <0x70004008 0x00 0x8000000 0x00 0x10 0x26>;');
  });
});
