import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InvariantError } from '../../core/index.ts';
import type { MachineConfig } from '../../core/index.ts';
import { IoRunner } from '../../core/machine/io-runner.ts';
import { DEFAULT_LPAR } from '../../core/index.ts';
import type { UserError } from '../ipc-contract.ts';
import { Desk } from './desk.ts';
import type { MachineNotices } from './machine-contract.ts';

const config: MachineConfig = {
  ...DEFAULT_LPAR,
  functions: [{ id: 'vf0', device: 'nvme', slotClass: 'sriov-vf' }],
};
const io = { sizeBytes: 65_536, depth: 8, count: 0, direction: 'read', intervalNs: 0 } as const;

let folder = '';
let problems: UserError[];
let awake: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddw-lab-desk-'));
  problems = [];
  awake = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const sessions = (): string => join(folder, 'sessions');
const journals = (): readonly string[] =>
  readdirSync(sessions()).filter((name) => name.endsWith('.ddwjournal'));

function deskOn(crashed = false) {
  const desk = new Desk(sessions(), (name, payload) => {
    if (name === 'problem') problems.push(payload as MachineNotices['problem']);
    if (name === 'awake') awake++;
  });
  const recovery = desk.begin(crashed);
  return { desk, recovery };
}

/** A desk with one booted machine on it. */
async function busyDesk() {
  const { desk } = deskOn();
  must(desk.newSession(config));
  must(desk.dispatch({ do: 'boot' }));
  await desk.shown.host.whenIdle();
  return desk;
}

function must(answer: { readonly ok: boolean }): void {
  expect(answer).toMatchObject({ ok: true });
}

const isAwake = (): Promise<void> => vi.waitFor(() => expect(awake).toBeGreaterThan(0));
const recoveredDesk = async (crashed = false) => {
  const { desk, recovery } = deskOn(crashed);
  await isAwake();
  return { desk, recovery };
};

describe('the desk', () => {
  it('begins with one fresh session', () => {
    const { desk, recovery } = deskOn();
    expect(desk.state().tabs).toMatchObject([{ title: '', unsaved: false, state: 'off', file: null }]);
    expect(recovery).toEqual({ tabs: [], missing: [], sessions: 0 });
  });

  it('lets only the session work that is shown; the others stand', async () => {
    const desk = await busyDesk();
    must(desk.dispatch({ do: 'io-start', id: 'vf0', io }));
    const working = desk.shown;
    must(desk.newSession(config));
    const { steps } = working.host.progress();
    for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve));
    expect(working.host.progress().steps).toBe(steps);
    expect(desk.state().tabs.map(({ stands }) => stands)).toEqual([undefined, true, undefined]);
    must(desk.showTab(working.id));
    await vi.waitFor(() => expect(working.host.progress().steps).toBeGreaterThan(steps));
    desk.pause(true);
  });

  it('shows the neighbour when a tab is closed, and a fresh one in the end', () => {
    const { desk } = deskOn();
    must(desk.newSession(config));
    const [first, second] = desk.state().tabs;
    must(desk.closeTab(second?.id ?? 0));
    expect(desk.state().shown).toBe(first?.id);
    must(desk.closeTab(first?.id ?? 0));
    expect(desk.state().tabs).toHaveLength(1);
    expect(desk.state().tabs[0]?.id).toBeGreaterThan(second?.id ?? 0);
    expect(desk.closeTab(999)).toMatchObject({ ok: false, error: { code: 'no-such-tab' } });
  });

  it('opens a file in the place of a session in which nothing was done, and the same file once', async () => {
    const desk = await busyDesk();
    const file = join(folder, 'lesson.ddwrun');
    must(await desk.save(desk.shown.id, file));
    must(desk.closeTab(desk.shown.id));
    must(await desk.open(file));
    must(await desk.open(file));
    expect(desk.state().tabs).toMatchObject([{ title: 'lesson.ddwrun', unsaved: false, state: 'running' }]);
    must(desk.dispatch({ do: 'mark', text: 'more' }));
    expect(desk.state().tabs[0]?.unsaved).toBe(true);
  });

  it('has room for 32', () => {
    const { desk } = deskOn();
    for (let n = 1; n < 32; n++) must(desk.newSession(config));
    expect(desk.newSession(config)).toMatchObject({ ok: false, error: { code: 'too-many-tabs' } });
  });

  it('shows the same under another kernel in a tab beside, which goes when it was only looked at', async () => {
    const desk = await busyDesk();
    const own = desk.shown.id;
    must(desk.compare('5.13'));
    expect(desk.progress().session.comparing).toEqual({ own: '5.15', shown: '5.13' });
    expect(desk.state().tabs.map(({ title, unsaved }) => [title, unsaved])).toContainEqual([
      'Linux 5.13',
      false,
    ]);
    desk.compareBack();
    expect([desk.state().shown, desk.state().tabs.length]).toEqual([own, 2]);
    must(desk.compare('5.13'));
    await desk.shown.host.whenIdle();
    must(desk.dispatch({ do: 'mark', text: 'worth keeping' }));
    desk.compareBack();
    expect([desk.state().shown, desk.state().tabs.length]).toEqual([own, 3]);
  });
});

