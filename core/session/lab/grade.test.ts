import { describe, expect, it } from 'vitest';
import { parseScript } from '../../console/lab-shell/parse.ts';
import { sessionText } from '../session-file.ts';
import type { SessionFile } from '../session-types.ts';
import { gradeAttempt } from './grade.ts';
import { LabWork } from './lab-work.ts';
import { openLab } from './open-lab.ts';
import type { LabSource } from './open-lab.ts';

const hints = { nudge: 'n', concept: 'c', command: 'boot' };
const words = { say: 's', why: 'w' };
const source: LabSource = {
  id: '01-part/01-lab',
  hash: '0123456789abcdef',
  prose: '## Boot\n\n## Work\n',
  head: {
    lab: 1,
    title: 'T',
    goal: 'G',
    minutes: 5,
    machine: { memory: '4G', 'min-memory': '1G', 'max-memory': '4G' },
    setup: ['vf add 1 --device nvme'],
    locks: ['inject', 'set kernel'],
    steps: [
      {
        id: 'boot',
        title: 'Boot',
        hints,
        checks: [
          {
            id: 'order',
            order: ['call == ibm,query-pe-dma-window', 'call == ibm,create-pe-dma-window'],
            ...words,
          },
          { id: 'direct', query: 'functions[id=vf0].mode', is: '== direct', points: 3, ...words },
        ],
      },
      {
        id: 'work',
        title: 'Work',
        hints,
        checks: [
          { id: 'io', event: 'line ~ "io start vf0"', count: '== 1', ...words },
          { id: 'no-map', after: 'line ~ "io start"', never: 'who == vf0 and is:map', ...words },
          { id: 'guess', guess: 'created', counts: 'call == ibm,create-pe-dma-window', ...words },
          { id: 'off', query: 'status.state', is: '== off', until: 'end', ...words },
        ],
      },
    ],
    sources: [{ what: 'w', where: 'x' }],
  },
};

function attempt(lines: string): SessionFile {
  const open = openLab(source, 7);
  if (!open.ok) throw new Error(open.error.message);
  const work = LabWork.begin(open.value);
  const script = parseScript(lines);
  if (!work.ok || !script.ok) throw new Error('the lab or its lines cannot be read');
  for (const line of script.value) {
    const done = work.value.do(line);
    if (!done.ok) throw new Error(done.error.message);
  }
  work.value.finish();
  return work.value.attempt('Ada', '1.0');
}

const grade = (
  file: SessionFile | string,
  program = '1.0',
  labs = [source],
): ReturnType<typeof gradeAttempt> =>
  gradeAttempt(
    typeof file === 'string' ? file : sessionText(file),
    (id) => labs.find((lab) => lab.id === id),
    program,
  );

const solution = 'predict created 1; boot; io start vf0 --count 5; run until idle; shutdown';

describe('an attempt', () => {
  it('that solves the lab has all points, though its state has changed since', () => {
    const { verdict, score, stamp } = grade(attempt(solution));
    expect({ verdict, score }).toEqual({ verdict: 'graded', score: { points: 8, most: 8, percent: 100 } });
    expect(stamp).toMatchObject({ id: '01-part/01-lab', seed: 7, learner: 'Ada' });
  });

  it('that does a part has the points of that part, and evidence', () => {
    const file = attempt('boot');
    const { score, checks } = grade(file);
    expect(score).toEqual({ points: 4, most: 8, percent: 50 });
    expect(checks.map(({ check, passed }) => [check, passed])).toEqual([
      ['order', true],
      ['direct', true],
      ['io', false],
      // Nothing was mapped, but nothing was done either.
      ['no-map', false],
      ['guess', false],
      ['off', false],
    ]);
    expect(checks[0]?.evidence).toHaveLength(2);
    expect(checks.at(-1)).toMatchObject({
      expected: 'status.state == off',
      got: 'running',
      say: 's',
      why: 'w',
    });
    expect(checks[4]?.got).toBe(
      'no prediction "created"; type: predict NAME NUMBER'.replace('NAME', 'created'),
    );
  });

  it('that maps where nothing may be mapped shows the rows', () => {
    const lines = 'boot; io start vf0 --count 1; tce set vf0 0x800000000000000 0x3';
    const check = grade(attempt(lines)).checks.find((row) => row.check === 'no-map');
    expect(check).toMatchObject({ passed: false, got: '1 event' });
    expect(check?.evidence).toHaveLength(1);
  });

  it('whose prediction comes too late has no point for it', () => {
    const check = grade(attempt('boot; predict created 1')).checks.find((row) => row.check === 'guess');
    expect(check?.passed).toBe(false);
  });

  it('that uses a locked line says which', () => {
    const { verdict, message } = grade(attempt('set kernel 5.13; boot'));
    expect([verdict, message]).toEqual(['locked-lines', 'it uses what the lab locks: set kernel 5.13']);
  });

  const good = attempt(solution);
  const { lab: stamp, ...session } = good;
  const edited = (change: Partial<SessionFile>): SessionFile => ({ ...good, ...change });
  const restamped = (change: Partial<NonNullable<typeof stamp>>): SessionFile =>
    stamp === undefined ? good : edited({ lab: { ...stamp, ...change } });

  it.each<[string, SessionFile | string, string]>([
    ['cut off', sessionText(good).slice(0, -100), 'damaged'],
    ['empty', '', 'damaged'],
    ['of a later format', sessionText(good).replace('"version": 1', '"version": 2'), 'foreign-version'],
    ['without a lab', session, 'not-an-attempt'],
    ['of a lab that is not here', restamped({ id: '01-part/09-other' }), 'unknown-lab'],
    ['of a lab that was changed', restamped({ hash: 'fedcba9876543210' }), 'other-lab-version'],
    ['whose hash was changed', edited({ traceHash: '0000000000000000' }), 'altered'],
    ['whose commands were taken out', edited({ commands: good.commands.slice(0, 2) }), 'altered'],
    ['on another machine', edited({ config: { ...good.config, kernel: '5.13' } }), 'altered'],
    ['without the setup', edited({ commands: good.commands.slice(1) }), 'altered'],
    ['without end', edited({ steps: Number.MAX_SAFE_INTEGER }), 'too-long'],
  ])('%s is not scored', (_what, file, verdict) => {
    const grades = grade(file);
    expect([grades.verdict, grades.score]).toEqual([verdict, undefined]);
  });

  it('of another version of the program that runs otherwise is foreign, not altered', () => {
    const { verdict, message } = grade(edited({ traceHash: '0000000000000000' }), '2.0');
    expect(verdict).toBe('foreign-version');
    expect(message).toBe('it was made with DDW Lab 1.0, this is 2.0, and it runs differently here');
  });
});
