import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { propertyMeaning } from './property-meaning.ts';
import type { PropertyPlace } from './property-meaning.ts';

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replace(/\s/g, '').match(/../g) ?? [], (pair) => parseInt(pair, 16));

const PHB: PropertyPlace = {
  path: '/pci@800000029004000',
  regCells: { address: 2, size: 2 },
  childCells: { address: 3, size: 2 },
};
const at = (path: string, address = 2, size = 2): PropertyPlace => ({
  path,
  regCells: { address, size },
  childCells: { address, size },
});

/** "name = text (note)" of each field. */
function told(name: string, value: Uint8Array, place = PHB): readonly string[] {
  return propertyMeaning(name, value, place).fields.map(
    ({ name: field, text, note }) => `${field} = ${text}${note === undefined ? '' : ` (${note})`}`,
  );
}

describe('a property by its meaning', () => {
  it.each([
    [
      'ibm,dma-window',
      '60004000 00000000 00000000 00000000 80000000',
      [
        'LIOBN = 0x60004000',
        'first bus address = 0x0000000000000000',
        'size = 0x0000000080000000 (2 GiB, 524288 TCEs of 4K)',
      ],
    ],
    [
      'ibm,ddw-applicable',
      '00000053 00000054 00000055',
      [
        'token of ibm,query-pe-dma-window = 0x00000053',
        'token of ibm,create-pe-dma-window = 0x00000054',
        'token of ibm,remove-pe-dma-window = 0x00000055',
      ],
    ],
    [
      'ibm,ddw-extensions',
      '00000002 00002029 00000001',
      [
        'extensions that follow = 2',
        'token of ibm,reset-pe-dma-windows = 0x00002029',
        'query may use 6 outputs (64-bit TCE counts) = 1 (yes)',
      ],
    ],
    [
      'linux,dma64-ddr-window-info',
      '70004000 00000000 08000000 00000000 00000010 00000026',
      [
        'liobn = 0x70004000',
        'padding = 0x00000000',
        'dma_base = 0x0800000000000000',
        'tce_shift = 16 (pages of 64K)',
        'window_shift = 38 (a window of 256 GiB)',
      ],
    ],
    [
      'reg',
      '08000000 29004000 00000000 00000000',
      ['BUID = 0x0800000029004000', 'size = 0x0000000000000000'],
    ],
    [
      'ranges',
      '02000000 00000000 80000000 00000400 80000000 00000000 80000000',
      [
        'space = 0x02000000 (32-bit memory)',
        'bus address = 0x0000000080000000',
        'CPU address = 0x0000040080000000',
        'size = 0x0000000080000000 (2 GiB)',
      ],
    ],
    [
      'interrupt-map',
      '00000800 00000000 00000000 00000001 00001111 00001200 00000001',
      [
        'child: phys.hi = 0x00000800 (bus 0, device 1, function 0, register 0x0)',
        'child: phys.mid, phys.lo = 0x0000000000000000',
        'child: interrupt pin = 1',
        'interrupt controller (phandle) = 0x00001111',
        'interrupt number = 0x00001200',
        'sense = 0x00000001 (level)',
      ],
    ],
  ])('%s', (name, hex, expected) => expect(told(name, bytes(hex))).toEqual(expected));

  it('ibm,lrdr-capacity says how far memory can grow', () =>
    expect(
      told('ibm,lrdr-capacity', bytes('00000080 00000000 00000000 10000000 00000001'), at('/rtas')),
    ).toEqual([
      'memory at most = 0x0000008000000000 (512 GiB)',
      'memory block (LMB) = 0x0000000010000000 (256 MiB)',
      'processors at most = 1',
    ]));

  it('ibm,dynamic-memory-v2 is sets of blocks', () =>
    expect(
      told(
        'ibm,dynamic-memory-v2',
        bytes('00000001 000000ff 00000000 10000000 80000001 ffffffff 00000008'),
        at('/ibm,dynamic-reconfiguration-memory'),
      ),
    ).toEqual([
      'sets = 1',
      'LMBs in sequence = 255',
      'first address = 0x0000000010000000',
      'DRC index = 0x80000001',
      'associativity = 0xffffffff (none)',
      'flags = 0x00000008 (assigned)',
    ]));

  it('reg of a function is its place on the bus, of a virtual device its unit address', () => {
    expect(
      told('reg', bytes('00010000 00000000 00000000 00000000 00000000'), at('/pci@8/ethernet@0', 3))[0],
    ).toBe('phys.hi = 0x00010000 (bus 1, device 0, function 0, register 0x0)');
    expect(told('reg', bytes('71000003'), at('/vdevice/l-lan@71000003', 1, 0))).toEqual([
      'unit address = 0x71000003',
    ]);
  });

  it('a token is one only below /rtas; names that objects have of themselves are no properties', () => {
    expect(propertyMeaning('power-off', bytes('00002003'), at('/rtas')).sentence).toMatch(/^An RTAS call/);
    expect(propertyMeaning('power-off', bytes('00002003'), at('/x')).sentence).toBe('');
    expect(propertyMeaning('constructor', bytes('00'), at('/x')).document).toBe('');
  });

  it('strings stand for themselves, known or not', () =>
    expect(told('ibm,loc-code', bytes('55373844322e303031 00 41 00'), at('/x'))).toEqual([
      'text = U78D2.001',
      'text = A',
    ]));

  it('has a document for whatever it has a sentence for', () => {
    for (const name of ['ibm,dma-window', 'ibm,lrdr-capacity', 'reg', 'linux,direct64-ddr-window-info'])
      expect(propertyMeaning(name, new Uint8Array(0), PHB).document).not.toBe('');
  });

  it('covers every byte once, whatever the bytes are', () => {
    const names = [
      'reg',
      'ranges',
      'ibm,dma-window',
      'ibm,dynamic-memory-v2',
      'interrupt-map',
      'x',
      'ibm,ddw-extensions',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.uint8Array({ maxLength: 90 }),
        fc.nat(3),
        fc.nat(2),
        (name, value, address, size) => {
          const { fields } = propertyMeaning(name, value, at('/some', address, size));
          expect(fields.reduce((sum, field) => sum + field.bytes, 0)).toBe(value.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
