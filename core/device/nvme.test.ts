import { beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, CNS, NVM, STATUS, STATUS_DNR } from '../abi/nvme.ts';
import { payloadOffset, payloadTable } from '../abi/payload.ts';
import type { DmaBus } from '../abi/ports.ts';
import { createClock } from '../time/clock.ts';
import { createScheduler } from '../time/scheduler.ts';
import { createNvmeController } from './nvme.ts';

const SEED = 9;
const BLOCKS = 4096;
const ADMIN_SQ = 0x1000;
const ADMIN_CQ = 0x2000;
const IO_SQ = 0x3000;
const IO_CQ = 0x4000;

/** Host memory of 1 MiB at bus address 0x8_0000_0000 whose pages can be taken away. */
const bench = () => {
  const memory = new Uint8Array(1 << 20);
  const view = new DataView(memory.buffer);
  const refused = new Set<number>();
  const dma: string[] = [];
  const move = (kind: string, hi: number, lo: number, bytes: number, act: (at: number) => void) => {
    dma.push(`${kind} ${lo.toString(16)}+${bytes}`);
    const page = Math.floor(lo / 4096);
    const last = Math.floor((lo + bytes - 1) / 4096);
    for (let p = page; p <= last; p++)
      if (hi !== 8 || refused.has(p)) return { bytesDone: 0, fault: 'no-tce' as const };
    act(lo);
    return { bytesDone: bytes };
  };
  const bus: DmaBus = {
    read: (hi, lo, into) =>
      move('read', hi, lo, into.length, (at) => into.set(memory.subarray(at, at + into.length))),
    write: (hi, lo, from) => move('write', hi, lo, from.length, (at) => memory.set(from, at)),
  };
  const scheduler = createScheduler(createClock());
  let interrupts = 0;
  const device = createNvmeController(
    { bus, scheduler, raiseInterrupt: () => interrupts++, seed: SEED },
    BLOCKS,
  );
  return { memory, view, refused, dma, scheduler, device, interrupts: () => interrupts };
};
type Bench = ReturnType<typeof bench>;
let b: Bench;

const settle = (): void => {
  while (b.scheduler.step());
};

const enable = (entries = 8): void => {
  const { device } = b;
  device.write32(0x24, (entries - 1) | ((entries - 1) << 16));
  device.write32(0x28, ADMIN_SQ);
  device.write32(0x2c, 8);
  device.write32(0x30, ADMIN_CQ);
  device.write32(0x34, 8);
  device.write32(0x14, 0x460001);
  settle();
};

interface Entry {
  opcode: number;
  nsid?: number;
  prp1?: number;
  prp2?: number;
  cdw10?: number;
  cdw11?: number;
  cdw12?: number;
  flags?: number;
}

/** Puts an entry in a ring at `index`; `id` is its command identifier. */
const put = (ring: number, index: number, id: number, e: Entry): void => {
  const at = ring + index * 64;
  b.memory.fill(0, at, at + 64);
  b.view.setUint32(at, e.opcode | ((e.flags ?? 0) << 8) | (id << 16), true);
  b.view.setUint32(at + 4, e.nsid ?? 0, true);
  b.view.setUint32(at + 24, e.prp1 ?? 0, true);
  b.view.setUint32(at + 28, 8, true);
  b.view.setUint32(at + 32, e.prp2 ?? 0, true);
  b.view.setUint32(at + 36, 8, true);
  b.view.setUint32(at + 40, e.cdw10 ?? 0, true);
  b.view.setUint32(at + 44, e.cdw11 ?? 0, true);
  b.view.setUint32(at + 48, e.cdw12 ?? 0, true);
};

const completion = (ring: number, index: number) => {
  const at = ring + index * 16;
  const dword3 = b.view.getUint32(at + 12, true);
  return {
    id: dword3 & 0xffff,
    phase: (dword3 >>> 16) & 1,
    status: (dword3 >>> 17) & ~STATUS_DNR,
    result: b.view.getUint32(at, true),
    sqHead: b.view.getUint16(at + 8, true),
    sqId: b.view.getUint16(at + 10, true),
  };
};

