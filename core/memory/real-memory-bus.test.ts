import { describe, expect, it } from 'vitest';
import { GuestMemory } from './guest-memory.ts';
import { realMemoryBus } from './real-memory-bus.ts';

describe('guest real memory as a bus', () => {
  it('takes the address as it is, across blocks', () => {
    const memory = new GuestMemory(2 ** 33);
    const bus = realMemoryBus(memory);
    expect(bus.write(1, 0xfffe, Uint8Array.of(1, 2, 3, 4))).toEqual({ bytesDone: 4 });
    expect([...memory.bytes(0x1_0000_fffe, 2)]).toEqual([1, 2]);
    const into = new Uint8Array(4);
    expect(bus.read(1, 0xfffe, into)).toEqual({ bytesDone: 4 });
    expect([...into]).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['half beyond the end of RAM', 0, 0xfffe, 2],
    ['all beyond it', 1, 0, 0],
  ])('says when a transfer lies %s', (_what, hi, lo, bytesDone) => {
    const bus = realMemoryBus(new GuestMemory(0x10000));
    expect(bus.read(hi, lo, new Uint8Array(4))).toEqual({ bytesDone, fault: 'beyond-ram' });
    expect(bus.write(hi, lo, new Uint8Array(4))).toEqual({ bytesDone, fault: 'beyond-ram' });
  });
});
