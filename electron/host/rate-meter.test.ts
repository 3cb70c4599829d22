import { expect, it } from 'vitest';
import { RateMeter } from './rate-meter.ts';

function meterAt(): { meter: RateMeter; at: (ms: number, count: number) => number } {
  let now = 0;
  const meter = new RateMeter(() => now);
  return {
    meter,
    at: (ms, count) => {
      now = ms;
      return meter.perSecond(count);
    },
  };
}

it('says 0 before it can know', () => {
  expect(meterAt().at(0, 1000)).toBe(0);
});

it('counts over the last second, not over all time', () => {
  const { at } = meterAt();
  at(0, 0);
  expect(at(500, 1000)).toBe(2000);
  expect(at(1000, 2000)).toBe(2000);
  expect(at(2000, 2000)).toBe(0);
});

it('begins anew when the counter went back: that is another machine', () => {
  const { at } = meterAt();
  at(0, 5000);
  expect(at(100, 10)).toBe(0);
  expect(at(200, 20)).toBe(100);
});
