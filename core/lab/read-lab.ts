// From the head of a lab.md (plain data) and its text to a lab. What is wrong is named with its path; a host knows the line of each path.

import { compileFilter } from '../trace/filter/compile.ts';
import type { Filter } from '../trace/filter/compile.ts';
import type { NameLookup } from '../trace/names.ts';
import { readCondition } from './condition.ts';
import type { Condition } from './condition.ts';
import { checkJson, isObject, name } from './json-schema.ts';
import type { LabProblem } from './json-schema.ts';
import { LAB_SCHEMA } from './lab-schema.ts';
import type { CheckTest, Lab, LabCheck, LabStep, Scope } from './lab.ts';
import { hasControls, readProse } from './prose.ts';
import type { Prose } from './prose.ts';
import { ASKABLE, readQueryPath } from './query-path.ts';
import { chooseValues, placeValues, unknownVariable } from './variables.ts';
import type { Values } from './variables.ts';

export type LabResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: LabProblem };

type Path = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

/** Thrown inside this file only: reading is nested, and the first problem ends it. */
class Refused {
  readonly problem: LabProblem;
  constructor(problem: LabProblem) {
    this.problem = problem;
  }
}

/**
 * A lab for one seed. `names` is what filters know functions by: the lookup of the trace that will be checked; it may learn later.
 * Problems: unknown fields, wrong types, huge values, filters and paths that cannot be read, headings that do not fit the steps.
 */
export function readLab(head: unknown, text: string, seed: number, names?: NameLookup): LabResult<Lab> {
  const bad = checkJson(LAB_SCHEMA, head, []);
  if (bad !== undefined) return { ok: false, error: bad };
  try {
    return { ok: true, value: new LabReader(seed, names).lab(head as Fields, text) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, error: error.problem };
    throw error;
  }
}

class LabReader {
  private values: Values = new Map();
  private readonly seed: number;
  private readonly names: NameLookup | undefined;

  constructor(seed: number, names: NameLookup | undefined) {
    this.seed = seed;
    this.names = names;
  }

  lab(head: Fields, text: string): Lab {
    this.values = this.chosen(head['variables']);
    const titles = entriesOf(head['steps']).map((step, at) => this.text(step, 'title', ['steps', at]));
    const unknown = unknownVariable(text, this.values);
    if (unknown !== undefined)
      this.refuse([], noVariable(unknown), 'name it under variables', lineOf(text, unknown));
    const prose = readProse(placeValues(text, this.values), titles);
    if (!prose.ok) throw new Refused(prose.error);
    const steps = this.steps(head, prose.value);
    return {
      title: this.text(head, 'title', []),
      goal: this.text(head, 'goal', []),
      minutes: Number(head['minutes']),
      needs: this.texts(head, 'needs'),
      machine: this.machine(head['machine']),
      setup: this.texts(head, 'setup'),
      seed: this.seed,
      values: this.values,
      locks: this.texts(head, 'locks'),
      intro: prose.value.intro,
      outro: prose.value.outro,
      steps,
      sources: entriesOf(head['sources']).map((source, at) => ({
        what: this.text(source, 'what', ['sources', at]),
        where: this.text(source, 'where', ['sources', at]),
      })),
    };
  }

  private refuse(path: Path, message: string, hint?: string, proseLine?: number): never {
    throw new Refused({
      path,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(proseLine === undefined ? {} : { proseLine }),
    });
  }

  private chosen(variables: unknown): Values {
    const pools = Object.entries(isObject(variables) ? variables : {});
    for (const [variable] of pools) {
      if (/^[a-z][a-z0-9-]{0,39}$/.test(variable)) continue;
      this.refuse(['variables', variable], `"${variable}" is no name of a variable`, 'write small letters');
    }
    const texts = pools.map(([variable, pool]) => [variable, (pool as unknown[]).map(String)] as const);
    return chooseValues(texts, this.seed);
  }

  private machine(machine: unknown): readonly (readonly [string, string])[] {
    return Object.entries(isObject(machine) ? machine : {}).map(
      ([setting, value]) => [setting, this.placed(String(value), ['machine', setting])] as const,
    );
  }

  private placed(text: string, path: Path): string {
    const unknown = unknownVariable(text, this.values);
    if (unknown !== undefined)
      this.refuse(path, `${name(path)}: ${noVariable(unknown)}`, 'name it under variables');
    if (hasControls(text)) this.refuse(path, `${name(path)} has a control character`, 'take it out');
    return placeValues(text, this.values);
  }

  private text(fields: Fields, field: string, path: Path): string {
    return this.placed(String(fields[field]).trim(), [...path, field]);
  }

  private texts(fields: Fields, field: string): readonly string[] {
    const list = Array.isArray(fields[field]) ? (fields[field] as unknown[]) : [];
    return list.map((text, at) => this.placed(String(text), [field, at]));
  }

