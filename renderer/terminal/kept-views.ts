// What a terminal showed when its panel was closed or the page was loaded anew. In memory whole, and in the page's session storage as
// far as that has room: a view that does not come back is drawn again from the log.

const MOST_STORED = 2_000_000;
const kept = new Map<string, unknown>();

export function keepView(key: string, view: unknown): void {
  kept.set(key, view);
}

/** The page goes: what was kept is written down. */
export function storeViews(storage: Pick<Storage, 'setItem' | 'removeItem'>): void {
  for (const [key, view] of kept) {
    const text = JSON.stringify(view);
    try {
      if (text.length <= MOST_STORED) storage.setItem(`view ${key}`, text);
      else storage.removeItem(`view ${key}`);
    } catch {
      // No room: it is drawn again from the log.
      storage.removeItem(`view ${key}`);
    }
  }
}

/** Gives a view back once. It may be of another version: whoever takes it looks at its shape. */
export function takeView(key: string, storage: Pick<Storage, 'getItem' | 'removeItem'>): unknown {
  const inMemory = kept.get(key);
  kept.delete(key);
  const text = storage.getItem(`view ${key}`);
  storage.removeItem(`view ${key}`);
  if (inMemory !== undefined || text === null) return inMemory;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
