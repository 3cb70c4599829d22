// What the head of a lab.md may hold. Published as docs/lab.schema.json; docs/writing-labs.md teaches it.

import type { JsonSchema, ObjectSchema } from './json-schema.ts';

/** A text of at most so many characters. */
const text = (maxLength: number, description: string): JsonSchema => ({
  type: 'string',
  minLength: 1,
  maxLength,
  description,
});

const slug = (description: string): JsonSchema => ({
  type: 'string',
  minLength: 1,
  maxLength: 40,
  pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
  title: 'small letters, digits and single hyphens, such as "look-first"',
  description,
});

const scalar = (description: string): JsonSchema => ({
  type: ['string', 'number', 'boolean'],
  maxLength: 200,
  description,
});

const list = (items: JsonSchema, minItems: number, maxItems: number, description: string): JsonSchema => ({
  type: 'array',
  items,
  minItems,
  maxItems,
  description,
});

const filter = (description: string): JsonSchema => text(1000, description);
const condition = text(100, 'such as ">= 1", "== 4194304", "!= direct", "~ text", "in 1..5"');

const common: Readonly<Record<string, JsonSchema>> = {
  id: slug('a name of its own in the lab'),
  say: text(200, 'what the learner should have reached, as a sentence'),
  why: text(600, 'the reason, shown when the check fails'),
  points: { type: 'integer', minimum: 1, maximum: 100, description: 'weight in the score; 1 when absent' },
  until: {
    type: 'string',
    minLength: 1,
    maxLength: 3,
    enum: ['end'],
    description: 'end: it must hold when the attempt ends, not merely at some moment',
  },
};

const scope: Readonly<Record<string, JsonSchema>> = {
  after: filter('only events after the first that passes this filter'),
  before: filter('only events before the first (after `after`) that passes this filter'),
};

function kind(tags: readonly string[], fields: Readonly<Record<string, JsonSchema>>): ObjectSchema {
  return {
    type: 'object',
    required: [...tags, 'id', 'say', 'why'],
    properties: { ...fields, ...common },
    additionalProperties: false,
  };
}

const query = text(200, 'a path into an answer: windows[id=vf0,isDefault=true].usedTces');

const checkSchema: JsonSchema = {
  description: 'a predicate over the trace in time, over the state, or over a prediction',
  oneOf: [
    kind(['event'], {
      event: filter('events are counted that pass this filter'),
      count: condition,
      ...scope,
    }),
    kind(['order'], {
      order: list(filter('an event'), 2, 10, 'events that must follow one another; others may come between'),
      ...scope,
    }),
    kind(['never'], { never: filter('no event may pass this filter'), ...scope }),
    kind(['query', 'is'], { query, is: condition }),
    kind(['predict', 'is'], {
      predict: slug('the learner types: predict NAME NUMBER'),
      is: condition,
      before: filter('the last prediction before the first event that passes this filter counts'),
    }),
    kind(['guess', 'counts'], {
      guess: slug('the learner types: predict NAME NUMBER'),
      counts: filter('the right number is how many events pass this filter'),
      ...scope,
      within: { type: 'integer', minimum: 0, maximum: 100, description: 'percent that it may be off' },
    }),
  ],
};

const hints: JsonSchema = {
  type: 'object',
  description: 'a ladder: first a nudge, then the idea behind it, then what to type',
  required: ['nudge', 'concept', 'command'],
  properties: {
    nudge: text(400, 'where to look'),
    concept: text(800, 'the idea that is needed'),
    command: text(400, 'lines of the console'),
  },
  additionalProperties: false,
};

const step: ObjectSchema = {
  type: 'object',
  required: ['id', 'title', 'checks', 'hints'],
  properties: {
    id: slug('a name of its own; "# step: ID" in solution.cmds begins its lines'),
    title: text(100, 'the same as its heading (##) in the text below'),
    checks: list(checkSchema, 1, 20, 'what must be reached'),
    hints,
  },
  additionalProperties: false,
};

export const LAB_SCHEMA: ObjectSchema = {
  type: 'object',
  description: 'The head of a lab of DDW Lab',
  required: ['lab', 'title', 'goal', 'minutes', 'machine', 'steps', 'sources'],
  properties: {
    lab: { type: 'integer', minimum: 1, maximum: 1, description: 'version of this format' },
    title: text(100, 'as the list of labs shows it'),
    goal: text(300, 'what the learner can do or tell afterwards, as a sentence'),
    minutes: { type: 'integer', minimum: 1, maximum: 60, description: 'how long it takes' },
    needs: list(text(100, 'part/lab'), 0, 10, 'labs that should be done before'),
    machine: {
      type: 'object',
      description: 'settings as `set` takes them; what is absent is as in the default LPAR',
      required: [],
      properties: {},
      additionalProperties: scalar('a value of the setting'),
      maxProperties: 20,
    },
    setup: list(text(200, 'a line of the console'), 0, 50, 'carried out before the learner begins'),
    variables: {
      type: 'object',
      description: 'NAME: values of which the seed picks one; ${NAME} stands for it everywhere',
      required: [],
      properties: {},
      additionalProperties: list(scalar('a value'), 2, 50, 'values'),
      maxProperties: 20,
    },
    locks: list(text(60, 'how a line begins'), 0, 20, 'lines that the learner must not use: "set kernel"'),
    steps: list(step, 1, 20, 'in this order'),
    sources: list(
      {
        type: 'object',
        required: ['what', 'where'],
        properties: {
          what: text(300, 'what the lab claims'),
          where: text(300, 'document and section, or file and function'),
        },
        additionalProperties: false,
      },
      1,
      30,
      'where each claim comes from',
    ),
  },
  additionalProperties: false,
};

/** The text of docs/lab.schema.json. */
export function labSchemaText(): string {
  const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Head of a lab.md' };
  return `${JSON.stringify({ ...head, ...LAB_SCHEMA }, null, 2)}\n`;
}
