import { beforeEach, describe, expect, it } from 'vitest';
import { keepView, storeViews, takeView } from './kept-views.ts';

let stored: Map<string, string>;
const storage = {
  setItem: (key: string, text: string) => void stored.set(key, text),
  getItem: (key: string) => stored.get(key) ?? null,
  removeItem: (key: string) => void stored.delete(key),
};

beforeEach(() => {
  stored = new Map();
  takeView('trace', storage);
});

describe('a terminal’s view', () => {
  it('comes back once', () => {
    keepView('trace', { seqs: [1, 2] });
    expect([takeView('trace', storage), takeView('trace', storage)]).toEqual([{ seqs: [1, 2] }, undefined]);
  });

  it('comes back to a page that was loaded anew', () => {
    keepView('trace', { seqs: [1, 2] });
    storeViews(storage);
    const text = stored.get('view trace');
    takeView('trace', storage);
    stored.set('view trace', text ?? '');
    expect(takeView('trace', storage)).toEqual({ seqs: [1, 2] });
  });

  it('too large for the storage is not stored, and not half', () => {
    keepView('trace', 'x'.repeat(2_000_001));
    storeViews(storage);
    expect(stored.size).toBe(0);
  });

  it('that a full storage refuses is left out', () => {
    keepView('trace', 'x');
    storeViews({
      ...storage,
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    });
    expect(stored.size).toBe(0);
  });

  it('that does not read is none', () => {
    stored.set('view trace', '{"seqs":');
    expect(takeView('trace', storage)).toBeUndefined();
  });
});
