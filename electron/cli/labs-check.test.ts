import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labSchemaText } from '../../core/index.ts';
import { main } from './command.ts';
import { checkCourse } from './labs-check.ts';
import { skeletonLab, SKELETON_SOLUTION } from './labs-new.ts';
import { memoryOutput } from './memory-output.ts';

let top = '';
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'ddw-labs-'));
});
afterAll(() => rm(top, { recursive: true, force: true }));

const LAB = skeletonLab('A lab');
let courses = 0;

/** A course of one lab, its files changed. */
async function course(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(top, `course${courses++}`);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

async function problemsIn(folder: string): Promise<readonly string[]> {
  const report = await checkCourse(folder);
  return report.ok ? report.value.problems : [report.error.message];
}

const problemsOf = async (lab: string, solution = SKELETON_SOLUTION): Promise<readonly string[]> =>
  problemsIn(await course({ '01-part/01-lab/lab.md': lab, '01-part/01-lab/solution.cmds': solution }));

const changed = (from: string, to: string): string => {
  expect(LAB).toContain(from);
  return LAB.replace(from, to);
};

describe('labs check', () => {
  it('finds nothing wrong with the skeleton', async () => {
    expect(await problemsOf(LAB)).toEqual([]);
  });

  const at = '01-part/01-lab';
  it.each<[string, () => [lab: string, solution?: string], string]>([
    [
      'a field that is not known',
      () => [changed('minutes: 10', 'minutes: 10\nscore: 5')],
      `${at}/lab.md: line 6: the lab has a field "score" that is not known`,
    ],
    [
      'no sources',
      () => [LAB.replace(/sources:[\s\S]*?---/, '---')],
      `${at}/lab.md: line 2: the lab has no "sources"`,
    ],
    [
      'no hints',
      () => [LAB.replace(/ {4}hints:[\s\S]*?sources/, 'sources')],
      `${at}/lab.md: line 14: steps[0] has no "hints"`,
    ],
    [
      'an empty hint',
      () => [
        changed(
          'concept: Linux makes the window when the driver of the VF asks for a 64-bit mask.',
          "concept: ''",
        ),
      ],
      `${at}/lab.md: line 32: steps[0].hints.concept is empty`,
    ],
    [
      'a hint that cannot be typed',
      () => [changed('command: boot', 'command: bot')],
      `${at}/lab.md: line 33: steps[0].hints.command: line 1, column 1: there is no command "bot"`,
    ],
    [
      'a setting that does not exist',
      () => [changed('memory: 64G', 'ram: 64G')],
      `${at}/lab.md: line 9: machine.ram: there is no setting "ram"`,
    ],
    [
      'a kernel that does not exist',
      () => [changed("'5.15'", "'5.99'")],
      `${at}/lab.md: line 6: machine: there is no kernel`,
    ],
    [
      'a setup that cannot be typed',
      () => [changed('vf add 1 --device nvme', 'vf ad 1')],
      `${at}/lab.md: line 12: setup[0]: line 1, column 4: "vf" is followed by something else`,
    ],
    [
      'a setup that is refused',
      () => [changed('vf add 1 --device nvme', 'vf rm 7')],
      `${at}: it cannot begin: line 1: there is no function "vf7"`,
    ],
    [
      'a heading that differs',
      () => [changed('## Boot', '## Start')],
      `${at}/lab.md: line 40: the heading is "Start", the step is called "Boot"`,
    ],
    [
      'a text that tells to type nonsense',
      () => [changed('```\nboot', '```\nbooot')],
      `${at}: the text tells to type what cannot be typed: line 1, column 1: there is no command "booot"`,
    ],
    [
      'a start that passes already',
      () => [
        changed('is: == indirect', 'is: "!= x"').replace(
          / {6}- id: asked-first[\s\S]*? {4}hints/,
          '    hints',
        ),
      ],
      `${at}: all checks pass before anything is done`,
    ],
    [
      'a solution that fails',
      () => [LAB, '# step: boot\nboot\nvf rm 7\n'],
      `${at}/solution.cmds: line 3 ("vf rm 7"): with seed 1 it fails: line 1: there is no function "vf7"`,
    ],
    [
      'a solution that does not pass',
      () => [LAB, '# step: boot\nshow windows\n'],
      `${at}: the check "indirect" of step "boot" fails after its lines of the solution, with seed 1: expected functions[id=vf0].mode == indirect, got none`,
    ],
    [
      'a line that nothing needs',
      () => [LAB, '# step: boot\nboot\nmark idle\n'],
      `${at}/solution.cmds: line 3 ("mark idle"): all checks pass without it; a check should need it, or it ends in # optional`,
    ],
    [
      'a solution without its step',
      () => [LAB, 'boot\n'],
      `${at}/solution.cmds: line 1: this line belongs to no step`,
    ],
    [
      'a step without a solution',
      () => [LAB, ''],
      `${at}/solution.cmds: line 1: the step "boot" has no solution`,
    ],
    [
      'a solution for another step',
      () => [LAB, '# step: look\nboot\n'],
      `${at}/solution.cmds: line 1: the step "look" does not come here`,
    ],
    [
      'a lab before it that does not exist',
      () => [changed('minutes: 10', 'minutes: 10\nneeds: [01-part/09-none]')],
      `${at}: it needs "01-part/09-none", which is no lab here`,
    ],
    [
      'a solution that ends well for one seed only',
      () => [
        changed('minutes: 10', 'minutes: 10\nvariables:\n  max: [64G, 512G]').replace(
          'max-memory: 512G',
          'max-memory: ${max}',
        ),
      ],
      'fails after its lines of the solution',
    ],
    [
      'bytes that are no text',
      () => [LAB.replace('A lab', 'A\u0000lab')],
      `${at}/lab.md: line 3: there is a control character`,
    ],
  ])('tells of %s', async (_what, make, problem) => {
    const [first, ...more] = await problemsOf(...make());
    expect(first).toContain(problem);
    expect(more).toEqual([]);
  });

  it('tells of files that are missing, stray or links, and of folders without numbers', async () => {
    const folder = await course({
      '01-part/01-lab/lab.md': LAB,
      '01-part/01-lab/notes.txt': '',
      'part/lab/lab.md': LAB,
      'part/lab/solution.cmds': SKELETON_SOLUTION,
      'README.md': '',
    });
    await symlink('/etc/hostname', join(folder, 'part', '02-link'));
    expect(await problemsIn(folder)).toEqual([
      '01-part/01-lab: "notes.txt" does not belong here',
      'README.md: a part is a folder named NN-words',
      'part: a part is a folder named NN-words',
      'part/02-link: a lab is a folder named NN-words',
      'part/lab: a lab is a folder named NN-words',
      '01-part/01-lab/solution.cmds cannot be read: there is no such file or folder (ENOENT)',
    ]);
  });
});

async function ddwLab(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const output = memoryOutput();
  const code = await main(args, output);
  return { code, out: output.stdout(), err: output.stderr() };
}

describe('ddw-lab labs and grade', () => {
  it('makes a skeleton that passes its own check, and no second one in its place', async () => {
    const labs = join(top, 'new');
    const made = await ddwLab('labs', 'new', '01-part/01-my-lab', 'My "lab": a try', '--labs', labs);
    expect(made.code).toBe(0);
    expect(await readdir(join(labs, '01-part/01-my-lab'))).toEqual(['lab.md', 'solution.cmds']);
    expect(await ddwLab('labs', 'check', labs)).toEqual({
      code: 0,
      out: 'labs: 1 checked, 0 problems\n',
      err: '',
    });
    expect((await ddwLab('labs', 'new', '01-part/01-my-lab', 'X', '--labs', labs)).code).toBe(2);
    expect((await ddwLab('labs', 'new', '../out', 'X', '--labs', labs)).err).toContain('is no name of a lab');
  });

  it('tries lines that speak of the variables of the lab, each seed with its own', async () => {
    const lab = LAB.replace('minutes: 10', 'minutes: 10\nvariables:\n  name: [first, second, third]').replace(
      'is: == indirect',
      'is: == indirect\n      - id: named\n        say: s\n        why: w\n        event: text == ${name}',
    );
    const labs = await course({ '01-part/01-lab/lab.md': lab, '01-part/01-lab/solution.cmds': '' });
    for (const seed of ['1', '2', '3']) {
      const { out } = await ddwLab(
        'labs',
        'try',
        '01-part/01-lab',
        'boot; mark ${name}',
        '--labs',
        labs,
        '--seed',
        seed,
      );
      expect(out).toContain('3 of 3 points');
    }
  });

  it('grades a folder of attempts into a class table, worst check first', async () => {
    const labs = await course({
      '01-part/01-lab/lab.md': LAB,
      '01-part/01-lab/solution.cmds': SKELETON_SOLUTION,
    });
    const attempts = await course({ 'broken.ddwrun': '{' });
    const attempt = (name: string, lines: string): Promise<{ readonly code: number }> =>
      ddwLab(
        'labs',
        'try',
        '01-part/01-lab',
        lines,
        '--labs',
        labs,
        '--name',
        name,
        '--save',
        join(attempts, `${name.length}.ddwrun`),
      );
    expect((await attempt('Ada', 'boot')).code).toBe(0);
    expect((await attempt('=cmd|x', 'set max-memory 64G; boot')).code).toBe(1);
    const { code, out } = await ddwLab('grade', attempts, '--labs', labs, '--csv');
    expect(code).toBe(0);
    expect(out.split('\r\n')).toEqual([
      'learner,lab,seed,verdict,points,most,percent,failed,file',
      'Ada,01-part/01-lab,1,graded,2,2,100,,3.ddwrun',
      "'=cmd|x,01-part/01-lab,1,graded,1,2,50,indirect,6.ddwrun",
      ',,,damaged,,,,,broken.ddwrun',
      '',
    ]);
    const json = JSON.parse((await ddwLab('grade', attempts, '--labs', labs, '--json')).out) as {
      readonly failures: unknown;
      readonly attempts: readonly { readonly checks: readonly { readonly evidence: readonly number[] }[] }[];
    };
    expect(json.failures).toEqual([{ lab: '01-part/01-lab', check: 'indirect', failed: 1, of: 2 }]);
    expect(json.attempts[0]?.checks[1]?.evidence).toHaveLength(2);
    expect((await ddwLab('grade', attempts, '--labs', labs)).out).toContain(
      'broken.ddwrun: the file is cut off or damaged',
    );
  });

  it.each([
    [['grade'], 'grade takes attempts'],
    [['grade', '/nowhere.ddwrun'], 'cannot be read: there is no such file'],
    [['labs'], 'labs takes: check [FOLDER]'],
    [['labs', 'try', '01-a/01-b', 'boot', '--seed', 'x'], '"x" is no seed'],
    [['labs', 'try', '01-a/01-b', 'boot'], '01-a/01-b/lab.md cannot be read'],
  ])('%j ends with a sentence', async (args, sentence) => {
    const { code, err } = await ddwLab(...args);
    expect([code, err]).toEqual([2, expect.stringContaining(sentence) as string]);
  });
});

it('docs/lab.schema.json is the schema that labs are checked by', async () => {
  const published = await readFile(join(import.meta.dirname, '../../docs/lab.schema.json'), 'utf8');
  expect(published).toBe(labSchemaText());
});
