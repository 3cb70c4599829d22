import { describe, expect, it } from 'vitest';
import {
  compareSessions,
  DEFAULT_COMMANDS,
  DEFAULT_LPAR,
  defaultScenario,
  scriptOf,
  Session,
} from '../../core/index.ts';
import type { Command, SessionFile } from '../../core/index.ts';
import { CompareHost } from './compare-host.ts';
import type { CompareHostProgress } from './compare-host.ts';

const kernels = ['5.13', '5.15'];

/** Time that passes one millisecond with each look: a turn is so many steps, wherever this runs. */
function steppedClock(): () => number {
  let ms = 0;
  return () => ms++;
}

function savedSession(commands: readonly Command[]): SessionFile {
  const functions = [{ id: 'vf0', device: 'nvme', slotClass: 'sriov-vf' }];
  const session = Session.create({ ...DEFAULT_LPAR, functions });
  if (!session.ok) throw new Error(session.error.message);
  for (const command of commands) {
    session.value.dispatch(command);
    while (!session.value.idle) session.value.advance(1);
  }
  return session.value.save();
}

describe('a comparison in the background', () => {
  it('of no session is of the default scenario, and equals the one made at once', async () => {
    const report = await new CompareHost().run({ kernels });
    const atOnce = compareSessions({
      config: defaultScenario(),
      script: scriptOf(DEFAULT_COMMANDS),
      kernels,
    });
    expect(report).toEqual(atOnce);
    expect(report.ok && structuredClone(report.value)).toEqual(atOnce.ok && atOnce.value);
  });

  it('of a session reads its commands first, then runs both machines in turn', async () => {
    const host = new CompareHost({ now: steppedClock(), sliceMs: 64, progressMs: 0 });
    const seen: CompareHostProgress[] = [];
    const running = host.run({ kernels }, savedSession([{ do: 'boot' }]), (progress) => seen.push(progress));
    expect(host.busy).toBe(true);
    const report = await running;
    expect(report).toMatchObject({ ok: true, value: { columns: [{ label: '5.13' }, { label: '5.15' }] } });
    expect(host.busy).toBe(false);
    expect(seen[0]).toEqual({ phase: 'reading', columns: [] });
    const both = seen.find(({ columns }) => columns.length === 2 && columns.every(({ done }) => !done));
    expect(both?.columns.map(({ steps }) => steps > 0)).toEqual([true, true]);
    expect(seen.at(-1)?.columns.map(({ done }) => done)).toEqual([true, true]);
  });

  it('of a script is of that machine and those commands, and reads nothing', async () => {
    const phases = new Set<string>();
    const config = { ...DEFAULT_LPAR, functions: [{ id: 'disk', device: 'nvme', slotClass: 'sriov-vf' }] };
    const host = new CompareHost({ progressMs: 0 });
    const report = await host.run({ kernels }, { config, script: scriptOf([{ do: 'boot' }]) }, ({ phase }) =>
      phases.add(phase),
    );
    expect([...phases]).toEqual(['running']);
    const modes = report.ok ? report.value.rows.filter(({ key }) => key === 'mode') : [];
    expect(modes).toMatchObject([{ functions: ['disk'], values: ['default', 'indirect'] }]);
  });

  it('leaves the event loop to others', async () => {
    const host = new CompareHost({ now: steppedClock(), sliceMs: 8 });
    let turns = 0;
    let done = false;
    const running = host.run({ kernels }).finally(() => (done = true));
    while (!done) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await running).ok).toBe(true);
    expect(turns).toBeGreaterThan(100);
  });

  it('ends when it is cancelled', async () => {
    const host = new CompareHost({ now: steppedClock(), sliceMs: 4, progressMs: 0 });
    const report = await host.run({ kernels }, undefined, ({ columns }) => {
      if ((columns[0]?.steps ?? 0) > 10) host.cancel();
    });
    expect(report).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(host.busy).toBe(false);
  });

  it('gives way to the next one', async () => {
    const host = new CompareHost();
    const first = host.run({ kernels });
    const second = host.run({ kernels: ['5.15', '6.12'] });
    expect(await first).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await second).toMatchObject({
      ok: true,
      value: { columns: [{ label: '5.15' }, { label: '6.12.107' }] },
    });
  });

  it.each([
    [{ kernels: ['5.15'] }, 'nothing-to-compare'],
    [{ kernels: ['5.15', '2.6'] }, 'unknown-kernel'],
    [{ profiles: ['powervm-p9', 'vax'] }, 'unknown-profile'],
  ])('of %j is refused: %s', async (request, code) => {
    expect(await new CompareHost().run(request)).toMatchObject({ ok: false, error: { code } });
  });

  it('of a damaged session is refused with its sentence', async () => {
    const file = { ...savedSession([]), steps: -1 };
    const report = await new CompareHost().run({ kernels }, file);
    expect(report).toMatchObject({ ok: false, error: { code: 'bad-value' } });
  });
});
