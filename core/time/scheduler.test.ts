import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { createClock } from './clock.ts';
import { createScheduler, type Task } from './scheduler.ts';

const make = () => createScheduler(createClock());

describe('the scheduler', () => {
  it('runs alarms in order of time, and those of one moment in the order they were set', () => {
    const s = make();
    const seen: string[] = [];
    s.after(20, () => seen.push('late'));
    s.after(10, () => seen.push('first of two'));
    s.after(10, () => seen.push('second of two'));
    while (s.step());
    expect(seen).toEqual(['first of two', 'second of two', 'late']);
    expect(s.clock.nowNs).toBe(20);
  });

  it('sorts any set of alarms as a stable sort would', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), (delays) => {
        const s = make();
        const seen: number[] = [];
        delays.forEach((d, i) => s.after(d, () => seen.push(i)));
        while (s.step());
        const expected = delays.map((d, i) => [d, i] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(seen).toEqual(expected.map(([, i]) => i));
      }),
    );
  });

  it('lets other work in wherever a task yields, and says when it is done', () => {
    const s = make();
    const seen: string[] = [];
    function* task(): Task {
      seen.push('a');
      yield 5;
      seen.push('b');
    }
    s.start(task(), () => seen.push('done'));
    s.after(3, () => seen.push('between'));
    while (s.step());
    expect(seen).toEqual(['a', 'between', 'b', 'done']);
  });

  it('never turns the clock back when an action itself took time', () => {
    const s = make();
    const at: number[] = [];
    s.after(1, () => (s.clock.nowNs += 100));
    s.after(2, () => at.push(s.clock.nowNs));
    while (s.step());
    expect(at).toEqual([101]);
  });

  it('forgets a cancelled alarm and knows when it is idle', () => {
    const s = make();
    const handle = s.after(1, () => expect.unreachable());
    expect(s.idle).toBe(false);
    s.cancel(handle);
    expect(s.idle).toBe(true);
    expect(s.step()).toBe(false);
  });

  it('does not mind the cancelling of an alarm that has already run', () => {
    const s = make();
    const handle = s.after(1, () => undefined);
    s.step();
    s.cancel(handle);
    s.after(1, () => undefined);
    expect(s.idle).toBe(false);
  });
});