  private steps(head: Fields, { sections }: Prose): readonly LabStep[] {
    const steps = entriesOf(head['steps']).map((step, at) =>
      this.step(step, sections[at] ?? '', ['steps', at]),
    );
    const seen = new Set<string>();
    for (const [at, { id, checks }] of steps.entries()) {
      if (seen.has(`step ${id}`)) this.refuse(['steps', at, 'id'], `there are two steps "${id}"`);
      seen.add(`step ${id}`);
      for (const [index, check] of checks.entries()) {
        if (seen.has(check.id)) {
          this.refuse(['steps', at, 'checks', index, 'id'], `there are two checks "${check.id}"`);
        }
        seen.add(check.id);
      }
    }
    return steps;
  }

  private step(fields: Fields, text: string, path: Path): LabStep {
    const hints = fields['hints'] as Fields;
    const hint = (field: string): string => this.text(hints, field, [...path, 'hints']);
    return {
      id: this.text(fields, 'id', path),
      title: this.text(fields, 'title', path),
      text,
      checks: entriesOf(fields['checks']).map((check, at) => this.check(check, [...path, 'checks', at])),
      hints: { nudge: hint('nudge'), concept: hint('concept'), command: hint('command') },
    };
  }

  private check(fields: Fields, path: Path): LabCheck {
    return {
      id: this.text(fields, 'id', path),
      say: this.text(fields, 'say', path),
      why: this.text(fields, 'why', path),
      points: Number(fields['points'] ?? 1),
      atEnd: fields['until'] === 'end' || 'never' in fields,
      test: this.test(fields, path),
    };
  }

  private test(fields: Fields, path: Path): CheckTest {
    const filter = (field: string): Filter => this.filter(this.text(fields, field, path), [...path, field]);
    if ('event' in fields) {
      const count = this.condition('count' in fields ? fields : { count: '>= 1' }, 'count', path);
      return { kind: 'event', event: filter('event'), count, ...this.scope(fields, path) };
    }
    if ('order' in fields)
      return { kind: 'order', order: this.order(fields, path), ...this.scope(fields, path) };
    if ('never' in fields) return { kind: 'never', never: filter('never'), ...this.scope(fields, path) };
    if ('query' in fields) return this.query(fields, path);
    if ('predict' in fields) {
      const is = this.condition(fields, 'is', path);
      const before = 'before' in fields ? { before: filter('before') } : {};
      return { kind: 'predict', predict: this.text(fields, 'predict', path), is, ...before };
    }
    const guess = this.text(fields, 'guess', path);
    const within = Number(fields['within'] ?? 0);
    return { kind: 'guess', guess, counts: filter('counts'), within, ...this.scope(fields, path) };
  }

  private order(fields: Fields, path: Path): readonly Filter[] {
    const texts = fields['order'] as readonly unknown[];
    return texts.map((text, at) => {
      const place = [...path, 'order', at];
      return this.filter(this.placed(String(text), place), place);
    });
  }

  private query(fields: Fields, path: Path): CheckTest {
    const read = readQueryPath(this.text(fields, 'query', path));
    if (read === undefined) {
      this.refuse(
        [...path, 'query'],
        `${name([...path, 'query'])} cannot be read`,
        `write such as windows[id=vf0].usedTces; it begins with one of ${ASKABLE.join(', ')}`,
      );
    }
    return { kind: 'query', path: read, is: this.condition(fields, 'is', path) };
  }

  private scope(fields: Fields, path: Path): Scope {
    const filter = (field: string): Filter => this.filter(this.text(fields, field, path), [...path, field]);
    return {
      ...('after' in fields ? { after: filter('after') } : {}),
      ...('before' in fields ? { before: filter('before') } : {}),
    };
  }

  private filter(text: string, path: Path): Filter {
    const filter = compileFilter(text, this.names);
    if (!filter.ok) this.refuse(path, `${name(path)}: ${filter.error.message}`, filter.error.hint);
    if (filter.value.text === '') this.refuse(path, `${name(path)} lets every event through`);
    return filter.value;
  }

  private condition(fields: Fields, field: string, path: Path): Condition {
    const text = this.text(fields, field, path);
    const condition = readCondition(text);
    if (condition === undefined) {
      this.refuse(
        [...path, field],
        `${name([...path, field])} "${text}" is no comparison`,
        'write such as ">= 1", "== 64K", "!= direct", "~ text", "in 1..5", "count == 2"',
      );
    }
    return condition;
  }
}

const noVariable = (variable: string): string => `there is no variable "${variable}"`;
const entriesOf = (list: unknown): readonly Fields[] => list as readonly Fields[];
const lineOf = (text: string, variable: string): number =>
  text.slice(0, text.indexOf(`\${${variable}}`)).split('\n').length;
