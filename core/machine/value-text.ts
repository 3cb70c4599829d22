// A profile's value as a person reads it: addresses in hex, big numbers grouped, rules as field=value.

import { hex } from '../base/u64.ts';

export function valueText(value: unknown): string {
  if (typeof value === 'bigint') return hex(value);
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name}=${valueText(part)}`)
    .join(' ');
}

function numberText(value: number): string {
  return Number.isInteger(value) && value >= 4096 ? `${value} (${hex(value)})` : String(value);
}