let adminTail = 0;
/** One admin command; its status. Uses slots in turn and frees the completion. */
const admin = (e: Entry): number => {
  const index = adminTail % 8;
  put(ADMIN_SQ, index, 100 + adminTail, e);
  adminTail++;
  b.device.write32(0x1000, adminTail % 8);
  settle();
  const { status } = completion(ADMIN_CQ, index);
  b.device.write32(0x1004, adminTail % 8);
  return status;
};

const createIoQueues = (entries = 8): void => {
  expect(admin({ opcode: ADMIN.createCq, prp1: IO_CQ, cdw10: 1 | ((entries - 1) << 16), cdw11: 3 })).toBe(0);
  expect(
    admin({ opcode: ADMIN.createSq, prp1: IO_SQ, cdw10: 1 | ((entries - 1) << 16), cdw11: 1 | (1 << 16) }),
  ).toBe(0);
};

/** Submits I/O commands in the first slots and waits. */
const io = (...entries: Entry[]): void => {
  entries.forEach((e, i) => put(IO_SQ, i, i, { nsid: 1, ...e }));
  b.device.write32(0x1008, entries.length);
  settle();
};

const blocks = (n: number): number => n - 1;
const mediumAt = (lba: number, count: number): number[] => {
  const from = payloadOffset(lba * 512, SEED);
  return [...payloadTable().bytes.subarray(from, from + count * 512)];
};

beforeEach(() => {
  b = bench();
  adminTail = 0;
});

describe('an NVMe controller comes up', () => {
  it('says what it can in CAP and VS', () => {
    expect(b.device.read32(0) & 0xffff).toBe(2047);
    expect((b.device.read32(0) >>> 24) * 500).toBe(7500);
    expect((b.device.read32(4) >>> 16) & 0xff).toBe(0x40);
    expect(b.device.read32(8)).toBe(0x10400);
  });

  it('is ready some time after CC.EN, and not before', () => {
    b.device.write32(0x24, 0x00070007);
    b.device.write32(0x14, 0x460001);
    expect(b.device.read32(0x1c)).toBe(0);
    settle();
    expect(b.device.read32(0x1c)).toBe(1);
  });

  it.each([
    ['an admin queue that is not on a page', 0x460001, 0x1200],
    ['a page size above CAP.MPSMAX', 0x460001 | (5 << 7), 0x1000],
    ['submission entries of 32 bytes', 0x450001, 0x1000],
  ])('refuses %s with CSTS.CFS', (_what, cc, asq) => {
    b.device.write32(0x24, 0x00070007);
    b.device.write32(0x28, asq);
    b.device.write32(0x14, cc);
    settle();
    expect(b.device.read32(0x1c)).toBe(2);
  });

  it('forgets everything when it is disabled, work under way too', () => {
    enable();
    createIoQueues();
    put(IO_SQ, 0, 0, { opcode: NVM.read, nsid: 1, prp1: 0x10000 });
    b.device.write32(0x1008, 1);
    b.device.write32(0x14, 0);
    expect(b.device.read32(0x1c)).toBe(0);
    const before = b.dma.length;
    settle();
    expect(b.dma.length).toBe(before);
  });

  it('reports the end of a shutdown', () => {
    enable();
    b.device.write32(0x14, 0x460001 | (1 << 14));
    expect(b.device.read32(0x1c)).toBe(0x5);
    settle();
    expect(b.device.read32(0x1c)).toBe(0x9);
  });
});

