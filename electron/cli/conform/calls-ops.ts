// The operations of a calls recording (oracle README, section 1): what each does to the machine, and what it compares.

import { hex } from '../../../core/index.ts';
import type { CallsRig, TceHash } from './calls-rig.ts';
import type { Fields } from './scenario-fields.ts';
import { RecordingError } from './scenario-fields.ts';

/** What the recording says and what we answer, as text. */
export interface Compared {
  readonly expected: string;
  readonly got: string;
}

/** undefined: the operation has no result of its own. */
export type CallsOp = (rig: CallsRig, op: Fields) => Compared | undefined;

const H_RTAS = 0xf000n;
const RTAS_BUFFER = 0x80_0000n;
/** Words that the program reads back from the first return cell on, and what it puts there before. */
const RTAS_CELLS = 12;
const UNTOUCHED = 0xdead_beef;

const hcall: CallsOp = (rig, op) => ({
  expected: registers(hexes(op, 'r')),
  got: registers(rig.hcall(hexes(op, 'a'))),
});

const rtas: CallsOp = (rig, op) => {
  const { memory } = rig;
  const buffer = op.has('buf') ? wordOf(op, 'buf') : RTAS_BUFFER;
  const at = Number(buffer);
  const nargs = op.integer('nargs');
  [op.integer('token'), nargs, op.integer('nret'), ...integers(op, 'args')].forEach((cell, i) =>
    memory.store32(at + 4 * i, cell),
  );
  const rets = at + 12 + 4 * nargs;
  for (let i = 0; i < RTAS_CELLS; i++) memory.store32(rets + 4 * i, UNTOUCHED);
  const [r3 = 0n] = rig.hcall([H_RTAS, buffer]);
  const cells = Array.from({ length: RTAS_CELLS }, (_, i) => memory.load32(rets + 4 * i) >>> 0);
  const expected = { r3: op.hex('r3'), cells: integers(op, 'rets') };
  return { expected: rtasText(expected.r3, expected.cells), got: rtasText(r3, cells) };
};

const store: CallsOp = (rig, op) => {
  const address = Number(wordOf(op, 'addr'));
  hexes(op, 'vals').forEach((value, i) => rig.memory.store64(address + 8 * i, value));
  return undefined;
};

const list: CallsOp = (rig, op) => {
  const address = Number(wordOf(op, 'addr'));
  const base = op.hex('base');
  const step = op.hex('step');
  const n = op.integer('n');
  for (let i = 0; i < n; i++) rig.memory.store64(address + 8 * i, base + BigInt(i) * step);
  return undefined;
};

const load: CallsOp = (rig, op) => {
  const address = Number(wordOf(op, 'addr'));
  const words = Array.from({ length: op.integer('n') }, (_, i) => rig.memory.load64(address + 8 * i));
  return { expected: registers(hexes(op, 'r')), got: registers(words) };
};

const hash: CallsOp = (rig, op) => {
  const ours = rig.hashTces(op.hex('liobn'), op.hex('ioba'), op.hex('step'), op.integer('n'));
  const r = op.object('r');
  const recorded = { hash: r.hex('hash'), errors: r.integer('errors'), nonzero: r.integer('nonzero') };
  return { expected: hashText(recorded), got: hashText(ours) };
};

const dma: CallsOp = (rig, op) => {
  const direction = op.string('dir');
  if (direction !== 'read' && direction !== 'write')
    throw new RecordingError(`${op.where}.dir must be read or write.`);
  if (!rig.hasDma) throw new RecordingError(`${op.where} does DMA, but the machine has no edu device.`);
  rig.dma(direction === 'write', op.hex('ioba'), op.integer('len'), op.integer('off'));
  return undefined;
};

const memhash: CallsOp = (rig, op) => ({
  expected: hex(op.hex('r')),
  got: hex(rig.memory.hash(Number(wordOf(op, 'addr')), op.integer('n'))),
});

export const CALLS_OPS: ReadonlyMap<string, CallsOp> = new Map([
  ['hcall', hcall],
  ['rtas', rtas],
  ['store', store],
  ['list', list],
  ['load', load],
  ['hash', hash],
  ['dma', dma],
  ['memhash', memhash],
]);

/** An address: hex text or a plain number. */
function wordOf(op: Fields, name: string): bigint {
  return typeof op.raw(name) === 'number' ? BigInt(op.integer(name)) : op.hex(name);
}

function hexes(op: Fields, name: string): readonly bigint[] {
  return op.strings(name).map((text) => {
    if (!/^0x[0-9a-f]{1,16}$/i.test(text))
      throw new RecordingError(`${op.where}.${name}: "${text}" is no hex number.`);
    return BigInt(text);
  });
}

function integers(op: Fields, name: string): readonly number[] {
  return op.array(name).map((value) => {
    if (!Number.isSafeInteger(value)) throw new RecordingError(`${op.where}.${name} must hold integers.`);
    return value as number;
  });
}

function registers(values: readonly bigint[]): string {
  return values.map((value) => hex(value)).join(' ');
}

function hashText({ hash, errors, nonzero }: TceHash): string {
  return `hash ${hex(hash)}, ${errors} errors, ${nonzero} not zero`;
}

function rtasText(r3: bigint, cells: readonly number[]): string {
  return `r3 ${hex(r3)}, cells ${cells.map((cell) => hex(cell)).join(' ')}`;
}