describe('after a fall', () => {
  it('the session is the same, event for event, and was paused where it was', async () => {
    const before = await busyDesk();
    must(before.dispatch({ do: 'io-start', id: 'vf0', io }));
    await vi.waitFor(() => expect(before.shown.host.progress().events).toBeGreaterThan(1000));
    before.pause(true);
    const { desk, recovery } = await recoveredDesk();
    expect(recovery.sessions).toBe(1);
    expect(desk.shown.host.session.save()).toEqual(before.shown.host.session.save());
    expect(desk.progress()).toMatchObject({ paused: true, busy: true });
  });

  it('tabs keep their order and the one shown; the others sleep until they are shown', async () => {
    const before = await busyDesk();
    must(before.newSession(config));
    must(before.dispatch({ do: 'mark', text: 'second' }));
    must(before.compare('5.13'));
    await before.shown.host.whenIdle();
    const { desk } = await recoveredDesk();
    const { tabs, shown } = desk.state();
    expect(tabs.map(({ title, state }) => [title, state])).toEqual([
      ['', 'off'],
      ['', 'running'],
      ['', 'off'],
      ['Linux 5.13', 'running'],
    ]);
    expect(shown).toBe(tabs[3]?.id);
    expect(desk.progress().session.comparing).toEqual({ own: '5.15', shown: '5.13' });
    must(desk.showTab(tabs[1]?.id ?? 0));
    await vi.waitFor(() => expect(desk.progress().state).toBe('running'));
  });

  it('of the machine’s process, twice after the same command: that one is left out', async () => {
    const before = await busyDesk();
    must(before.dispatch({ do: 'mark', text: 'fatal' }));
    const once = await recoveredDesk(true);
    expect([once.recovery.missing, once.desk.shown.host.session.commandCount]).toEqual([[], 2]);
    awake = 0;
    const twice = await recoveredDesk(true);
    expect(twice.recovery.missing[0]).toMatch(/ended twice after the action “mark fatal”/);
    expect(twice.desk.shown.host.session.commandCount).toBe(1);
  });

  it('a recovery that is cancelled keeps the journal elsewhere, where it can be opened', async () => {
    await busyDesk();
    // Each look at the clock takes 10 ms: a turn is one step, so that recovering takes many.
    let nowMs = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 10));
    const { desk } = deskOn();
    desk.work.cancel(1);
    await isAwake();
    clock.mockRestore();
    expect(desk.state().tabs).toMatchObject([{ state: 'off' }]);
    const [aside = ''] = readdirSync(join(sessions(), 'set-aside'));
    must(await desk.open(join(sessions(), 'set-aside', aside)));
    expect(desk.progress().state).toBe('running');
  });

  it('nothing is recovered when all was closed in good order', async () => {
    const before = await busyDesk();
    expect(journals()).toHaveLength(2);
    before.closeAll();
    expect(journals()).toEqual([]);
    expect(deskOn().recovery.sessions).toBe(0);
  });
});

it('a fault of ours saves the session and names the event and the action', async () => {
  const desk = await busyDesk();
  vi.spyOn(IoRunner.prototype, 'start').mockImplementation(() => {
    throw new InvariantError('the queue has two heads');
  });
  must(desk.dispatch({ do: 'io-start', id: 'vf0', io }));
  await vi.waitFor(() => expect(problems).toHaveLength(1));
  expect(problems[0]?.message).toMatch(
    /stopped the machine at event \d+, after “io start vf0.*”: InvariantError: the queue has two heads\. The session was saved as .*fault-\d+\.ddwrun/,
  );
  const file = /saved as (\S+)/.exec(problems[0]?.message ?? '')?.[1] ?? '';
  expect(existsSync(file)).toBe(true);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'ddwrun' });
  expect(desk.progress().state).toBe('oops');
});
