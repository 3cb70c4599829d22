import { describe, expect, it } from 'vitest';
import { parseScript } from '../console/lab-shell/parse.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { runLine } from './run-line.ts';
import { Session } from './session.ts';

function fresh(): Session {
  const session = Session.create(DEFAULT_LPAR);
  if (!session.ok) throw new Error(session.error.message);
  return session.value;
}

/** What each line shows; an error as its message. */
function shown(session: Session, script: string): string[] {
  const lines = parseScript(script);
  if (!lines.ok) throw new Error(lines.error.message);
  return lines.value.map((line) => {
    const run = runLine(session, line);
    for (;;) {
      const next = run.next();
      if (next.done === true) return next.value.ok ? next.value.value : next.value.error.message;
      session.advance(1);
    }
  });
}

describe('lines carried out on a session', () => {
  it('a boot is done when the next line begins', () => {
    expect(shown(fresh(), 'vf add 2 --device nvme; boot; show functions')).toEqual([
      '',
      '',
      [
        'id   function      device  slot      state  driver  DMA       mask  TCEs of block  in use',
        'vf0  4000:01:00.0  nvme    sriov-vf  bound  nvme    indirect    64      4,194,304       6',
        'vf1  4001:01:00.0  nvme    sriov-vf  bound  nvme    indirect    64      4,194,304       6',
      ].join('\n'),
    ]);
  });

  it('I/O goes on beside the lines, until time passes', () => {
    const session = fresh();
    shown(session, 'vf add 2 --device nvme; boot; io start vf0 --count 50; io start vf1 --count 20');
    const before = shown(session, 'show status')[0];
    expect(before).toContain('vf0: 0 requests');
    const after = shown(session, 'run until idle; show status')[1];
    expect(after).toContain('vf0: 50 requests, 3,276,800 bytes, 0 failed, 0 corrupted');
    expect(after).toContain('vf1: 20 requests, 1,310,720 bytes, 0 failed, 0 corrupted');
  });

  it('endless I/O is not waited for: it is run for a time, then stopped', () => {
    const session = fresh();
    const lines =
      'vf add --device nvme; boot; io start vf0 --count 0; run until idle; run 5ms; io stop vf0; run until idle';
    const [, , , refused, ...rest] = shown(session, lines);
    expect(refused).toBe('line 1: I/O with --count 0 never ends by itself');
    expect(rest).toEqual(['', '', '']);
    expect(session.idle).toBe(true);
  });

  it('a refused command names its line, and the lines before it stay done', () => {
    const session = fresh();
    expect(shown(session, 'boot\nio start vf0')).toEqual(['', 'line 2: there is no function "vf0"']);
  });

  it('set changes the configuration while the machine is off', () => {
    const session = fresh();
    expect(shown(session, 'set memory 32G; set kernel 5.13; boot; set memory 64G')).toEqual([
      '',
      '',
      '',
      'line 1: the configuration changes only while the machine is off',
    ]);
    const config = session.query({ ask: 'config' });
    expect(config.ok && [config.value.memoryBytes, config.value.kernel]).toEqual([2 ** 35, '5.13']);
  });

  it('run N steps runs as many', () => {
    const session = fresh();
    session.dispatch({ do: 'vf-add', count: 1, device: 'nvme' });
    session.dispatch({ do: 'boot' });
    shown(session, 'run 3 steps');
    expect(session.steps).toBe(3);
  });

  it('the same lines give the same trace however they are given', () => {
    const one = fresh();
    shown(
      one,
      'vf add --device nvme; boot; io start vf0 --count 30; run 1ms; vf add --device nvme; run until idle',
    );
    const other = fresh();
    for (const line of [
      'vf add --device nvme',
      'boot',
      'io start vf0 --count 30',
      'run 1ms',
      'vf add --device nvme',
      'run until idle',
    ]) {
      shown(other, line);
    }
    expect(other.save()).toEqual(one.save());
  });
});

