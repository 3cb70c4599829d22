// The numbers of a kernel log line, each with what it means here: LIOBN, BUID, bus address, TCE, mask, status. The kernel prints hex
// with and without 0x, so the lines about windows are known by their words; any other 0x number is held against what there is.

import { permissionText } from '../abi/papr/tce.ts';
import { RETURN_CODES } from '../abi/papr/hcall.ts';
import { pageSizeName } from '../base/bits.ts';
import { joinU64, u64, type U64 } from '../base/u64.ts';
import { binarySizeText, rtasStatusText } from '../trace/numbers.ts';
import { errnoMeaning } from './errno.ts';

/** What there is to hold numbers against. */
export interface LogFacts {
  readonly functions: readonly LogFunction[];
  /** RAM present, bytes. */
  readonly ramBytes: number;
}

export interface LogFunction {
  readonly id: string;
  readonly fn: string;
  readonly buid: U64;
  readonly defaultLiobn: number;
  readonly windows: readonly LogWindow[];
}

export interface LogWindow {
  readonly liobn: number;
  readonly start: U64;
  readonly pageShift: number;
  readonly entries: number;
  readonly isDefault: boolean;
}

export type LogLink =
  | { readonly kind: 'function'; readonly id: string }
  | { readonly kind: 'window'; readonly liobn: number }
  | { readonly kind: 'tce'; readonly liobn: number; readonly ioba: U64 }
  | { readonly kind: 'node'; readonly path: string };

export interface LogToken {
  /** Place in the line, end excluded. */
  readonly from: number;
  readonly to: number;
  /** "LIOBN of vf0’s 64-bit window": what to say of it. */
  readonly meaning: string;
  readonly link?: LogLink;
}

type Meaning = Pick<LogToken, 'meaning' | 'link'>;
type Groups = Readonly<Record<string, string>>;
type Explain = (text: string, facts: LogFacts, groups: Groups) => Meaning | undefined;

interface LineForm {
  /** Named groups are the tokens. */
  readonly pattern: RegExp;
  readonly groups: Readonly<Record<string, Explain>>;
}

const hexOf = (text: string | undefined): bigint =>
  text === undefined || text === '' ? 0n : BigInt(`0x${text.replace(/^0x/, '')}`);

const say =
  (meaning: string): Explain =>
  () => ({ meaning });

const pageSizes: Explain = (text) => {
  const names = [12, 16, 24, 25, 26, 27, 28, 34, 21].flatMap((shift, bit) =>
    ((hexOf(text) >> BigInt(bit)) & 1n) === 1n ? [pageSizeName(shift)] : [],
  );
  return { meaning: `I/O page sizes that the firmware offers: ${names.join(', ') || 'none'}` };
};

const configAddress: Explain = (text) => {
  const address = Number(hexOf(text));
  return {
    meaning: `config address of the PE: bus ${(address >> 16) & 0xff}, device ${(address >> 11) & 0x1f}, function ${(address >> 8) & 7}`,
  };
};

const buidHalf: Explain = (_text, { functions }, { hi, lo }) => {
  const buid = joinU64(Number(hexOf(hi)), Number(hexOf(lo)));
  const owner = functions.find((f) => f.buid === buid);
  const meaning = `half of the BUID 0x${buid.toString(16)}${owner === undefined ? '' : `, the PHB of ${owner.id}`}`;
  return owner === undefined ? { meaning } : { meaning, link: { kind: 'function', id: owner.id } };
};

const rtasStatus: Explain = (text) => {
  const status = Number(text);
  return { meaning: `RTAS status ${status}: ${rtasStatusText(status)}` };
};

const errno: Explain = (text) => {
  const known = errnoMeaning(Number(text));
  return known === undefined ? undefined : { meaning: known };
};

const hcallStatus: Explain = (text) => {
  const code = RETURN_CODES.find((row) => row.code === Number(text));
  return code === undefined ? undefined : { meaning: `${code.name}: ${code.meaning}` };
};

const liobn: Explain = (text, facts) => liobnMeaning(Number(hexOf(text)), facts);

function liobnMeaning(value: number, { functions }: LogFacts): Meaning {
  for (const { id, windows, defaultLiobn } of functions) {
    const window = windows.find((row) => row.liobn >>> 0 === value >>> 0);
    if (window !== undefined) {
      const which = window.isDefault ? 'default window' : 'dynamic window';
      return { meaning: `LIOBN of the ${which} of ${id}`, link: { kind: 'window', liobn: window.liobn } };
    }
    if (defaultLiobn >>> 0 === value >>> 0)
      return {
        meaning: `LIOBN of the default window of ${id}, which is not there now`,
        link: { kind: 'function', id },
      };
  }
  return { meaning: 'LIOBN of a window that is not there now' };
}

