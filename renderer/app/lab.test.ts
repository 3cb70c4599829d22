import { flushSync } from 'svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FunctionAnswer, Query, U64 } from '../../core/index.ts';
import type { LabBridge, Progress } from '../../electron/ipc-contract.ts';
import { Lab } from './lab.svelte.ts';

const progress = (more: Partial<Progress> = {}): Progress => ({
  state: 'running',
  nowNs: 0,
  events: 0,
  hcalls: 0,
  hcallsPerSecond: 0,
  problems: 0,
  paused: false,
  busy: true,
  session: { id: 1, title: '', comparing: null },
  ...more,
});

const fn = (id: string): FunctionAnswer => ({
  description: { id, fn: id, slotClass: 'sriov-vf', device: 'nic', buid: 1n as U64, defaultLiobn: 1 },
  driver: 'vfnet',
  mode: 'indirect',
  maskBits: 64,
  blockTces: 10,
  usedTces: 0,
  state: 'bound',
  windows: [],
});

let asked: Query['ask'][];
/** How long each answer takes. */
let queryTakesMs: number;
let functions: readonly FunctionAnswer[];
let hear: (progress: Progress) => void;
let lab: Lab;

const answers = (query: Query): unknown => {
  if (query.ask === 'functions') return functions;
  return query.ask === 'config' ? { kernel: '5.15', functions: [] } : [];
};

beforeEach(async () => {
  vi.useFakeTimers();
  asked = [];
  queryTakesMs = 0;
  functions = [fn('vf0'), fn('vf1')];
  const bridge = {
    hello: () =>
      Promise.resolve({
        progress: progress({ busy: false }),
        desk: { tabs: [], shown: 1, recent: [] },
        settings: null,
        devices: [],
        work: [],
        machine: 'up',
      }),
    on: (name: string, listener: (payload: Progress) => void) => {
      if (name === 'progress') hear = listener;
      return () => undefined;
    },
    query: (query: Query) => {
      asked.push(query.ask);
      const answer = { ok: true, value: answers(query) };
      if (queryTakesMs === 0) return Promise.resolve(answer);
      return new Promise((resolve) => setTimeout(() => resolve(answer), queryTakesMs));
    },
    dispatch: () =>
      Promise.resolve({ ok: false, error: { code: 'is-off', message: 'no guest runs', hint: 'type: boot' } }),
  };
  lab = new Lab(bridge as unknown as LabBridge);
  await lab.start();
  await vi.advanceTimersByTimeAsync(1000);
  asked = [];
});

const looks = (): number => asked.filter((ask) => ask === 'functions').length;

describe('the page’s knowledge of the session', () => {
  it('is refreshed at once when the machine comes to rest, however long the look before took', async () => {
    queryTakesMs = 1000;
    hear(progress({ events: 1 }));
    await vi.advanceTimersByTimeAsync(4000);
    asked = [];
    queryTakesMs = 0;
    hear(progress({ events: 2 }));
    hear(progress({ events: 2, busy: false }));
    await vi.advanceTimersByTimeAsync(300);
    expect(looks()).toBe(1);
  });

  it('is refreshed four times a second at most, however often the machine tells', async () => {
    for (let i = 1; i <= 100; i++) {
      hear(progress({ events: i * 1000 }));
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(looks()).toBeGreaterThanOrEqual(3);
    expect(looks()).toBeLessThanOrEqual(5);
  });

  it('rests while nothing happens', async () => {
    await vi.advanceTimersByTimeAsync(5000);
    expect(looks()).toBe(0);
  });

  it('catches the last event although the machine falls silent after it', async () => {
    hear(progress({ events: 10 }));
    functions = [fn('vf0'), fn('vf1'), fn('vf2')];
    hear(progress({ events: 11, busy: false }));
    await vi.advanceTimersByTimeAsync(1000);
    flushSync();
    expect(lab.functions.map((f) => f.description.id)).toEqual(['vf0', 'vf1', 'vf2']);
    expect(lab.progress.events).toBe(11);
  });

  it('is forgotten with the session that it was of', async () => {
    lab.dmesg = [{ seq: 1, timeNs: 0, level: 'info', text: 'old' }];
    hear(progress({ session: { id: 2, title: '', comparing: null } }));
    expect(lab.dmesg).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
  });

  it('keeps the chosen function while it is there, and falls back to the first', async () => {
    lab.select('vf1');
    await vi.advanceTimersByTimeAsync(500);
    expect(lab.selected?.description.id).toBe('vf1');
    functions = [fn('vf0')];
    hear(progress({ events: 50 }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(lab.selected?.description.id).toBe('vf0');
  });

  it('puts a refusal into words for a window: what to type in a shell is left out', async () => {
    expect(await lab.dispatch({ do: 'io-stop', id: 'vf0' })).toBe(false);
    expect(lab.notices.list).toMatchObject([
      { kind: 'error', message: 'No guest runs.', hint: '', code: 'is-off' },
    ]);
  });

  it('says the same refusal once', async () => {
    await lab.dispatch({ do: 'boot' });
    await lab.dispatch({ do: 'boot' });
    expect(lab.notices.list).toHaveLength(1);
  });

  it('does not ask for the kernel log while the machine works and nobody reads it', async () => {
    hear(progress({ events: 99 }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).not.toContain('dmesg');
    lab.logShown = true;
    hear(progress({ events: 100 }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toContain('dmesg');
  });
});
