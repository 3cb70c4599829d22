import { describe, expect, it } from 'vitest';
import { Session } from '../session/session.ts';
import { DEFAULT_LPAR, defaultScenario } from '../session/default-scenario.ts';
import type { Command } from './commands.ts';
import type { MachineConfig } from './config.ts';
import type { MayAnswer } from './queries.ts';

const GIB = 2 ** 30;

function booted(config: MachineConfig): Session {
  const made = Session.create(config);
  if (!made.ok) throw new Error(made.error.message);
  made.value.dispatch({ do: 'boot' });
  while (!made.value.idle) made.value.advance(1000);
  return made.value;
}

function may(session: Session, command: Command): MayAnswer {
  const answer = session.query({ ask: 'may', commands: [command] });
  const one = answer.ok ? answer.value[0] : undefined;
  if (one === undefined) throw new Error('no answer');
  return one;
}

const small = (change: Partial<MachineConfig>): MachineConfig => ({
  ...defaultScenario(),
  minMemoryBytes: GIB,
  memoryBytes: 4 * GIB,
  maxMemoryBytes: 16 * GIB,
  ...change,
});

describe('what a command would do', () => {
  it('is said as a shell line, with the refusal that the command would meet', () => {
    const session = booted(small({}));
    const grow = { do: 'memory-add', bytes: 64 * GIB } as const;
    const told = may(session, grow);
    expect(told.line).toBe('mem add 64G');
    expect(told.refusal?.message).toBe('4G and 64G more are above the maximum memory of 16G');
    expect(session.dispatch(grow)).toEqual({ ok: false, error: told.refusal });
  });

  it('says nothing of a machine that is off but that it is off', () => {
    const made = Session.create(DEFAULT_LPAR);
    if (!made.ok) throw new Error(made.error.message);
    expect(may(made.value, { do: 'kexec' })).toEqual({
      line: 'kexec',
      refusal: { code: 'is-off', message: 'no guest runs', hint: 'type: boot' },
      effects: [],
    });
  });

  it('adding memory maps it in direct windows, and the count of TCEs comes true', () => {
    const session = booted(small({}));
    const used = (): number => {
      const answer = session.query({ ask: 'windows' });
      return answer.ok ? answer.value.reduce((sum, window) => sum + window.usedTces, 0) : 0;
    };
    const before = used();
    const command = { do: 'memory-add', bytes: GIB } as const;
    expect(may(session, command).effects).toEqual([
      'Linux maps the new 1G in 8 direct windows before it uses it: 131,072 TCEs in all.',
    ]);
    session.dispatch(command);
    while (!session.idle) session.advance(1000);
    expect(used() - before).toBe(131_072);
  });

  it.each([
    ['5.15', 'A mistake of this kernel: it also writes the range into 8 indirect windows'],
    ['6.12.107', '8 indirect windows are left alone'],
  ])('adding memory under %s with indirect windows: %s', (kernel, sentence) => {
    const session = booted({ ...defaultScenario(kernel), memoryBytes: 32 * GIB });
    expect(may(session, { do: 'memory-add', bytes: GIB }).effects).toContainEqual(
      expect.stringContaining(sentence),
    );
  });

  it('an addition beyond an indirect window is foretold to fail, and fails', () => {
    const session = booted({ ...defaultScenario('5.15'), memoryBytes: 384 * GIB });
    const command = { do: 'memory-add', bytes: GIB } as const;
    expect(may(session, command).effects.join(' ')).toContain('the memory is not added');
    session.dispatch(command);
    while (!session.idle) session.advance(1000);
    const config = session.query({ ask: 'config' });
    expect(config.ok && config.value.memoryBytes).toBe(384 * GIB);
  });

  it('kexec keeps windows, and an old kernel takes indirect ones for 1:1 maps', () => {
    const effects = (kernel: string): string =>
      may(booted(defaultScenario(kernel)), { do: 'kexec' }).effects.join(' ');
    expect(effects('6.1.176')).toContain('8 dynamic windows and what they map stay in the firmware.');
    expect(effects('6.1.176')).toContain('1:1 map');
    expect(effects('7.2.13')).not.toContain('1:1 map');
  });

  it('a crash kernel of 5.15 is not told of the windows, one of 6.12 is', () => {
    const effects = (kernel: string): string =>
      may(booted({ ...defaultScenario(kernel), bootArgs: ['crashkernel=768M'] }), {
        do: 'crash',
      }).effects.join(' ');
    expect(effects('5.15')).toContain('reaches no device behind them');
    expect(effects('6.12.107')).toContain('H_GET_TCE');
  });
});

describe('what can be made to fail', () => {
  it.each([
    ['powervm-p9', true],
    ['qemu-pseries', false],
  ])('on %s: calls that inject takes, statuses with their meaning', (profile, hasEeh) => {
    const made = Session.create({ ...DEFAULT_LPAR, profile, ...(hasEeh ? {} : { phbs: [] }) });
    if (!made.ok) throw new Error(made.error.message);
    const answer = made.value.query({ ask: 'fault-choices' });
    if (!answer.ok) throw new Error(answer.error.message);
    const { calls, hcallStatuses, rtasStatuses } = answer.value;
    expect(answer.value.hasEeh).toBe(hasEeh);
    expect(calls.map(({ name }) => name)).toContain('ibm,create-pe-dma-window');
    expect(hcallStatuses.find(({ code }) => code === -44)?.name).toBe('H_NOT_ENOUGH_RESOURCES');
    expect(rtasStatuses.find(({ code }) => code === 9902)?.meaning).toBe('busy, again in 100 ms');
    for (const { name } of calls) {
      const { refusal } = may(made.value, { do: 'inject', call: name, rc: -1, count: 1, skip: 0 });
      expect(refusal).toBeNull();
    }
  });
});
