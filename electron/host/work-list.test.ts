import { expect, it } from 'vitest';
import type { WorkItem } from '../ipc-contract.ts';
import { WorkList } from './work-list.ts';

function listAt() {
  let now = 0;
  const told: (readonly WorkItem[])[] = [];
  const list = new WorkList(
    (items) => told.push(items),
    () => now,
  );
  return { list, told, pass: (ms: number) => (now += ms) };
}

it('short work is never listed', async () => {
  const { list, told, pass } = listAt();
  const answer = await list.run('Saving a', true, (work) => {
    pass(100);
    work.report(0.5);
    return Promise.resolve(7);
  });
  expect([answer, told]).toEqual([7, []]);
});

it('long work is listed with how far it is, ten times a second at most, and taken off at its end', async () => {
  const { list, told, pass } = listAt();
  await list.run('Opening a', true, (work) => {
    for (let n = 0; n < 100; n++) {
      pass(10);
      work.report(n / 100);
    }
    return Promise.resolve();
  });
  expect(told[0]).toEqual([{ id: 1, label: 'Opening a', done: 0.14, cancellable: true }]);
  expect(told.length).toBeLessThan(12);
  expect(told.at(-1)).toEqual([]);
});

it.each([
  [true, true],
  [false, false],
])('that may be cancelled (%s) hears of it: %s', async (cancellable, heard) => {
  const { list } = listAt();
  let called = 0;
  const seen = await list.run('Comparing', cancellable, (work) => {
    work.onCancel(() => called++);
    list.cancel(1);
    list.cancel(1);
    list.cancel(99);
    return Promise.resolve(work.cancelled);
  });
  expect([seen, called]).toEqual([heard, heard ? 1 : 0]);
});

it('what fails is taken off too', async () => {
  const { list, told, pass } = listAt();
  const failing = list.run('Opening a', true, (work) => {
    pass(200);
    work.report(null);
    return Promise.reject(new Error('no'));
  });
  await expect(failing).rejects.toThrow('no');
  expect(told.at(-1)).toEqual([]);
});
