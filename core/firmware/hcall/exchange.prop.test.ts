// A range of reads and writes at once is the same as the calls one by one: entries, time, number of calls, and what a trace adds up to.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { H_GET_TCE, H_PUT_TCE } from '../../abi/papr/hcall.ts';
import { hi32, lo32, u64 } from '../../base/u64.ts';
import { FiguresFold } from '../../projection/figures.ts';
import { WindowsFold } from '../../projection/windows.ts';
import { TestMachine } from '../fixtures/machine.ts';
import { powervmP9 } from '../profiles/powervm-p9.ts';
import { qemuPseries } from '../profiles/qemu-pseries.ts';

interface Range {
  readonly entry: number;
  readonly count: number;
  /** Real page of the first TCE; undefined: they are cleared. */
  readonly page: number | undefined;
  readonly perm: number;
}

const range: fc.Arbitrary<Range> = fc.record({
  entry: fc.nat(4000),
  count: fc.integer({ min: 1, max: 1500 }),
  page: fc.option(fc.oneof(fc.nat(2000), fc.constant(512), fc.constant(262_000)), { nil: undefined }),
  perm: fc.integer({ min: 1, max: 3 }),
});

const make = (which: 'qemu' | 'powervm'): TestMachine =>
  which === 'qemu'
    ? new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb' })
    : new TestMachine({ profile: powervmP9, slotClass: 'sriov-vf' });

const firstTce = ({ page, perm }: Range): bigint =>
  page === undefined ? 0n : (BigInt(page) << 12n) | BigInt(perm);

function together(machine: TestMachine, { entry, count, ...rest }: Range): boolean {
  const { regs, exchange } = machine.firmware.hcallPort;
  const ioba = u64(BigInt(entry) << 12n);
  const tce = u64(firstTce({ entry, count, ...rest }));
  const { liobn } = machine.pe.pe.defaultWindow;
  regs.fill(0);
  regs.set([0, H_PUT_TCE, 0, liobn | 0, hi32(ioba), lo32(ioba), hi32(tce), lo32(tce)]);
  return exchange?.call(machine.firmware.hcallPort, count) ?? false;
}

/** Like VFIO: the first failure ends it. */
function singly(machine: TestMachine, one: Range): boolean {
  const { liobn } = machine.pe.pe.defaultWindow;
  for (let i = 0; i < one.count; i++) {
    const ioba = BigInt(one.entry + i) << 12n;
    const step = one.page === undefined ? 0n : BigInt(i) << 12n;
    if (machine.hcall(H_GET_TCE, liobn, ioba) !== 0) return false;
    if (machine.hcall(H_PUT_TCE, liobn, ioba, firstTce(one) + step) !== 0) return false;
  }
  return true;
}

function stateOf(machine: TestMachine): unknown {
  const figures = new FiguresFold();
  const windows = new WindowsFold();
  for (const fold of [figures, windows]) fold.feed(machine.trace, 0, machine.trace.length);
  const { hcalls, tcesMapped, tcesUnmapped, refused } = figures.value;
  const { liobn } = machine.pe.pe.defaultWindow;
  return {
    nowNs: machine.clock.nowNs,
    hcalls: machine.firmware.hcalls,
    entries: machine.firmware.readTces(liobn | 0, 0, 6000),
    told: { hcalls, tcesMapped, tcesUnmapped, refused },
    windows: windows.value.map(({ usedTces, hcalls: calls }) => [usedTces, calls]),
  };
}

it.each(['qemu', 'powervm'] as const)('%s: ranges at once leave what single calls leave', (which) => {
  let taken = 0;
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 6 }), (ranges) => {
      const one = make(which);
      const many = make(which);
      for (const each of ranges) {
        const done = together(one, each);
        if (done) taken++;
        // What it does not take it leaves alone: then the calls are made one by one.
        expect(singly(many, each)).toBe(done || singly(one, each));
      }
      expect(stateOf(one)).toEqual(stateOf(many));
    }),
    { numRuns: 60 },
  );
  expect(taken).toBeGreaterThan(20);
});

it('a range is left alone while one of its calls is made to fail', () => {
  const machine = make('qemu');
  machine.firmware.inject({ call: 'H_PUT_TCE', rc: -4, count: 1, skip: 3 });
  const before = stateOf(machine);
  expect(together(machine, { entry: 0, count: 100, page: 16, perm: 3 })).toBe(false);
  expect(stateOf(machine)).toEqual(before);
});