describe('admin commands', () => {
  beforeEach(() => enable());

  it('identify tells the size of the namespace and the limits of the controller', () => {
    expect(admin({ opcode: ADMIN.identify, prp1: 0x8000, cdw10: CNS.controller })).toBe(0);
    expect([b.memory[0x8000 + 77], b.memory[0x8000 + 512], b.memory[0x8000 + 513]]).toEqual([7, 0x66, 0x44]);
    expect(admin({ opcode: ADMIN.identify, nsid: 1, prp1: 0x8000, cdw10: CNS.namespace })).toBe(0);
    expect(b.view.getBigUint64(0x8000, true)).toBe(BigInt(BLOCKS));
    expect(admin({ opcode: ADMIN.identify, prp1: 0x8000, cdw10: CNS.namespaceList })).toBe(0);
    expect([b.view.getUint32(0x8000, true), b.view.getUint32(0x8004, true)]).toEqual([1, 0]);
  });

  it.each([
    ['an unknown opcode', { opcode: 0x7f }, STATUS.invalidOpcode],
    ['an unknown CNS', { opcode: ADMIN.identify, prp1: 0x8000, cdw10: 0x77 }, STATUS.invalidField],
    [
      'a namespace that is not there',
      { opcode: ADMIN.identify, nsid: 2, prp1: 0x8000 },
      STATUS.invalidNamespace,
    ],
    [
      'a submission queue without its completion queue',
      { opcode: ADMIN.createSq, prp1: IO_SQ, cdw10: 0x70001, cdw11: 0x10001 },
      STATUS.cqInvalid,
    ],
    ['queue 0', { opcode: ADMIN.createCq, prp1: IO_CQ, cdw10: 0x70000, cdw11: 3 }, STATUS.invalidQueueId],
    [
      'a queue of one entry',
      { opcode: ADMIN.createCq, prp1: IO_CQ, cdw10: 1, cdw11: 3 },
      STATUS.invalidQueueSize,
    ],
    [
      'a queue in pieces',
      { opcode: ADMIN.createCq, prp1: IO_CQ, cdw10: 0x70001, cdw11: 2 },
      STATUS.invalidField,
    ],
    [
      'a log page that is not there',
      { opcode: ADMIN.getLogPage, prp1: 0x8000, cdw10: 0x7f },
      STATUS.invalidLogPage,
    ],
    [
      'the deletion of a queue that is not there',
      { opcode: ADMIN.deleteSq, cdw10: 5 },
      STATUS.invalidQueueId,
    ],
  ])('%s is refused', (_what, entry, status) => expect(admin(entry)).toBe(status));

  it('a completion queue in use cannot be deleted', () => {
    createIoQueues();
    expect(admin({ opcode: ADMIN.deleteCq, cdw10: 1 })).toBe(STATUS.invalidQueueDeletion);
    expect(admin({ opcode: ADMIN.deleteSq, cdw10: 1 })).toBe(0);
    expect(admin({ opcode: ADMIN.deleteCq, cdw10: 1 })).toBe(0);
  });

  it('grants no more queues than it has', () => {
    admin({ opcode: ADMIN.setFeatures, cdw10: 7, cdw11: 0x00ff_0003 });
    expect(completion(ADMIN_CQ, 0).result).toBe(0x003f_0003);
  });

  it('an Asynchronous Event Request stays without completion, the fifth is refused', () => {
    for (let i = 0; i < 4; i++) put(ADMIN_SQ, i, i, { opcode: ADMIN.asyncEvent });
    b.device.write32(0x1000, 4);
    settle();
    expect(b.interrupts()).toBe(0);
    put(ADMIN_SQ, 4, 4, { opcode: ADMIN.asyncEvent });
    b.device.write32(0x1000, 5);
    settle();
    expect(completion(ADMIN_CQ, 0)).toMatchObject({ id: 4, status: STATUS.asyncEventLimit });
  });
});

