// The verbs that make something go wrong: rows of the lab shell's table.

import { RETURN_CODES } from '../../abi/papr/hcall.ts';
import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { ShellAction } from './actions.ts';
import { durationOf, integerOf } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import type { Verb } from './verb.ts';
import { syntaxError } from './tokens.ts';
import type { Word } from './tokens.ts';

/** Short names of calls; all others go by their own. */
export const CALLS: Readonly<Record<string, string>> = {
  query: 'ibm,query-pe-dma-window',
  create: 'ibm,create-pe-dma-window',
  remove: 'ibm,remove-pe-dma-window',
  reset: 'ibm,reset-pe-dma-window',
  put: 'H_PUT_TCE',
  indirect: 'H_PUT_TCE_INDIRECT',
  stuff: 'H_STUFF_TCE',
  get: 'H_GET_TCE',
};

const MOST_CALLS = 0xffff_ffff;

/** A number, or a name of the hcalls' table: `-4`, `9902`, `H_PARAMETER`. */
function statusOf(word: Word | undefined): Result<number> {
  const text = word?.text ?? '';
  const named = RETURN_CODES.find(({ name }) => name.toLowerCase() === text.toLowerCase());
  const value = named?.code ?? (/^-?\d{1,5}$/.test(text) ? Number(text) : undefined);
  if (value !== undefined && value !== 0 && value >= -32_768 && value <= 32_767) return ok(value);
  const place = word ?? { line: 1, column: 1 };
  const why = value === 0 ? 'is success: nothing would fail' : 'is not a status';
  return syntaxError(
    place,
    `"${text}" ${why}`,
    'a status is a number or a name, such as -1, 9902 or H_PARAMETER',
  );
}

function readInject({ plain: [call, statusWord], options }: Arguments): Result<ShellAction> {
  const rc = statusOf(statusWord);
  if (!rc.ok) return rc;
  const count = integerOf(options.get('count'), 'the count', 1, MOST_CALLS, 1);
  if (!count.ok) return count;
  const skip = integerOf(options.get('skip'), 'the number of calls that go through', 0, MOST_CALLS, 0);
  if (!skip.ok) return skip;
  const on = options.get('on');
  const name = call?.text ?? '';
  return ok({
    do: 'command',
    command: {
      do: 'inject',
      call: CALLS[name] ?? name,
      rc: rc.value,
      count: count.value,
      skip: skip.value,
      ...(on === undefined ? {} : { id: on.text }),
    },
  });
}

function readFreeze({ plain: [id], options }: Arguments): Result<ShellAction> {
  const unavailableNs = durationOf(options.get('unavailable'), 'how long it is unavailable', 0);
  if (!unavailableNs.ok) return unavailableNs;
  const wait = unavailableNs.value === 0 ? {} : { unavailableNs: unavailableNs.value };
  return ok({ do: 'command', command: { do: 'pe-freeze', id: id?.text ?? '', ...wait } });
}

const isHex = (word: Word): boolean => /^0x[0-9a-f]{1,16}$/i.test(word.text);

function readTce({ verb, plain: [id, ioba, tce] }: Arguments): Result<ShellAction> {
  if (ioba === undefined || !isHex(ioba)) {
    const hint = 'a bus address is written like 0x800000000010000: show tces tells those in use';
    return syntaxError(ioba ?? verb, `"${ioba?.text ?? ''}" is not a bus address`, hint);
  }
  if (tce !== undefined && !isHex(tce)) {
    const hint = 'a TCE is a real page and its permissions, such as 0x12340003';
    return syntaxError(tce, `"${tce.text}" is not a TCE`, hint);
  }
  const value = tce?.text ?? '0x0';
  return ok({ do: 'command', command: { do: 'tce-set', id: id?.text ?? '', ioba: ioba.text, tce: value } });
}

export const FAULT_VERBS: readonly Verb[] = [
  {
    name: 'inject',
    meaning: `makes calls of the firmware fail: ${Object.keys(CALLS).join(', ')}, or a call's own name`,
    usage: 'inject create 9902 [--count 1] [--skip 0] [--on vf0] (a status: -1, 9902, H_PARAMETER)',
    least: 2,
    most: 2,
    options: ['count', 'skip', 'on'],
    read: readInject,
  },
  {
    name: 'pe freeze',
    meaning: "makes a function's hardware report an error: its PE stops until it is recovered (PowerVM)",
    usage: 'pe freeze vf0 [--unavailable 2s]',
    least: 1,
    most: 1,
    options: ['unavailable'],
    read: readFreeze,
  },
  {
    name: 'tce clear',
    meaning: 'clears one TCE behind the back of whoever mapped it: the device goes nowhere',
    usage: 'tce clear vf0 0x800000000010000 (show tces vf0: those in use)',
    least: 2,
    most: 2,
    read: readTce,
  },
  {
    name: 'tce set',
    meaning:
      'points one TCE elsewhere behind the back of whoever mapped it: the device goes to the wrong page',
    usage: 'tce set vf0 0x800000000010000 0x12340003',
    least: 3,
    most: 3,
    read: readTce,
  },
];
