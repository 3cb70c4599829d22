import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openLab } from '../../core/index.ts';
import { readLabText } from './lab-text.ts';

const bits = fc.constantFrom(
  '---\n',
  'lab: 1\n',
  'steps:\n',
  '  - id: x\n',
  '- ',
  '? ',
  '&a ',
  '*a',
  '!!x ',
  '${v}',
  '[',
  '{',
  '|\n',
  '"',
  '## x\n',
  '\t',
  'é',
);

it('whatever the text, it is a lab or a sentence with a line inside the file', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(bits, fc.string({ maxLength: 5 })), { maxLength: 40 }), (parts) => {
      const text = `---\n${parts.join('')}`;
      const read = readLabText(text);
      if (!read.ok) return void expect(read.error.message).toMatch(/^line \d+: \S/);
      const open = openLab({ id: 'a/b', hash: '', head: read.value.head, prose: read.value.prose }, 1);
      if (open.ok) return;
      const line = read.value.lineOf(open.error);
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length);
    }),
    { numRuns: 300 },
  );
});