describe('what show shows', () => {
  const session = fresh();
  shown(session, 'vf add --device nvme; boot');

  it('windows: the default one that was removed, and the dynamic one', () => {
    expect(shown(session, 'show windows vf0')[0]?.split('\n')).toEqual([
      'function  liobn       start               size  page       TCEs  in use  window             use',
      'vf0       0x60004000  0x0000000000000000    2G    4K    524,288       0  default (removed)  none',
      'vf0       0x70004000  0x0800000000000000  256G   64K  4,194,304       6  DDW                indirect',
    ]);
  });

  it('tces: the first entries in use, or all from an index', () => {
    const [used, from] = shown(session, 'show tces vf0 --count 2; show tces 0x70004000 --index 15 --count 2');
    expect(
      used
        ?.split('\n')
        .slice(0, 3)
        .map((line) => line.slice(0, 58)),
    ).toEqual([
      'window 0x70004000 of vf0: 6 of 4,194,304 TCEs in use',
      'index  ioba                tce                 perm',
      '    0  0x0800000000000000  0x0000000002010003  rw',
    ]);
    expect(from?.split('\n')[2]).toBe('   15  0x08000000000f0000  0x0000000000000000  --');
  });

  it('plan: why, with the numbers compared', () => {
    const plan = shown(session, 'show plan vf0')[0] ?? '';
    expect(plan.split('\n')[0]).toBe('vf0 4000:01:00.0: indirect');
    expect(plan).toContain('[4,194,304 TCEs available >= 8,388,608 TCEs needed: no]');
  });

  it('dmesg, the device tree, and JSON of it all', () => {
    expect(shown(session, 'show dmesg')[0]).toContain(
      'nvme 4000:01:00.0: ibm,create-pe-dma-window(54) 10000 8000000 29004000 10 26 returned 0',
    );
    expect(shown(session, 'show dt /pci@')[0]).toMatch(/linux,dma64-ddr-window-info +70004000 /);
    const json: unknown = JSON.parse(shown(session, 'show windows --json')[0] ?? '');
    expect(json).toMatchObject([
      { isDefault: true, active: false },
      { liobn: 0x70004000, start: '0x800000000000000', use: 'indirect' },
    ]);
  });

  it('every topic has an answer', () => {
    const topics = [
      'status',
      'functions',
      'windows',
      'plan',
      'verdict',
      'dmesg',
      'dt',
      'config',
      'profiles',
      'kernels',
    ];
    for (const topic of topics) {
      expect(shown(session, `show ${topic}`)[0]?.length, topic).toBeGreaterThan(20);
      expect(() => JSON.parse(shown(session, `show ${topic} --json`)[0] ?? ''), topic).not.toThrow();
    }
  });

  it('kernels: each in a row, then each in a sentence', () => {
    const lines = shown(session, 'show kernels')[0]?.split('\n') ?? [];
    const blank = lines.indexOf('');
    expect(lines[1]).toMatch(/^4\.19 +Linux 4\.19: .* G0 +4K, 64K$/);
    expect(lines.slice(blank + 1).map((line) => line.split(':')[0])).toEqual(
      lines.slice(1, blank).map((line) => line.split(' ')[0]),
    );
    const kernels = session.query({ ask: 'kernels' });
    const facts = kernels.ok ? kernels.value.find((kernel) => kernel.id === '5.17')?.values : [];
    expect(facts).toContainEqual({
      path: 'inUseCheck',
      value: 'buggy',
      grade: 'documented',
      source: 'C7 (d80f6de9d601) came with 6.0',
    });
  });

  it.each([
    ['show windows vf7', 'line 1: there is no function "vf7"'],
    ['show plan vf7', 'line 1: there is nothing to show of "vf7"'],
    ['show tces', 'line 1: show tces needs a function or a LIOBN'],
    ['show tces 0x1234', 'line 1: there is no window 0x1234 now'],
    ['show dt /nowhere', 'line 1: no node of the device tree begins with /nowhere'],
  ])('%s: says what is not there', (line, message) => {
    expect(shown(session, line)).toEqual([message]);
  });
});
