// The shapes of the state panels' questions, as anybody outside may send them.

import { fail } from '../base/result.ts';
import type { U64 } from '../base/u64.ts';
import type { InspectQuery, TreeMoment } from './inspect-queries.ts';
import { integer, literal, record, text } from './shape.ts';
import type { Shape } from './shape.ts';

const MAX_INDEX = 2 ** 43;
/** Rows that one answer may have. */
const limit = integer(1, 100_000);
const natural = integer(0, Number.MAX_SAFE_INTEGER);
const id = text(200);
const path = text(1000);
const liobn = integer(-0x8000_0000, 0xffff_ffff);

const wrong = (where: string, message: string): ReturnType<typeof fail>['error'] =>
  fail('bad-value', `${where} ${message}`).error;

const address64: Shape<U64> = {
  check: (value, where) =>
    typeof value === 'bigint' && value >= 0n && value < 1n << 64n
      ? undefined
      : wrong(where, 'must be a 64-bit number'),
};

const moment: Shape<TreeMoment> = {
  check: (value, where) =>
    value === 'boot' || value === 'now' || natural.check(value, where) === undefined
      ? undefined
      : wrong(where, 'must be boot, now or the number of a mark’s event'),
};

/** By what is asked. */
export const INSPECT_SHAPES: readonly (readonly [InspectQuery['ask'], Shape<InspectQuery>])[] = [
  ['translate', record({ ask: literal('translate'), id, busAddress: address64 })],
  ['mappers', record({ ask: literal('mappers'), address: natural, limit }, { id })],
  ['tce-next', record({ ask: literal('tce-next'), liobn, from: integer(-1, MAX_INDEX), by: literal(1, -1) })],
  ['tce-writer', record({ ask: literal('tce-writer'), liobn, index: integer(0, MAX_INDEX) })],
  ['device-tree-outline', record({ ask: literal('device-tree-outline') })],
  ['device-tree-node', record({ ask: literal('device-tree-node'), path })],
  ['device-tree-find', record({ ask: literal('device-tree-find'), text: text(200), limit })],
  ['device-tree-moments', record({ ask: literal('device-tree-moments') })],
  ['device-tree-diff', record({ ask: literal('device-tree-diff'), from: moment, to: moment })],
  ['guest-log', record({ ask: literal('guest-log'), from: natural, limit }, { boot: natural })],
];