describe('I/O', () => {
  beforeEach(() => {
    enable();
    createIoQueues();
    b.dma.length = 0;
  });

  it('reads one block through PRP1', () => {
    io({ opcode: NVM.read, prp1: 0x10200, cdw10: 77, cdw12: blocks(1) });
    expect(completion(IO_CQ, 0)).toMatchObject({ id: 0, status: 0, phase: 1, sqHead: 1, sqId: 1 });
    expect([...b.memory.subarray(0x10200, 0x10400)]).toEqual(mediumAt(77, 1));
    expect(b.dma).toEqual(['read 3000+64', 'write 10200+512', 'write 4000+16']);
  });

  it('reads across a page through PRP1 and PRP2', () => {
    io({ opcode: NVM.read, prp1: 0x10800, prp2: 0x20000, cdw10: 3, cdw12: blocks(8) });
    expect([...b.memory.subarray(0x10800, 0x11000)]).toEqual(mediumAt(3, 4));
    expect([...b.memory.subarray(0x20000, 0x20800)]).toEqual(mediumAt(7, 4));
  });

  it('reads through a PRP list, joining pages that lie side by side', () => {
    [0x40000, 0x41000, 0x50000].forEach((page, i) => {
      b.view.setUint32(0x30000 + i * 8, page, true);
      b.view.setUint32(0x30004 + i * 8, 8, true);
    });
    io({ opcode: NVM.read, prp1: 0x20000, prp2: 0x30000, cdw10: 100, cdw12: blocks(32) });
    expect(completion(IO_CQ, 0).status).toBe(0);
    expect([...b.memory.subarray(0x40000, 0x42000)]).toEqual(mediumAt(108, 16));
    expect([...b.memory.subarray(0x50000, 0x51000)]).toEqual(mediumAt(124, 8));
    expect(b.dma).toEqual([
      'read 3000+64',
      'read 30000+24',
      'write 20000+4096',
      'write 40000+8192',
      'write 50000+4096',
      'write 4000+16',
    ]);
  });

  it('follows a PRP list into its next page by the last entry', () => {
    const entries = [
      [0x30ff0, 0x40000],
      [0x30ff8, 0x31000],
      [0x31000, 0x50000],
      [0x31008, 0x60000],
    ] as const;
    for (const [at, page] of entries) {
      b.view.setUint32(at, page, true);
      b.view.setUint32(at + 4, 8, true);
    }
    io({ opcode: NVM.read, prp1: 0x20000, prp2: 0x30ff0, cdw10: 0, cdw12: blocks(32) });
    expect(completion(IO_CQ, 0).status).toBe(0);
    expect([...b.memory.subarray(0x60000, 0x61000)]).toEqual(mediumAt(24, 8));
  });

  it('reads through an SGL segment', () => {
    [
      [0x40000, 512],
      [0x50100, 1536],
    ].forEach(([address, bytes], i) => {
      b.view.setUint32(0x30000 + i * 16, address ?? 0, true);
      b.view.setUint32(0x30004 + i * 16, 8, true);
      b.view.setUint32(0x30008 + i * 16, bytes ?? 0, true);
    });
    put(IO_SQ, 0, 0, { opcode: NVM.read, nsid: 1, flags: 0x40, prp1: 0x30000, cdw10: 5, cdw12: blocks(4) });
    b.view.setUint32(IO_SQ + 32, 32, true);
    b.view.setUint32(IO_SQ + 36, 0x3000_0000, true);
    b.device.write32(0x1008, 1);
    settle();
    expect(completion(IO_CQ, 0).status).toBe(0);
    expect([...b.memory.subarray(0x50100, 0x50700)]).toEqual(mediumAt(6, 3));
  });

  it('reads back what was written, and the pattern around it', () => {
    b.memory.fill(0x5a, 0x10000, 0x10200);
    io(
      { opcode: NVM.write, prp1: 0x10000, cdw10: 51, cdw12: blocks(1) },
      { opcode: NVM.flush },
      { opcode: NVM.read, prp1: 0x20000, cdw10: 50, cdw12: blocks(3) },
    );
    expect([0, 1, 2].map((i) => completion(IO_CQ, i).status)).toEqual([0, 0, 0]);
    const read = [...b.memory.subarray(0x20000, 0x20600)];
    expect(read).toEqual([...mediumAt(50, 1), ...Array<number>(512).fill(0x5a), ...mediumAt(52, 1)]);
  });

  it('keeps what was written over a reset', () => {
    b.memory.fill(0x5a, 0x10000, 0x10200);
    io({ opcode: NVM.write, prp1: 0x10000, cdw10: 51, cdw12: blocks(1) });
    b.device.reset();
    adminTail = 0;
    b.memory.fill(0, ADMIN_CQ, IO_CQ + 4096);
    enable();
    createIoQueues();
    io({ opcode: NVM.read, prp1: 0x20000, cdw10: 51, cdw12: blocks(1) });
    expect(b.memory[0x20000]).toBe(0x5a);
  });

  it.each([
    [
      'past the end of the namespace',
      { opcode: NVM.read, cdw10: BLOCKS - 1, cdw12: blocks(2) },
      STATUS.lbaOutOfRange,
    ],
    ['longer than MDTS', { opcode: NVM.read, cdw12: blocks(1025) }, STATUS.invalidField],
    ['in no namespace', { opcode: NVM.read, nsid: 7 }, STATUS.invalidNamespace],
    ['of an unknown kind', { opcode: 0x99 }, STATUS.invalidOpcode],
    [
      'with PRP2 in the middle of a page',
      { opcode: NVM.read, prp1: 0x10000, prp2: 0x20100, cdw12: blocks(16) },
      STATUS.invalidPrpOffset,
    ],
  ])('a command %s is refused', (_what, entry, status) => {
    io(entry);
    expect(completion(IO_CQ, 0).status).toBe(status);
  });

  it('turns the phase when the completion queue wraps, and waits while it is full', () => {
    for (let i = 0; i < 7; i++) put(IO_SQ, i, i, { opcode: NVM.flush, nsid: 1 });
    b.device.write32(0x1008, 7);
    settle();
    expect(Array.from({ length: 8 }, (_, i) => completion(IO_CQ, i).phase)).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
    put(IO_SQ, 7, 7, { opcode: NVM.flush, nsid: 1 });
    put(IO_SQ, 0, 8, { opcode: NVM.flush, nsid: 1 });
    b.device.write32(0x1008, 1);
    settle();
    const before = b.interrupts();
    expect(completion(IO_CQ, 7).phase).toBe(0);
    b.device.write32(0x100c, 2);
    settle();
    expect(b.interrupts() - before).toBe(2);
    expect(completion(IO_CQ, 7)).toMatchObject({ id: 7, phase: 1 });
    expect(completion(IO_CQ, 0)).toMatchObject({ id: 8, phase: 0 });
  });
});

