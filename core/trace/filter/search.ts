// Bare words: somewhere in the line as it is shown. Formatting a line takes microseconds, so a word that can only stand in the wordy parts
// of a TCE hcall's line (who, call, labels, permissions, result) is judged once per wording, not once per row.

import { formatLine } from '../format.ts';
import { CODE_INDIRECT, LAST_TCE_CODE } from '../kinds.ts';
import type { FilterRow, RowTest } from './row.ts';

/** `0x3f4e` finds `0x000000003f4e0003`: lines write all digits, people leave leading zeros out. */
function withoutLeadingZeros(text: string): string {
  return text.replace(/0x0+(?=[0-9a-f])/g, '0x');
}

export function searchTest(text: string): RowTest {
  const isHex = /^0x[0-9a-f]+$/i.test(text);
  const wanted = isHex ? withoutLeadingZeros(text.toLowerCase()) : text.toLowerCase();
  const slow: RowTest = (row) => {
    const line = formatLine(row.event(), row.names).toLowerCase();
    return (isHex ? withoutLeadingZeros(line) : line).includes(wanted);
  };
  return isWordy(wanted) ? perWording(slow) : slow;
}

/**
 * True for a text without digits, spaces or "=" that has a letter no hex number holds. Numbers in a line stand behind "=0x" or a space,
 * so such a text can touch none of them.
 */
function isWordy(text: string): boolean {
  return /^[a-z_.:-]+$/.test(text) && /[g-wyz_]/.test(text);
}

function perWording(slow: RowTest): RowTest {
  const judged = new Map<string, Map<number, boolean>>();
  return (row) => {
    if (!row.packed || row.code > LAST_TCE_CODE) return slow(row);
    const who = row.names.ownerOfLiobn(row.log.liobnAt(row.seq)) ?? '';
    let verdicts = judged.get(who);
    if (verdicts === undefined) {
      verdicts = new Map();
      judged.set(who, verdicts);
    }
    const wording = wordingOf(row);
    let verdict = verdicts.get(wording);
    if (verdict === undefined) {
      verdict = slow(row);
      verdicts.set(wording, verdict);
    }
    return verdict;
  };
}

/** All that the words of a packed TCE hcall's line depend on, its owner apart: call, status, permissions, runs shown, any TCE at all. */
function wordingOf({ log, seq, code }: FilterRow): number {
  const low = log.tceLoAt(seq);
  const runs = code === CODE_INDIRECT ? Math.min(log.runCountAt(seq), 6) : 0;
  const isZero = low === 0 && log.tceHiAt(seq) === 0 ? 1 : 0;
  return (log.retAt(seq) << 10) | (isZero << 9) | (runs << 6) | ((low & 3) << 4) | code;
}
