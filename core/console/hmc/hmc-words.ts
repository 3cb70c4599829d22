// How a line of the HMC's command language is put together: verb, options, and one `-a` with attributes, quoted as HMCs take it
// (captures: a pair whose value has commas is quoted as a whole).

export interface HmcLine {
  readonly verb: string;
  /** In this order: `['-r', 'sriov']`, `['--rsubtype', 'logport']`. */
  readonly options: readonly (readonly [string, string])[];
  readonly attributes?: Readonly<Record<string, string>>;
}

const SIMPLE = /^[\w.:/=+@-]+$/;

/** An argument as a shell takes it. */
const argument = (text: string): string => (SIMPLE.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** `capacity=2.0`; with commas in the value, the whole pair in quotes. */
const pair = ([name, value]: readonly [string, string]): string =>
  value.includes(',') ? `"${name}=${value}"` : `${name}=${value}`;

export function hmcText({ verb, options, attributes }: HmcLine): string {
  const words = options.flatMap(([name, value]) => (value === '' ? [name] : [name, argument(value)]));
  if (attributes === undefined) return [verb, ...words].join(' ');
  const pairs = Object.entries(attributes).map(pair);
  const list = pairs.join(',');
  const quoted = list.includes('"') ? argument(list) : `"${list}"`;
  return [verb, ...words, '-a', quoted].join(' ');
}
