import { describe, expect, it } from 'vitest';
import { hi32, lo32, u64 } from '../base/u64.ts';
import type { DmaOutcome, FunctionAddress } from '../abi/ports.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { createClock } from '../time/clock.ts';
import { TraceLog } from '../trace/log.ts';
import { DmaPath, type DmaEndpoint, type DmaFaultPolicy } from './dma-path.ts';
import { DmaWindow } from './dma-window.ts';

const W = 0x0800_0000_0000_0000n;
const RAM = 2 ** 20;

interface Bus {
  readonly memory: GuestMemory;
  readonly trace: TraceLog;
  readonly pe: DmaEndpoint;
  readonly low: DmaWindow;
  readonly high: DmaWindow;
  read(bus: bigint, length: number): { readonly outcome: DmaOutcome; readonly bytes: readonly number[] };
  write(bus: bigint, bytes: readonly number[]): DmaOutcome;
}

/** A PE with a 4K window of 16 entries at 0 and a 64K one of 4 entries at 2^59; memory counts its bytes. */
function makeBus(policy: DmaFaultPolicy = 'drop'): Bus {
  const memory = new GuestMemory(RAM);
  memory.write(
    0,
    Uint8Array.from({ length: RAM }, (_, i) => i >> 12),
  );
  const low = new DmaWindow(0x8000_0000, u64(1n));
  const high = new DmaWindow(0x8000_0001, u64(1n));
  low.enable(u64(0n), 12, 16, true);
  high.enable(u64(W), 16, 4, false);
  const trace = new TraceLog(createClock());
  const pe = {
    buid: u64(1n),
    windows: [low, high],
    frozen: false,
    freeze(fn: FunctionAddress) {
      pe.frozen = true;
      trace.emit({ kind: 'pe-frozen', buid: pe.buid, fn });
    },
  };
  const path = new DmaPath({ pe, fn: '0000:00:01.0', memory, policy, trace, traceTransfers: false });
  return {
    memory,
    trace,
    pe,
    low,
    high,
    read(bus, length) {
      const into = new Uint8Array(length).fill(0xee);
      return { outcome: path.read(hi32(bus), lo32(bus), into), bytes: [...into] };
    },
    write: (bus, bytes) => path.write(hi32(bus), lo32(bus), Uint8Array.from(bytes)),
  };
}

describe('a device’s DMA', () => {
  it('goes to the page that the TCE names, at the same offset in the page', () => {
    const bus = makeBus();
    bus.high.table.put(1, 0, 0x5_0003);
    expect(bus.read(W + 0x1_2345n, 2)).toEqual({ outcome: { bytesDone: 2 }, bytes: [0x52, 0x52] });
    bus.write(W + 0x1_0010n, [7, 8]);
    expect([...bus.memory.bytes(0x5_0010, 2)]).toEqual([7, 8]);
  });

  it('ignores address bits of a TCE below the window’s page size', () => {
    const bus = makeBus();
    bus.high.table.put(0, 0, 0x5_fff3);
    expect(bus.read(W, 1).bytes).toEqual([0x50]);
  });

  it('follows each I/O page on its own', () => {
    const bus = makeBus();
    bus.low.table.put(0, 0, 0x9_0003);
    bus.low.table.put(1, 0, 0x2_0003);
    expect(bus.read(0xffen, 4).bytes).toEqual([0x90, 0x90, 0x20, 0x20]);
  });

  it.each([
    ['a TCE without permissions', 0x3_0000, 'read', 'no-tce'],
    ['a TCE without permissions', 0x3_0000, 'write', 'no-tce'],
    ['a write-only page', 0x3_0002, 'read', 'permission'],
    ['a read-only page', 0x3_0001, 'write', 'permission'],
  ] as const)('through %s is refused: %#x, %s', (_what, tce, direction, fault) => {
    const bus = makeBus();
    bus.low.table.put(2, 0, tce);
    if (direction === 'read') {
      expect(bus.read(0x2000n, 2)).toEqual({ outcome: { bytesDone: 0, fault }, bytes: [0, 0] });
    } else {
      expect(bus.write(0x2000n, [1, 2])).toEqual({ bytesDone: 0, fault });
      expect([...bus.memory.bytes(0x3_0000, 2)]).toEqual([0x30, 0x30]);
    }
  });

  it('outside all windows is refused, up to where a window begins', () => {
    const bus = makeBus();
    expect(bus.read(0x1_0000n, 1)).toEqual({ outcome: { bytesDone: 0, fault: 'no-window' }, bytes: [0] });
    bus.high.table.put(0, 0, 0x4_0003);
    expect(bus.read(W - 2n, 4)).toEqual({
      outcome: { bytesDone: 2, fault: 'no-window' },
      bytes: [0, 0, 0x40, 0x40],
    });
  });

  it('beyond the end of RAM reads zeros and writes nothing', () => {
    const bus = makeBus();
    bus.low.table.put(0, 0, 0xf_f003);
    bus.low.table.put(1, 0x1000_0000, 0x3);
    expect(bus.read(0xffen, 4)).toEqual({
      outcome: { bytesDone: 2, fault: 'beyond-ram' },
      bytes: [0xff, 0xff, 0, 0],
    });
    expect(bus.write(0x1000n, [1])).toEqual({ bytesDone: 0, fault: 'beyond-ram' });
  });

  it('is answered by the higher slot where two windows lie on each other', () => {
    const bus = makeBus();
    bus.low.enable(u64(W), 12, 4096, false);
    bus.low.table.put(0, 0, 0x1_0003);
    bus.low.table.put(0x40, 0, 0x2_0003);
    bus.high.table.put(0, 0, 0x7_0003);
    expect(bus.read(W, 1).bytes).toEqual([0x70]);
    expect(bus.read(W + 0x4_0000n, 1).bytes).toEqual([0x20]);
  });
});

describe('a refused page in the middle of a transfer', () => {
  const threePages = (policy: DmaFaultPolicy): Bus => {
    const bus = makeBus(policy);
    bus.low.table.put(0, 0, 0x1_0003);
    bus.low.table.put(2, 0, 0x2_0003);
    return bus;
  };

  it('is left out where the platform drops it, and the rest goes on', () => {
    const bus = threePages('drop');
    const { outcome, bytes } = bus.read(0xffen, 0x1004);
    expect(outcome).toEqual({ bytesDone: 4, fault: 'no-tce' });
    expect([bytes.slice(0, 3), bytes.slice(-3)]).toEqual([
      [0x10, 0x10, 0],
      [0, 0x20, 0x20],
    ]);
    expect(bus.pe.frozen).toBe(false);
  });

  it('freezes the PE where the platform has EEH: all that follows is refused', () => {
    const bus = threePages('freeze');
    expect(bus.read(0xffen, 0x1004).outcome).toEqual({ bytesDone: 2, fault: 'no-tce' });
    expect(bus.pe.frozen).toBe(true);
    expect(bus.write(0n, [1])).toEqual({ bytesDone: 0, fault: 'frozen' });
    expect(
      [...bus.trace.events()].map((e) =>
        e.kind === 'dma-fault' ? [e.fault, e.busAddress, e.bytes] : e.kind,
      ),
    ).toEqual([['no-tce', 0x1000n, 0x1000], 'pe-frozen', ['frozen', 0x2000n, 2], ['frozen', 0n, 1]]);
  });
});
