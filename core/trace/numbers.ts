// Numbers as people read them in a trace: sizes, counts, virtual time, names of statuses.

import { returnCodeName } from '../abi/papr/hcall.ts';
import {
  RTAS_BUSY,
  RTAS_EXTENDED_DELAY_MAX,
  RTAS_EXTENDED_DELAY_MIN,
  RTAS_HARDWARE_ERROR,
  RTAS_PARAMETER_ERROR,
  RTAS_SUCCESS,
} from '../abi/papr/ddw.ts';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** "512 bytes", "64 KiB", "1.5 GiB": the largest unit that leaves 1 or more, one decimal when it is not whole. */
export function binarySizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = Number.isInteger(value) ? String(value) : value.toFixed(1);
  return `${digits} ${bytes === 1 ? 'byte' : (UNITS[unit] ?? '')}`;
}

/** "4,194,304": thousands apart, the same in every language. */
export function countText(count: number): string {
  const digits = String(Math.trunc(Math.abs(count)));
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return count < 0 ? `-${grouped}` : grouped;
}

/** "1 TCE", "512 TCEs". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** Seconds with all nine decimals: "1.203114160". */
export function timeText(timeNs: number): string {
  const seconds = Math.floor(timeNs / 1e9);
  return `${seconds}.${String(timeNs - seconds * 1e9).padStart(9, '0')}`;
}

/** "160 ns", "3.1 µs", "12.5 ms", "2 s": three digits are enough for a duration. */
export function roughDurationText(ns: number): string {
  const [value, unit] =
    ns < 1e3 ? [ns, 'ns'] : ns < 1e6 ? [ns / 1e3, 'µs'] : ns < 1e9 ? [ns / 1e6, 'ms'] : [ns / 1e9, 's'];
  return `${Number(value.toPrecision(3))} ${unit}`;
}

/** An hcall's status as text: "ok" for H_SUCCESS, else its name, else the number. */
export function statusText(ret: number): string {
  return ret === 0 ? 'ok' : returnCodeName(ret);
}

/** An RTAS status as text. */
export function rtasStatusText(status: number | undefined): string {
  if (status === undefined) return '…';
  if (status >= RTAS_EXTENDED_DELAY_MIN && status <= RTAS_EXTENDED_DELAY_MAX) {
    return `busy, again in ${roughDurationText(10 ** (status - RTAS_EXTENDED_DELAY_MIN) * 1e6)}`;
  }
  switch (status) {
    case RTAS_SUCCESS:
      return 'ok';
    case RTAS_HARDWARE_ERROR:
      return '-1 hardware error';
    case RTAS_BUSY:
      return 'busy';
    case RTAS_PARAMETER_ERROR:
      return '-3 parameter error';
    default:
      return String(status);
  }
}
