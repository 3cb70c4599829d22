import { describe, expect, it } from 'vitest';
import { readLabText } from './lab-text.ts';

const problemOf = (text: string): string => {
  const read = readLabText(text);
  return read.ok ? 'none' : read.error.message;
};

describe('the text of a lab', () => {
  it('is a head of plain texts, and prose', () => {
    const read = readLabText('---\nkernel: 5.10\nlist: [no, 0x10, ~]\nempty:\n---\nText.\n');
    expect(read.ok && [read.value.head, read.value.prose]).toEqual([
      { kernel: '5.10', list: ['no', '0x10', '~'], empty: '' },
      'Text.\n',
    ]);
  });

  it('knows the line of each value, and of a line of the prose', () => {
    const read = readLabText(
      '---\na: 1\nsteps:\n  - id: x\n    why: |\n      one\n      two\n  - id: y\n---\nText.\nMore.\n',
    );
    const lines = [
      ['a'],
      ['steps'],
      ['steps', 0],
      ['steps', 0, 'why'],
      ['steps', 1, 'id'],
      ['steps', 1, 'title'],
      [],
    ].map((path) => read.ok && read.value.lineOf({ path, message: '' }));
    expect(lines).toEqual([2, 3, 4, 5, 8, 8, 2]);
    expect(read.ok && read.value.lineOf({ path: [], proseLine: 2, message: '' })).toBe(11);
  });

  it.each([
    ['', 'line 1: the file does not begin with a head'],
    ['# Title\n', 'line 1: the file does not begin with a head'],
    ['---\na: 1\n', 'line 3: the head has no end'],
    ['---\na: 1\na: 2\n---\n', 'line 3: the head is no YAML: map keys must be unique'],
    [
      '---\na: [1\n---\n',
      'line 2: the head is no YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['---\na: &x 1\n---\n', 'line 2: the head has an anchor (&name)'],
    ['---\nb: 1\na: *x\n---\n', 'line 3: the head has an alias (*name)'],
    [
      '---\na: !!js/function x\n---\n',
      'line 2: the head is no YAML: unresolved tag: tag:yaml.org,2002:js/function',
    ],
    ['---\n? [a]\n: 1\n---\n', 'line 2: a name of a field must be a word'],
    [`---\na: ${'['.repeat(40)}${']'.repeat(40)}\n---\n`, 'line 2: the head is nested too deeply'],
    [`---\na: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n---\n`, 'line 1: the head is nested too deeply'],
    [`---\na: ${'x'.repeat(60_000)}\n---\n`, 'line 1: the head has 60003 characters, more than 60000'],
    ['x'.repeat(200_001), 'line 1: the file has 200001 characters, more than 200000'],
  ])('%# of what is refused names its line', (text, message) => {
    expect(problemOf(text)).toBe(message);
  });
});