const windowStart: Explain = (_text, _facts, { hi2, lo2 }) => ({
  meaning: `half of the window’s first bus address 0x${joinU64(Number(hexOf(hi2)), Number(hexOf(lo2))).toString(16)}`,
});

const tceValue: Explain = (text) => {
  const tce = hexOf(text);
  const may = permissionText(Number(tce & 3n));
  return { meaning: `TCE: page at real address 0x${(tce & ~0xfffn).toString(16)}, the device may ${may}` };
};

const busAddress: Explain = (text, facts) =>
  busMeaning(u64(hexOf(text)), facts, true) ?? { meaning: 'bus address that no window covers now' };

function busMeaning(value: U64, { functions }: LogFacts, low: boolean): Meaning | undefined {
  for (const { id, windows } of functions) {
    for (const { start, entries, pageShift, liobn: owner } of windows) {
      const index = (value - start) >> BigInt(pageShift);
      // A small number is as likely a real address as one in a window that begins at 0.
      if (value < start || index >= BigInt(entries) || (start === 0n && !low)) continue;
      return {
        meaning: `bus address in a window of ${id}: TCE ${index}`,
        link: { kind: 'tce', liobn: owner, ioba: value },
      };
    }
  }
  return undefined;
}

const H = '[0-9a-f]+';
const FORMS: readonly LineForm[] = [
  {
    pattern: new RegExp(
      `ibm,query-pe-dma-windows\\((?<token>${H})\\) (?<cfg>${H}) (?<hi>${H}) (?<lo>${H}) returned (?<rc>-?\\d+)(?:, lb=(?<lb>${H}) ps=(?<ps>${H}) wn=(?<wn>\\d+))?`,
      'd',
    ),
    groups: {
      token: say('RTAS token of ibm,query-pe-dma-window'),
      cfg: configAddress,
      hi: buidHalf,
      lo: buidHalf,
      rc: rtasStatus,
      lb: (text) => ({ meaning: `largest block: ${String(hexOf(text))} TCEs` }),
      ps: pageSizes,
      wn: (text) => ({ meaning: `windows that can still be created: ${text}` }),
    },
  },
  {
    pattern: new RegExp(
      `ibm,create-pe-dma-window\\((?<token>${H})\\) (?<cfg>${H}) (?<hi>${H}) (?<lo>${H}) (?<page>${H}) (?<window>${H}) returned (?<rc>-?\\d+)(?: \\(liobn = (?<liobn>0x${H}) starting addr = (?<hi2>${H}) (?<lo2>${H})\\))?`,
      'd',
    ),
    groups: {
      token: say('RTAS token of ibm,create-pe-dma-window'),
      cfg: configAddress,
      hi: buidHalf,
      lo: buidHalf,
      page: (text) => ({ meaning: `page shift: I/O pages of ${pageSizeName(Number(hexOf(text)))}` }),
      window: (text) => ({
        meaning: `window shift: a window of ${binarySizeText(2 ** Number(hexOf(text)))}`,
      }),
      rc: rtasStatus,
      liobn,
      hi2: windowStart,
      lo2: windowStart,
    },
  },
  {
    pattern: new RegExp(
      `ibm,reset-pe-dma-windows\\((?<token>${H})\\) (?:for Limited Addr Support: )?(?<cfg>${H}) (?<hi>${H}) (?<lo>${H})(?: ${H})? returned (?<rc>-?\\d+)`,
      'd',
    ),
    groups: {
      token: say('RTAS token of ibm,reset-pe-dma-windows'),
      cfg: configAddress,
      hi: buidHalf,
      lo: buidHalf,
      rc: rtasStatus,
    },
  },
  {
    pattern: new RegExp(
      `rtas returned (?<rc>-?\\d+) to ibm,remove-pe-dma-window\\((?<token>${H})\\) (?<liobn>${H})`,
      'd',
    ),
    groups: { rc: rtasStatus, token: say('RTAS token of ibm,remove-pe-dma-window'), liobn },
  },
  { pattern: new RegExp(`LIOBN (?<liobn>0x${H})`, 'd'), groups: { liobn } },
  { pattern: new RegExp(`^\\tindex +?= (?<liobn>0x${H})`, 'd'), groups: { liobn } },
  {
    pattern: new RegExp(`^\\ttcenum +?= (?<tcenum>0x${H})`, 'd'),
    groups: {
      tcenum: (text) => ({
        meaning: `number of the TCE, counted from bus address 0: ${String(hexOf(text))}`,
      }),
    },
  },
  { pattern: new RegExp(`^\\ttce(?:\\[0\\])? val *= (?<tce>0x${H})`, 'd'), groups: { tce: tceValue } },
  { pattern: new RegExp(`dma_addr +?= (?<bus>0x${H})`, 'd'), groups: { bus: busAddress } },
  {
    pattern: new RegExp(`npages +?= (?<pages>0x${H})`, 'd'),
    groups: { pages: (text) => ({ meaning: `${String(hexOf(text))} I/O pages` }) },
  },
  {
    pattern: new RegExp(`(?:direct DMA at offset|limited by) (?<bus>${H})$`, 'd'),
    groups: { bus: busAddress },
  },
  {
    pattern: new RegExp(`mask:? (?<mask>(?:0x)?${H}), table offset:? (?<offset>(?:0x)?${H})`, 'd'),
    groups: {
      mask: (text) => maskMeaning(hexOf(text)) ?? { meaning: 'DMA mask' },
      offset: (text) => ({ meaning: `the table begins at I/O page ${String(hexOf(text))}` }),
    },
  },
  {
    pattern: /plpar_tce_(?:put|get|stuff) failed\. rc=(?<rc>-?\d+)/d,
    groups: { rc: hcallStatus },
  },
  { pattern: /^\trc +?= (?<rc>-?\d+)/d, groups: { rc: hcallStatus } },
  { pattern: /(?:err(?:no)?[:=]? ?|error |: |rc=)(?<errno>-\d+)\b/d, groups: { errno } },
  { pattern: /(?<path>\/(?:pci|vdevice|memory)[\w@,.\-/]*)/d, groups: { path: (text) => nodeMeaning(text) } },
  {
    pattern: /\b(?<fn>[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\b/d,
    groups: {
      fn: (text, { functions }) => {
        const owner = functions.find((f) => f.fn === text);
        return owner && { meaning: `the function ${owner.id}`, link: { kind: 'function', id: owner.id } };
      },
    },
  },
];

const nodeMeaning = (path: string): Meaning => ({
  meaning: 'a node of the device tree',
  link: { kind: 'node', path },
});

function maskMeaning(value: bigint): Meaning | undefined {
  const bits = value.toString(2);
  return /^1{8,}$/.test(bits) ? { meaning: `DMA mask of ${bits.length} bits` } : undefined;
}

/** A 0x number that no form of line explains. */
function plainMeaning(text: string, facts: LogFacts): Meaning {
  const value = u64(hexOf(text));
  const mask = maskMeaning(value);
  if (mask !== undefined) return mask;
  const owner = facts.functions.find((f) => f.buid === value);
  if (owner !== undefined)
    return { meaning: `BUID of the PHB of ${owner.id}`, link: { kind: 'function', id: owner.id } };
  if (value <= 0xffff_ffffn && value > 0xffffn) {
    const asLiobn = liobnMeaning(Number(value), facts);
    if (asLiobn.link !== undefined) return asLiobn;
  }
  const bus = busMeaning(value, facts, false);
  if (bus !== undefined) return bus;
  const size = value >= 1024n ? `, ${binarySizeText(Number(value))} if it is a size` : '';
  const where = value < BigInt(facts.ramBytes) ? ', within memory if it is a real address' : '';
  return { meaning: `decimal ${String(value)}${size}${where}` };
}

/** The numbers and names of a line that mean something, in order; none overlaps another. */
export function logTokens(text: string, facts: LogFacts): readonly LogToken[] {
  const tokens: LogToken[] = [];
  const free = (from: number, to: number): boolean =>
    tokens.every((token) => to <= token.from || from >= token.to);
  const own = ownFirst(text, facts);
  for (const { pattern, groups } of FORMS) {
    const match = pattern.exec(text);
    const places = match?.indices?.groups;
    const values = match?.groups;
    if (places === undefined || values === undefined) continue;
    for (const [name, explain] of Object.entries(groups)) {
      const place = places[name];
      const value = values[name];
      if (place === undefined || value === undefined || !free(...place)) continue;
      const meaning = explain(value, own, values);
      if (meaning !== undefined) tokens.push({ from: place[0], to: place[1], ...meaning });
    }
  }
  for (const { 0: number, index } of text.matchAll(/\b0x[0-9a-f]{1,16}\b/gi))
    if (free(index, index + number.length))
      tokens.push({ from: index, to: index + number.length, ...plainMeaning(number, own) });
  return tokens.sort((a, b) => a.from - b.from);
}

/** The function that the line names comes first: all of them have a window at 2^59. */
function ownFirst(text: string, facts: LogFacts): LogFacts {
  const fn = /[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/.exec(text)?.[0];
  const named = facts.functions.find((f) => f.fn === fn);
  if (named === undefined) return facts;
  return { ...facts, functions: [named, ...facts.functions.filter((f) => f !== named)] };
}
