// Numbers as a person reads them. Never localised: a trace and its picture must say the same everywhere.

/** 4194304 -> "4,194,304". */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** "64 GiB", "1.25 GiB", "512 bytes": at most two decimals, rounded; exact for powers of two. */
export function sizeWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${String(Math.round(value * 100) / 100)} ${UNITS[unit] ?? ''}`;
}

/** "6.2 k", "1.4 M": three digits at most, for figures that change fast. */
export function roughly(value: number): string {
  if (value < 1000) return String(Math.round(value));
  const [scale, unit] = value < 1e6 ? [1e3, 'k'] : value < 1e9 ? [1e6, 'M'] : [1e9, 'G'];
  const scaled = value / scale;
  return `${scaled < 10 ? scaled.toFixed(1) : String(Math.round(scaled))} ${unit}`;
}

/** Virtual time: "1.204 s", "12.3 ms", "0 s". */
export function timeWords(ns: number): string {
  if (ns >= 1e9) return `${(ns / 1e9).toFixed(3)} s`;
  if (ns >= 1e6) return `${(ns / 1e6).toFixed(3)} ms`;
  if (ns >= 1e3) return `${(ns / 1e3).toFixed(1)} µs`;
  return ns === 0 ? '0 s' : `${ns} ns`;
}

/** "1 window", "2 windows". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** 0.0003 -> "0.03 %", 0.5 -> "50 %"; never "0 %" for something. */
export function percent(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const value = (part / whole) * 100;
  if (value < 0.01) return '< 0.01 %';
  return `${value < 10 ? String(Math.round(value * 100) / 100) : String(Math.round(value))} %`;
}
