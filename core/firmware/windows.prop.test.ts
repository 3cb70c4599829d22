// Whatever a guest asks for, a PowerVM PE's live windows lie apart, and no TCE outlives its window. A map of maps keeps the books.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { H_PUT_TCE, H_STUFF_TCE } from '../abi/papr/hcall.ts';
import { GIB, TestMachine } from './fixtures/machine.ts';
import { PROFILES } from './profiles/index.ts';
import type { FirmwareWindow, PhbSpec } from './types.ts';

/** `pe` and `nth` choose among those there are; entries are taken modulo the window's size. */
type Deed =
  | { readonly do: 'create'; readonly pe: number; readonly pageShift: number; readonly windowShift: number }
  | { readonly do: 'remove'; readonly nth: number }
  | { readonly do: 'remove-unknown'; readonly liobn: number }
  | { readonly do: 'reset'; readonly pe: number; readonly limited: boolean }
  | { readonly do: 'put'; readonly nth: number; readonly entry: number; readonly page: number }
  | { readonly do: 'stuff'; readonly nth: number; readonly entry: number; readonly count: number }
  | { readonly do: 'replug'; readonly pe: number }
  | { readonly do: 'restart' };

const small = fc.nat(7);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    do: fc.constant('create' as const),
    pe: small,
    pageShift: fc.constantFrom(12, 16, 21, 24),
    windowShift: fc.integer({ min: 20, max: 42 }),
  }),
  fc.record({ do: fc.constant('remove' as const), nth: small }),
  fc.record({ do: fc.constant('remove-unknown' as const), liobn: fc.nat(0xffff) }),
  fc.record({ do: fc.constant('reset' as const), pe: small, limited: fc.boolean() }),
  fc.record({ do: fc.constant('put' as const), nth: small, entry: fc.nat(5000), page: fc.nat(255) }),
  fc.record({ do: fc.constant('put' as const), nth: small, entry: fc.nat(5000), page: fc.nat(255) }),
  fc.record({ do: fc.constant('stuff' as const), nth: small, entry: fc.nat(5000), count: fc.nat(512) }),
  fc.record({ do: fc.constant('replug' as const), pe: small }),
  fc.constant({ do: 'restart' as const }),
);

/** The machine, and which entries of each window must be in use: by LIOBN. */
class Books {
  readonly machine: TestMachine;
  readonly used = new Map<number, Set<number>>();

  constructor(machine: TestMachine) {
    this.machine = machine;
    for (const window of this.windows()) this.used.set(window.liobn, new Set());
  }

  windows(): readonly FirmwareWindow[] {
    return this.machine.firmware.windows();
  }

  private pe(n: number): PhbSpec {
    return this.machine.pes[n % this.machine.pes.length] ?? this.machine.pe;
  }

  /** Windows of a PE as they are after all of its tables were emptied. */
  private emptied(pe: PhbSpec): void {
    for (const liobn of [pe.pe.defaultWindow.liobn, pe.pe.ddwLiobn]) this.used.set(liobn >>> 0, new Set());
  }

  perform(one: Deed): void {
    const { machine } = this;
    switch (one.do) {
      case 'create': {
        const [status, liobn = 0] = machine.create(one.pageShift, one.windowShift, this.pe(one.pe));
        if (status === 0) this.used.set(liobn, new Set());
        return;
      }
      case 'remove':
        return this.remove(one.nth);
      case 'remove-unknown':
        expect(machine.remove(0x5000_0000 + one.liobn)).not.toBe(0);
        return;
      case 'reset': {
        const pe = this.pe(one.pe);
        if (machine.reset(pe, ...(one.limited ? [1] : [])) === 0) this.emptied(pe);
        return;
      }
      case 'put':
      case 'stuff':
        return this.store(one);
      case 'replug': {
        const pe = this.pe(one.pe);
        machine.firmware.removePhb(pe.buid);
        expect(this.windows().filter((window) => window.buid === pe.buid)).toEqual([]);
        machine.firmware.addPhb(pe);
        return this.emptied(pe);
      }
      case 'restart':
        machine.firmware.reset();
        for (const pe of machine.pes) this.emptied(pe);
    }
  }

  private remove(nth: number): void {
    const windows = this.windows();
    const window = windows[nth % Math.max(1, windows.length)];
    if (window === undefined) return;
    expect(this.machine.remove(window.liobn)).toBe(0);
    // It is gone, or it is the default one that came back in its place: empty either way.
    this.used.set(window.liobn, new Set());
    const restored = this.windows().find((now) => now.isDefault && now.buid === window.buid);
    if (restored !== undefined && !windows.some((old) => old.liobn === restored.liobn && old.isDefault))
      this.used.set(restored.liobn, new Set());
  }

  private store(one: Extract<Deed, { readonly do: 'put' | 'stuff' }>): void {
    const windows = this.windows();
    const window = windows[one.nth % Math.max(1, windows.length)];
    if (window === undefined) return;
    const entry = one.entry % window.entries;
    const ioba = window.start + (BigInt(entry) << BigInt(window.pageShift));
    const used = this.used.get(window.liobn);
    if (one.do === 'put') {
      const pages = GIB / 2 ** window.pageShift;
      const tce = (BigInt(one.page % pages) << BigInt(window.pageShift)) | 3n;
      if (this.machine.hcall(H_PUT_TCE, window.liobn, ioba, tce) === 0) used?.add(entry);
    } else if (this.machine.hcall(H_STUFF_TCE, window.liobn, ioba, 0n, one.count) === 0) {
      for (let i = entry; i < entry + one.count; i++) used?.delete(i);
    }
  }
}

/** PEs with two live windows that share a bus address, and those with more windows than they may have. */
function offenders(books: Books): readonly string[] {
  return books.machine.pes.flatMap((pe) => {
    const mine = books.windows().filter((window) => window.buid === pe.buid);
    const end = (window: FirmwareWindow): bigint =>
      window.start + (BigInt(window.entries) << BigInt(window.pageShift));
    const shared = mine.some((a) => mine.some((b) => a !== b && a.start < end(b) && b.start < end(a)));
    return shared || mine.length > pe.pe.maxWindows
      ? mine.map((window) => `${window.liobn.toString(16)} at ${window.start.toString(16)}`)
      : [];
  });
}

const powervm = PROFILES.filter((profile) => profile.id.startsWith('powervm'));
const classes = powervm.flatMap((profile) =>
  profile.slotClasses.map((slotClass) => [profile.id, slotClass.id] as const),
);
/** Per slot class, of which each profile has three: more than 10,000 sequences for each. */
const numRuns = 3400;

describe('windows of a PE under random calls', { timeout: 300_000 }, () => {
  it.each(classes)('%s, %s: they lie apart, and their TCEs go with them', (id, slotClass) => {
    const profile = PROFILES.find((p) => p.id === id);
    if (profile === undefined) throw new Error(id);
    let seen = 0;
    fc.assert(
      fc.property(fc.array(deed, { minLength: 4, maxLength: 16, size: 'max' }), (deeds) => {
        const books = new Books(new TestMachine({ profile, slotClass, pes: 2, traced: false }));
        for (const one of deeds) {
          books.perform(one);
          expect(offenders(books)).toEqual([]);
          for (const { liobn, usedTces } of books.windows()) {
            expect(usedTces, liobn.toString(16)).toBe(books.used.get(liobn)?.size);
            seen += usedTces;
          }
        }
      }),
      { numRuns },
    );
    expect(seen).toBeGreaterThan(numRuns);
  });
});
