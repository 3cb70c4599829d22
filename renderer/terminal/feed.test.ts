import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Result, TraceEvent } from '../../core/index.ts';
import type { TracePage, TracePageRequest } from '../../electron/ipc-contract.ts';
import { SAMPLE_ABOVE, TraceFeed } from './feed.ts';

/** A log of marks; every thousandth event is rare, and `even` is the one filter that the log knows. */
function log(): {
  total: number;
  asked: TracePageRequest[];
  ask: (r: TracePageRequest) => Promise<Result<TracePage>>;
} {
  const self = {
    total: 0,
    asked: [] as TracePageRequest[],
    ask: (request: TracePageRequest): Promise<Result<TracePage>> => {
      self.asked.push(request);
      if (request.filter === 'bad(') {
        return Promise.resolve({ ok: false, error: { code: 'filter', message: 'column 5: no value' } });
      }
      return Promise.resolve({ ok: true, value: page(request, self.total) });
    },
  };
  return self;
}

const passes = (filter: string | undefined, seq: number): boolean => {
  if (filter === undefined) return true;
  if (filter === 'even') return seq % 2 === 0;
  return filter === 'never' ? false : seq % 1000 === 0;
};

/** At most 5,000 events are looked at for a page, as the host does it. */
function page({ filter, from, limit, direction }: TracePageRequest, total: number): TracePage {
  const events: TraceEvent[] = [];
  const step = direction === 'forward' ? 1 : -1;
  let seq = from;
  let scanned = 0;
  while (seq >= 0 && seq < total && events.length < limit && scanned < 5000) {
    if (passes(filter, seq)) events.push({ kind: 'mark', seq, timeNs: 0, cause: -1, text: '' });
    seq += step;
    scanned++;
  }
  return { events, scanned, total, ...(seq >= 0 && seq < total ? { next: seq } : {}) };
}

let trace: ReturnType<typeof log>;
let shown: (number | string)[];
let errors: string[];
let now: number;
let feed: TraceFeed;

beforeEach(() => {
  vi.useFakeTimers();
  trace = log();
  shown = [];
  errors = [];
  now = 0;
  feed = new TraceFeed(
    trace.ask,
    {
      show: (events) => {
        shown.push(...events.map((event) => event.seq));
        return Promise.resolve();
      },
      gap: (count) => void shown.push(`gap ${count}`),
      clear: () => (shown = []),
      busy: () => false,
      lines: (events) => events.length,
      oldest: () => shown.find((item) => typeof item === 'number'),
      room: () => 12,
      filterError: (message) => void errors.push(message),
      changed: () => undefined,
    },
    () => now,
  );
});

const pull = (total: number): Promise<void> => {
  trace.total = total;
  return feed.pull(total);
};
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('a trace that can be followed', () => {
  it('is shown whole, in order, page by page', async () => {
    await pull(4500);
    await pull(4501);
    expect(shown).toEqual(numbers(0, 4501));
    expect(feed.sampled).toBe(0);
  });

  it('stands still while nobody follows, and goes on without a hole', async () => {
    await pull(10);
    await feed.follow(false);
    await pull(30);
    expect(shown).toEqual(numbers(0, 10));
    await feed.follow(true);
    expect(shown).toEqual(numbers(0, 30));
  });

  it('begins anew with another session', async () => {
    await pull(10);
    feed.restart();
    await pull(3);
    expect(shown).toEqual([0, 1, 2]);
  });
});

describe('a flood', () => {
  const total = SAMPLE_ABOVE + 5001;

  it('is shown by its newest page under a line that says what is left out, rare events first', async () => {
    await pull(total);
    const newest = numbers(total - 10, total);
    const rare = shown.slice(0, shown.length - newest.length - 1);
    expect(shown.slice(-10)).toEqual(newest);
    expect(rare).toEqual(numbers(0, Math.ceil((total - 10) / 1000)).map((n) => n * 1000));
    expect(shown.at(-11)).toBe(`gap ${total - 10 - rare.length}`);
  });

  it('is redrawn four times a second at most, and its end is drawn although nothing more is told', async () => {
    await pull(total);
    const before = shown.length;
    now = 100;
    await pull(2 * total);
    expect(shown).toHaveLength(before);
    now = 250;
    await vi.advanceTimersByTimeAsync(150);
    expect(shown.slice(-10)).toEqual(numbers(2 * total - 10, 2 * total));
  });

  it('counts what it left out', async () => {
    await pull(total);
    const drawn = shown.filter((item) => typeof item === 'number').length;
    expect(feed.sampled + drawn).toBe(total);
  });
});

describe('what a flood left out', () => {
  const total = SAMPLE_ABOVE + 5001;

  it('is the first thing that a leaf back shows, although the beginning is still in view', async () => {
    await pull(50);
    await pull(total);
    expect([shown[0], feed.hasEarlier]).toEqual([0, true]);
    await feed.leaf('backward');
    expect(shown).toEqual(numbers(total - 10 - 1000, total - 10));
    expect(feed.following).toBe(false);
  });

  it('is nothing where everything is drawn: then there is nothing earlier either', async () => {
    await pull(50);
    expect(feed.hasEarlier).toBe(false);
  });
});

describe('a view that comes back', () => {
  it('goes on where it stood, without drawing anything twice', async () => {
    await pull(3000);
    const { place } = feed;
    const lines = [...shown];
    feed.restart();
    expect(shown).toEqual([]);
    shown.push(...lines);
    feed.resume(place);
    await pull(3004);
    expect(shown).toEqual(numbers(0, 3004));
  });
});

describe('a filter', () => {
  it('shows the newest matches and goes on with new ones', async () => {
    await pull(3000);
    await feed.setFilter(' even ');
    expect(shown).toEqual(numbers(500, 1500).map((n) => n * 2));
    await pull(3004);
    expect(shown.slice(-2)).toEqual([3000, 3002]);
  });

  it('that does not read leaves the view and the old filter alone, and is told in a sentence', async () => {
    await pull(10);
    await feed.setFilter('even');
    await feed.setFilter('bad(');
    expect(errors.at(-1)).toBe('Column 5: no value.');
    expect(feed.filter).toBe('even');
    expect(shown).toEqual([0, 2, 4, 6, 8]);
  });

  it('that matches nothing ends the search with an empty view', async () => {
    await pull(20_000);
    await feed.setFilter('never');
    expect([feed.shown, feed.searching]).toEqual([0, false]);
  });

  it('replaced while it searches does not mix its finds with the next one’s', async () => {
    await pull(40_000);
    const first = feed.setFilter('never');
    await feed.setFilter('even');
    await first;
    expect(shown.every((seq) => Number(seq) % 2 === 0)).toBe(true);
    expect(shown.at(-1)).toBe(39_998);
  });
});

describe('leafing', () => {
  it('shows the page before, then the one after, and follows no more', async () => {
    await pull(5000);
    await feed.goTo(3000);
    expect(shown).toEqual(numbers(3000, 4000));
    await feed.leaf('backward');
    expect(shown).toEqual(numbers(2000, 3000));
    await feed.leaf('forward');
    expect(shown).toEqual(numbers(3000, 4000));
    expect(feed.following).toBe(false);
  });

  it('goes on to the newest event when asked to follow', async () => {
    await pull(2500);
    await feed.goTo(0);
    await feed.follow(true);
    expect(shown).toEqual(numbers(0, 2500));
  });

  it('a cleared view stays empty until something happens', async () => {
    await pull(100);
    feed.clearView();
    await pull(102);
    expect(shown).toEqual([100, 101]);
  });
});
