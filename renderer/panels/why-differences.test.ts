import { describe, expect, it } from 'vitest';
import type { MachineConfig, PlanAnswer, PlanStep, Verdict } from '../../core/index.ts';
import { defaultScenario, Session } from '../../core/index.ts';
import { differencesOf } from './why-differences.ts';

const step = (where: string, left = '', holds = true): PlanStep => ({
  where,
  text: where,
  ...(left === '' ? {} : { compared: { left, op: '>', right: '0', holds } }),
});

describe('what was foretold, and what happened', () => {
  it('agree when every comparison agrees; more steps are no difference', () =>
    expect(
      differencesOf(
        { mode: 'direct', steps: [step('query_ddw', '1')] },
        { mode: 'direct', steps: [step('query_ddw', '1'), step('create_ddw')] },
      ),
    ).toEqual({ kind: 'as-foretold', steps: [] }));

  it('agree for a function that finds the window of its PE', () =>
    expect(
      differencesOf(
        { mode: 'indirect', steps: [step('query_ddw', '1'), step('enable_ddw', '5')] },
        { mode: 'indirect', steps: [step('find_existing_ddw')] },
      ).kind,
    ).toBe('as-foretold'));

  it('may end alike by other numbers', () => {
    const [foretold, happened] = [step('enable_ddw', '5'), step('enable_ddw', '4')];
    expect(
      differencesOf({ mode: 'direct', steps: [foretold] }, { mode: 'direct', steps: [happened] }),
    ).toEqual({ kind: 'other-numbers', steps: [{ foretold, happened }] });
  });

  it('the second query is held against the second query', () =>
    expect(
      differencesOf(
        { mode: 'direct', steps: [step('query_ddw', '0', false), step('query_ddw', '1')] },
        { mode: 'direct', steps: [step('query_ddw', '0', false), step('query_ddw', '1')] },
      ).kind,
    ).toBe('as-foretold'));

  it('part where the way ended differently', () => {
    const create = step('create_ddw');
    expect(
      differencesOf(
        { mode: 'indirect', steps: [step('query_ddw', '1'), create] },
        { mode: 'default', steps: [step('query_ddw', '1')] },
      ),
    ).toEqual({ kind: 'otherwise', steps: [{ foretold: create }] });
  });
});

function decided(config: MachineConfig, failing: boolean): readonly [Verdict, PlanAnswer] {
  const made = Session.create(config);
  if (!made.ok) throw new Error(made.error.message);
  const session = made.value;
  if (failing)
    session.dispatch({ do: 'inject', call: 'ibm,query-pe-dma-window', rc: -1, count: 99, skip: 0 });
  session.dispatch({ do: 'boot' });
  while (!session.idle) session.advance(1000);
  const verdict = session.query({ ask: 'verdict', config });
  const plans = session.query({ ask: 'plans' });
  const [one, other] = [verdict.ok ? verdict.value[0] : undefined, plans.ok ? plans.value[0] : undefined];
  if (one === undefined || other === undefined) throw new Error('no decision');
  return [one, other];
}

describe('the machine itself', () => {
  it.each(['5.13', '5.15', '6.12.107'])('under Linux %s does what was foretold', (kernel) =>
    expect(differencesOf(...decided(defaultScenario(kernel), false)).kind).toBe('as-foretold'),
  );

  it('goes another way when a call was made to fail', () => {
    const { kind, steps } = differencesOf(...decided(defaultScenario(), true));
    expect(kind).toBe('otherwise');
    expect(steps[0]?.foretold.where).toBe('query_ddw');
  });
});
