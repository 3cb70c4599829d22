// Pictures with a palette: what comes out is a PNG again, and few colours stay what they were to the bit.

import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readPng, writePalettePng } from './png-palette.mjs';

const chunk = (type: string, body: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, Buffer.from(type, 'latin1'), body, Buffer.alloc(4)]);
};

/** A PNG of true colour, its rows as given, each with its filter's number before it. */
const png = (width: number, height: number, rows: readonly number[], colourType = 2): Buffer => {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, colourType], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.from(rows)))]);
};

describe('a PNG of true colour', () => {
  it.each([
    ['none', [0, 10, 20, 30, 40, 50, 60, 0, 11, 22, 33, 44, 55, 66]],
    ['left', [1, 10, 20, 30, 30, 30, 30, 1, 11, 22, 33, 33, 33, 33]],
    ['up', [0, 10, 20, 30, 40, 50, 60, 2, 1, 2, 3, 4, 5, 6]],
    ['average', [0, 10, 20, 30, 40, 50, 60, 3, 6, 12, 18, 19, 19, 20]],
    ['Paeth', [0, 10, 20, 30, 40, 50, 60, 4, 1, 2, 3, 4, 5, 6]],
  ])('is read with the filter %s', (_, rows) => {
    const { rgb } = readPng(png(2, 2, rows));
    expect([...rgb]).toEqual([10, 20, 30, 40, 50, 60, 11, 22, 33, 44, 55, 66]);
  });

  it('loses its alpha', () => {
    expect([...readPng(png(1, 1, [0, 1, 2, 3, 255], 6)).rgb]).toEqual([1, 2, 3]);
  });

  it('of another kind is refused in a sentence', () => {
    expect(() => readPng(png(1, 1, [0, 1], 3))).toThrow(
      'A PNG of 8 bits, colour type 3, interlace 0 is not read here.',
    );
    expect(() => readPng(Buffer.from('GIF89a..'))).toThrow(
      'This is no PNG: its first eight bytes are others.',
    );
  });
});

/** What a palette PNG says: header, palette, index of each pixel. */
function palettePng(bytes: Buffer): { readonly type: number; readonly palette: number } {
  const at = bytes.indexOf('PLTE', 0, 'latin1');
  return { type: bytes[25] ?? -1, palette: bytes.readUInt32BE(at - 4) / 3 };
}

describe('a picture with a palette', () => {
  it('of three colours has a palette of three, and the same pixels take the same bytes each time', () => {
    const rgb = Uint8Array.from([9, 9, 9, 200, 0, 0, 9, 9, 9, 0, 0, 200]);
    const bytes = writePalettePng({ width: 2, height: 2, rgb });
    expect(palettePng(bytes)).toEqual({ type: 3, palette: 3 });
    expect(bytes.includes(Buffer.from([200, 0, 0]))).toBe(true);
    expect(writePalettePng({ width: 2, height: 2, rgb }).equals(bytes)).toBe(true);
  });

  it('of a thousand colours has 256, the surface most of it is made of among them', () => {
    const pixels = 64 * 64;
    const rgb = new Uint8Array(pixels * 3).fill(22);
    for (let shade = 0; shade < 1000; shade++)
      rgb.set([shade & 255, (shade >> 2) & 255, (shade * 7) & 255], shade * 3);
    const bytes = writePalettePng({ width: 64, height: 64, rgb });
    expect(palettePng(bytes)).toEqual({ type: 3, palette: 256 });
    expect(bytes.includes(Buffer.from([22, 22, 22]))).toBe(true);
  });
});
