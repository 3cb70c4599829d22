// The part of JSON Schema (2020-12) that the lab format needs: data that is published as it is (docs/lab.schema.json) and checked here.

/** Where in the head: keys and indexes from the top. `line` is set instead where a problem is in the prose. */
export interface LabProblem {
  readonly path: readonly (string | number)[];
  /** From 1, in the text below the head. */
  readonly proseLine?: number;
  readonly message: string;
  readonly hint?: string;
}

export type JsonSchema =
  | {
      readonly type: 'string';
      readonly description?: string;
      readonly minLength: number;
      readonly maxLength: number;
      readonly pattern?: string;
      /** What the pattern means, for people. */
      readonly title?: string;
      readonly enum?: readonly string[];
    }
  | {
      readonly type: 'integer';
      readonly description?: string;
      readonly minimum: number;
      readonly maximum: number;
    }
  /** What YAML would read as a number or a truth value is taken as the text that was written. */
  | {
      readonly type: readonly ['string', 'number', 'boolean'];
      readonly description?: string;
      readonly maxLength: number;
    }
  | {
      readonly type: 'array';
      readonly description?: string;
      readonly items: JsonSchema;
      readonly minItems: number;
      readonly maxItems: number;
    }
  | ObjectSchema
  /** Objects told apart by which of these fields they have: exactly one. */
  | { readonly description?: string; readonly oneOf: readonly ObjectSchema[] };

export interface ObjectSchema {
  readonly type: 'object';
  readonly description?: string;
  /** In a oneOf the first one tells this kind apart. */
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties: false | JsonSchema;
  readonly maxProperties?: number;
}

type Path = readonly (string | number)[];

const problem = (path: Path, message: string, hint?: string): LabProblem =>
  hint === undefined ? { path, message } : { path, message, hint };

/** The first thing that is wrong with the value, or nothing. */
export function checkJson(schema: JsonSchema, value: unknown, path: Path): LabProblem | undefined {
  if ('oneOf' in schema) return checkOneOf(schema.oneOf, value, path);
  switch (schema.type) {
    case 'string':
      return checkText(schema, value, path);
    case 'integer':
      return checkInteger(schema, value, path);
    case 'array':
      return checkList(schema, value, path);
    case 'object':
      return checkObject(schema, value, path);
    default:
      return checkScalar(schema.maxLength, value, path);
  }
}

function checkText(
  { minLength, maxLength, pattern, title, ...schema }: Extract<JsonSchema, { readonly type: 'string' }>,
  value: unknown,
  path: Path,
): LabProblem | undefined {
  if (typeof value !== 'string') return problem(path, `${name(path)} must be a text`);
  if (value.length > maxLength) {
    return problem(path, `${name(path)} has ${value.length} characters, more than ${maxLength}`);
  }
  if (value.trim().length < minLength) return problem(path, `${name(path)} is empty`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return problem(path, `${name(path)} cannot be "${short(value)}"`, `write ${schema.enum.join(' or ')}`);
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    return problem(path, `${name(path)} must be ${title ?? pattern}, not "${short(value)}"`);
  }
  return undefined;
}

function checkInteger(
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  value: unknown,
  path: Path,
): LabProblem | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  const fits = Number.isSafeInteger(number) && Number(number) >= minimum && Number(number) <= maximum;
  return fits
    ? undefined
    : problem(path, `${name(path)} must be a whole number from ${minimum} to ${maximum}`);
}

function checkScalar(maxLength: number, value: unknown, path: Path): LabProblem | undefined {
  if (typeof value === 'object' || value === undefined) {
    return problem(path, `${name(path)} must be one value, not a list or an object`);
  }
  const { length } = String(value);
  return length <= maxLength
    ? undefined
    : problem(path, `${name(path)} has ${length} characters, more than ${maxLength}`);
}

function checkList(
  schema: Extract<JsonSchema, { readonly type: 'array' }>,
  value: unknown,
  path: Path,
): LabProblem | undefined {
  if (!Array.isArray(value)) return problem(path, `${name(path)} must be a list`);
  const { length } = value;
  if (length < schema.minItems || length > schema.maxItems) {
    return problem(
      path,
      `${name(path)} has ${length} entries; it must have ${schema.minItems} to ${schema.maxItems}`,
    );
  }
  for (const [index, entry] of value.entries()) {
    const found = checkJson(schema.items, entry, [...path, index]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkObject(schema: ObjectSchema, value: unknown, path: Path): LabProblem | undefined {
  if (!isObject(value)) return problem(path, `${name(path)} must have fields, each as "name: value"`);
  const entries = Object.entries(value);
  if (schema.maxProperties !== undefined && entries.length > schema.maxProperties) {
    return problem(path, `${name(path)} has ${entries.length} fields, more than ${schema.maxProperties}`);
  }
  const missing = schema.required.find((field) => !Object.hasOwn(value, field));
  for (const [field, entry] of entries) {
    const known = Object.hasOwn(schema.properties, field) ? schema.properties[field] : undefined;
    const inner = known ?? (schema.additionalProperties === false ? undefined : schema.additionalProperties);
    if (inner === undefined) return unknownField(schema, field, path);
    const found = checkJson(inner, entry, [...path, field]);
    if (found !== undefined) return found;
  }
  return missing === undefined ? undefined : problem(path, `${name(path)} has no "${missing}"`);
}

function unknownField(schema: ObjectSchema, field: string, path: Path): LabProblem {
  return problem(
    [...path, field],
    `${name(path)} has a field "${short(field)}" that is not known`,
    `it may have: ${Object.keys(schema.properties).join(', ')}`,
  );
}

function checkOneOf(kinds: readonly ObjectSchema[], value: unknown, path: Path): LabProblem | undefined {
  const tags = kinds.map((kind) => kind.required[0] ?? '');
  if (!isObject(value)) return problem(path, `${name(path)} must have fields, each as "name: value"`);
  const [kind, second] = kinds.filter((one) => Object.hasOwn(value, one.required[0] ?? ''));
  if (kind === undefined) return problem(path, `${name(path)} must have one of ${tags.join(', ')}`);
  if (second !== undefined) {
    const both = [kind, second].map((one) => one.required[0] ?? '').join(' and ');
    return problem(path, `${name(path)} has ${both}; a check is one of them`);
  }
  return checkObject(kind, value, path);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `steps[0].checks[1].say`; the top is "the lab". */
export function name(path: Path): string {
  if (path.length === 0) return 'the lab';
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${short(part)}`))
    .join('');
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
