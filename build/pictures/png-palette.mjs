// A PNG of at most 256 colours from one of true colour, so that pictures of a window take a quarter of the room (PNG, W3C 2003:
// 5 file structure, 9 filtering, 11.2.2 IHDR, 11.2.3 PLTE). Colours are chosen by median cut (Heckbert 1982).
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST = 256;

/** @typedef {{ width: number, height: number, rgb: Uint8Array }} Picture `rgb`: three bytes a pixel, row by row */
/** @typedef {{ colour: number, count: number }} Shade a colour as 0xrrggbb, and its number of pixels */

/** @param {number} left @param {number} up @param {number} corner */
function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** What a filter adds to a byte: by the byte to the left, above, and above left.
 * @type {readonly ((left: number, up: number, corner: number) => number)[]} */
const FILTERS = [() => 0, (left) => left, (_, up) => up, (left, up) => (left + up) >> 1, paeth];

/** Takes the filters off, in place. @param {Buffer} data @param {number} height @param {number} stride bytes of a row @param {number} step */
function unfilter(data, height, stride, step) {
  for (let row = 0; row < height; row++) {
    const start = row * (stride + 1) + 1;
    const filter = FILTERS[data[start - 1] ?? 0];
    if (filter === undefined)
      throw new Error(`Row ${row} of the PNG has the unknown filter ${data[start - 1]}.`);
    for (let at = 0; at < stride; at++) {
      const left = at < step ? 0 : (data[start + at - step] ?? 0);
      const up = row === 0 ? 0 : (data[start + at - stride - 1] ?? 0);
      const corner = row === 0 || at < step ? 0 : (data[start + at - stride - 1 - step] ?? 0);
      data[start + at] = (data[start + at] ?? 0) + filter(left, up, corner);
    }
  }
}

/** @param {Buffer} png @returns {{ head: Buffer, data: Buffer }} the header's bytes and the inflated rows */
function parts(png) {
  if (!png.subarray(0, 8).equals(SIGNATURE))
    throw new Error('This is no PNG: its first eight bytes are others.');
  const [data, heads] = [/** @type {Buffer[]} */ ([]), /** @type {Buffer[]} */ ([])];
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 8, at + 8 + length);
    const type = png.toString('latin1', at + 4, at + 8);
    if (type === 'IHDR') heads.push(body);
    if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  const head = heads[0];
  if (head === undefined) throw new Error('The PNG has no header.');
  return { head, data: inflateSync(Buffer.concat(data)) };
}

/** Reads 8 bits a channel with or without alpha, not interlaced, as browsers take pictures; alpha is dropped.
 * @param {Buffer} png @returns {Picture} */
export function readPng(png) {
  const { head, data } = parts(png);
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const step = { 2: 3, 6: 4 }[head[9] ?? 0];
  if (head[8] !== 8 || step === undefined || head[12] !== 0)
    throw new Error(
      `A PNG of ${head[8]} bits, colour type ${head[9]}, interlace ${head[12]} is not read here.`,
    );
  unfilter(data, height, width * step, step);
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = pixel * step + Math.floor(pixel / width) + 1;
    rgb.set(data.subarray(from, from + 3), pixel * 3);
  }
  return { width, height, rgb };
}

/** @param {number} colour @param {number} shift */
const channel = (colour, shift) => (colour >> shift) & 255;

/** The channel along which a box reaches furthest. @param {readonly Shade[]} box */
function widest(box) {
  const reach = [16, 8, 0].map((shift) => {
    const values = box.map(({ colour }) => channel(colour, shift));
    return {
      shift,
      size: values.reduce((a, b) => Math.max(a, b), 0) - values.reduce((a, b) => Math.min(a, b), 255),
    };
  });
  return reach.reduce((a, b) => (b.size > a.size ? b : a));
}

/** @param {readonly Shade[]} box */
const pixels = (box) => box.reduce((sum, { count }) => sum + count, 0);

/** A box and what is gained by cutting it. @param {Shade[]} box */
const weighed = (box) => ({ box, weight: widest(box).size * Math.sqrt(pixels(box)) });

/** Two boxes with about as many pixels each, or as near to it as whole colours allow. @param {Shade[]} box */
function halves(box) {
  const { shift } = widest(box);
  const sorted = [...box].sort((a, b) => channel(a.colour, shift) - channel(b.colour, shift));
  const half = pixels(box) / 2;
  let [sum, cut] = [0, 0];
  while (cut < sorted.length - 1 && (cut === 0 || sum < half)) sum += sorted[cut++]?.count ?? 0;
  return [sorted.slice(0, cut), sorted.slice(cut)];
}

/** The colour of most of a box's pixels: flat surfaces keep theirs to the bit. @param {readonly Shade[]} box */
const common = (box) => box.reduce((a, b) => (b.count > a.count ? b : a)).colour;

/** @param {ReadonlyMap<number, number>} counts pixels by colour @returns {{ palette: number[], index: Map<number, number> }} */
function choose(counts) {
  let boxes = [weighed([...counts].map(([colour, count]) => ({ colour, count })))];
  const most = Math.min(MOST, counts.size);
  while (boxes.length < most) {
    boxes.sort((a, b) => b.weight - a.weight);
    const [first, ...rest] = boxes;
    if (first === undefined) break;
    boxes = [...rest, ...halves(first.box).map(weighed)];
  }
  const index = new Map(boxes.flatMap(({ box }, at) => box.map(({ colour }) => [colour, at])));
  return { palette: boxes.map(({ box }) => common(box)), index };
}

/** @param {string} type @param {Buffer} body */
function chunk(type, body) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(body.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}

/** @param {number} width @param {number} height */
function header(width, height) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8);
  return head;
}

/** Each pixel as 0xrrggbb. @param {Picture} picture */
const coloursOf = ({ width, height, rgb }) =>
  Uint32Array.from({ length: width * height }, (_, pixel) => {
    const at = pixel * 3;
    return ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);
  });

/** @param {Picture} picture @returns {Buffer} a PNG with a palette */
export function writePalettePng(picture) {
  const { width, height } = picture;
  const colours = coloursOf(picture);
  const counts = new Map();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const { palette, index } = choose(counts);
  const rows = Buffer.alloc((width + 1) * height);
  colours.forEach((colour, pixel) => {
    rows[pixel + Math.floor(pixel / width) + 1] = index.get(colour) ?? 0;
  });
  const plte = Buffer.from(palette.flatMap((colour) => [16, 8, 0].map((shift) => channel(colour, shift))));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header(width, height)),
    chunk('PLTE', plte),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
