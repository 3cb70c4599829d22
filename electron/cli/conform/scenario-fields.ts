// Reading untrusted JSON: every wrong or missing field is one clear sentence that names its place.

import type { Result } from '../../../core/index.ts';
import { fail } from '../../../core/index.ts';

/** A recording that cannot be used. Thrown inside the reader only; readScenario() turns it into a Result. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** Runs a reader; its RecordingError becomes a failed Result. */
export function reading<T>(read: () => Result<T>): Result<T> {
  try {
    return read();
  } catch (error) {
    if (error instanceof RecordingError) return fail('bad-recording', error.message);
    throw error;
  }
}

export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RecordingError(`${where} is not JSON.`);
  }
}

/** An object of the recording, with its place for the messages. */
export class Fields {
  readonly where: string;
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new RecordingError(`${where} must be an object.`);
    this.where = where;
    this.values = value as Record<string, unknown>;
  }

  keys(): readonly string[] {
    return Object.keys(this.values);
  }

  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null;
  }

  raw(name: string): unknown {
    return this.values[name];
  }

  string(name: string): string {
    const value = this.values[name];
    if (typeof value !== 'string') this.wrong(name, 'a string');
    return value as string;
  }

  /** A safe integer. */
  integer(name: string): number {
    const value = this.values[name];
    if (!Number.isSafeInteger(value)) this.wrong(name, 'an integer');
    return value as number;
  }

  boolean(name: string): boolean {
    const value = this.values[name];
    if (typeof value !== 'boolean') this.wrong(name, 'true or false');
    return value as boolean;
  }

  /** "0x…" as a bigint. */
  hex(name: string): bigint {
    const value = this.values[name];
    if (typeof value !== 'string' || !/^0x[0-9a-f]{1,16}$/i.test(value))
      this.wrong(name, 'a hex string such as "0x1000"');
    return BigInt(value as string);
  }

  /** A count that is written either as a number or as "0x…". */
  count(name: string): number {
    return typeof this.values[name] === 'string' ? Number(this.hex(name)) : this.integer(name);
  }

  object(name: string): Fields {
    return new Fields(this.values[name], `${this.where}.${name}`);
  }

  objects(name: string): readonly Fields[] {
    return this.array(name).map((v, i) => new Fields(v, `${this.where}.${name}[${i}]`));
  }

  strings(name: string): readonly string[] {
    return this.array(name).map((v) => {
      if (typeof v !== 'string') this.wrong(name, 'a list of strings');
      return v as string;
    });
  }

  array(name: string): readonly unknown[] {
    const value = this.values[name];
    if (!Array.isArray(value)) this.wrong(name, 'a list');
    return value as unknown[];
  }

  private wrong(name: string, kind: string): never {
    throw new RecordingError(`${this.where}.${name} must be ${kind}.`);
  }
}