describe('a refused DMA', () => {
  beforeEach(() => {
    enable();
    createIoQueues();
  });

  it.each([
    ['data of a read', { opcode: NVM.read, prp1: 0x10000, cdw12: blocks(1) }, 0x10],
    ['data of a write', { opcode: NVM.write, prp1: 0x10000, cdw12: blocks(1) }, 0x10],
    ['a PRP list', { opcode: NVM.read, prp1: 0x20000, prp2: 0x30000, cdw12: blocks(32) }, 0x30],
  ])('of %s ends the command with Data Transfer Error', (_what, entry, page) => {
    b.refused.add(page);
    io(entry);
    expect(completion(IO_CQ, 0).status).toBe(STATUS.dataTransferError);
    expect((b.view.getUint32(IO_CQ + 12, true) >>> 17) & STATUS_DNR).toBe(STATUS_DNR);
    expect(b.device.read32(0x1c)).toBe(1);
  });

  it.each([
    ['submission', IO_SQ],
    ['completion', IO_CQ],
  ])('of a %s queue is fatal: CSTS.CFS, and nothing moves any more', (_which, ring) => {
    b.refused.add(ring / 4096);
    io({ opcode: NVM.flush });
    expect(b.device.read32(0x1c)).toBe(3);
    b.refused.clear();
    b.dma.length = 0;
    b.device.write32(0x1008, 2);
    settle();
    expect(b.dma).toEqual([]);
  });
});

describe('time', () => {
  it('data of all commands share one link; latencies overlap', () => {
    enable();
    createIoQueues();
    const start = b.scheduler.clock.nowNs;
    for (let i = 0; i < 4; i++)
      put(IO_SQ, i, i, { opcode: NVM.read, nsid: 1, prp1: 0x10000, cdw12: blocks(8) });
    b.device.write32(0x1008, 4);
    settle();
    // Fetch, four times 4096 bytes at 3.2 bytes a ns, one access.
    expect(b.scheduler.clock.nowNs - start).toBe(600 + 4 * 1280 + 20_000);
  });
});
