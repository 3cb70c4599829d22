import { describe, expect, it } from 'vitest';
import { readLab } from './read-lab.ts';

const check = {
  id: 'asked',
  say: 'Linux asked',
  why: 'It must ask.',
  event: 'call == ibm,query-pe-dma-window',
};
const hints = { nudge: 'n', concept: 'c', command: 'boot' };
const step = { id: 'boot', title: 'Boot', checks: [check], hints };
const head = {
  lab: '1',
  title: 'T',
  goal: 'G',
  minutes: '5',
  machine: { kernel: '5.15' },
  steps: [step],
  sources: [{ what: 'w', where: 'x' }],
};
const text = 'Intro.\n\n## Boot\n\nType it.\n\n## After\n\nEnd.\n';

const withCheck = (fields: object): object => ({
  ...head,
  steps: [{ ...step, checks: [{ id: 'c', say: 's', why: 'w', ...fields }] }],
});

describe('a lab', () => {
  it('has its steps, each with the text below its heading', () => {
    const lab = readLab(head, text, 1);
    expect(lab).toMatchObject({
      ok: true,
      value: {
        title: 'T',
        minutes: 5,
        intro: 'Intro.',
        outro: '## After\n\nEnd.',
        machine: [['kernel', '5.15']],
      },
    });
    expect(lab.ok && lab.value.steps.map(({ id, text, checks }) => [id, text, checks[0]?.points])).toEqual([
      ['boot', 'Type it.', 1],
    ]);
  });

  it.each<[string, unknown, (string | number)[], string]>([
    ['a head that is a list', [], [], 'the lab must have fields, each as "name: value"'],
    ['no title', { ...head, title: undefined }, ['title'], 'title must be a text'],
    [
      'an unknown field',
      { ...head, script: 'x' },
      ['script'],
      'the lab has a field "script" that is not known',
    ],
    [
      'minutes that are a word',
      { ...head, minutes: 'ten' },
      ['minutes'],
      'minutes must be a whole number from 1 to 60',
    ],
    [
      'minutes without end',
      { ...head, minutes: '9'.repeat(30) },
      ['minutes'],
      'minutes must be a whole number from 1 to 60',
    ],
    [
      'a title of a page',
      { ...head, title: 'x'.repeat(101) },
      ['title'],
      'title has 101 characters, more than 100',
    ],
    ['no step', { ...head, steps: [] }, ['steps'], 'steps has 0 entries; it must have 1 to 20'],
    ['no source', { ...head, sources: [] }, ['sources'], 'sources has 0 entries; it must have 1 to 30'],
    [
      'a step without hints',
      { ...head, steps: [{ id: 'boot', title: 'Boot', checks: [check] }] },
      ['steps', 0],
      'steps[0] has no "hints"',
    ],
    [
      'an id with capitals',
      { ...head, steps: [{ ...step, id: 'Boot' }] },
      ['steps', 0, 'id'],
      'steps[0].id must be small letters, digits and single hyphens, such as "look-first", not "Boot"',
    ],
    [
      'two checks of one name',
      { ...head, steps: [{ ...step, checks: [check, check] }] },
      ['steps', 0, 'checks', 1, 'id'],
      'there are two checks "asked"',
    ],
    [
      'a check of no kind',
      withCheck({}),
      ['steps', 0, 'checks', 0],
      'steps[0].checks[0] must have one of event, order, never, query, predict, guess',
    ],
    [
      'a check of two kinds',
      withCheck({ event: 'x', never: 'y' }),
      ['steps', 0, 'checks', 0],
      'steps[0].checks[0] has event and never; a check is one of them',
    ],
    [
      'a filter with an unknown field',
      withCheck({ event: 'calll == H_PUT_TCE' }),
      ['steps', 0, 'checks', 0, 'event'],
      'steps[0].checks[0].event: column 1: there is no field "calll"',
    ],
    [
      'a filter in an order that cannot be read',
      withCheck({ order: ['kind == mark', 'ret =='] }),
      ['steps', 0, 'checks', 0, 'order', 1],
      'steps[0].checks[0].order[1]: column 7: a value is missing here',
    ],
    [
      'a filter of nothing',
      withCheck({ event: '()' }),
      ['steps', 0, 'checks', 0, 'event'],
      'steps[0].checks[0].event: column 2: ) cannot stand here',
    ],
    [
      'a path into nothing',
      withCheck({ query: 'secrets.key', is: '== 1' }),
      ['steps', 0, 'checks', 0, 'query'],
      'steps[0].checks[0].query cannot be read',
    ],
    [
      'a comparison without a value',
      withCheck({ query: 'status.state', is: '==' }),
      ['steps', 0, 'checks', 0, 'is'],
      'steps[0].checks[0].is "==" is no comparison',
    ],
    [
      'a variable that is not there',
      { ...head, goal: 'See ${max}.' },
      ['goal'],
      'goal: there is no variable "max"',
    ],
    ['an escape in a text', { ...head, goal: 'a\u001b[31m' }, ['goal'], 'goal has a control character'],
  ])('with %s is refused', (_what, value, path, message) => {
    const lab = readLab(value, text, 1);
    expect(lab.ok ? lab : { path: lab.error.path, message: lab.error.message }).toEqual({ path, message });
  });

  it.each([
    ['Intro.\n', 2, 'the text has no heading for the step "Boot"'],
    ['## Start\n', 1, 'the heading is "Start", the step is called "Boot"'],
    ['\n## Boot\n<script>alert(1)</script>\n', 3, 'the text has HTML'],
    ['## Boot\n\u001b]0;x\n', 2, 'the text has a control character'],
    ['## Boot\n${vfs} VFs\n', 2, 'there is no variable "vfs"'],
  ])('whose text is %j is refused at its line', (prose, proseLine, message) => {
    const lab = readLab(head, prose, 1);
    expect(lab.ok ? lab : [lab.error.proseLine, lab.error.message]).toEqual([proseLine, message]);
  });

  it('has other values for another seed, and the same for the same', () => {
    const varied = {
      ...head,
      variables: { max: ['64G', '128G', '512G', '1T'] },
      machine: { 'max-memory': '${max}' },
    };
    const maximum = (seed: number): string | undefined => {
      const lab = readLab(varied, text, seed);
      return lab.ok ? lab.value.machine[0]?.[1] : undefined;
    };
    const chosen = Array.from({ length: 20 }, (_, seed) => maximum(seed));
    expect(new Set(chosen)).toEqual(new Set(['64G', '128G', '512G', '1T']));
    expect(Array.from({ length: 20 }, (_, seed) => maximum(seed))).toEqual(chosen);
  });
});
