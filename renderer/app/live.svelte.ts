// A question that a panel keeps asking: again when the machine went on or the question changed, four times a second at most, and
// never while the panel is out of sight.

import type { AnswerTo, Query } from '../../core/index.ts';
import type { Lab } from './lab.svelte.ts';

const EVERY_MS = 250;
/** An answer that took long is followed by a rest this many times as long. */
const REST = 4;
/** However long it took: an answer may not grow old. */
const LONGEST_REST_MS = 2000;

export interface Live<Q extends Query> {
  /** The latest answer to the question as it stands; undefined before the first and after a refusal. */
  readonly answer: AnswerTo<Q> | undefined;
  /** What `answer` is the answer to: while a question changes, still the one before. */
  readonly question: Q | undefined;
  /** Why the last question was refused; empty: it was not. */
  readonly refusal: string;
}

/** Call while a component is made; `question` gives undefined when nothing is to be asked (out of sight, nothing chosen). */
export function live<Q extends Query>(lab: Lab, question: () => Q | undefined): Live<Q> {
  let answer = $state.raw<AnswerTo<Q> | undefined>(undefined);
  let answeredTo = $state.raw<Q | undefined>(undefined);
  let refusal = $state('');
  const asked = $derived(question());
  const text = $derived(
    JSON.stringify(asked, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  );
  /** What is asked now, and what the answer at hand is to. */
  let current = '';
  let answered = '';
  let readyAt = 0;

  async function ask(query: Q, key: string): Promise<void> {
    const begun = performance.now();
    readyAt = begun + EVERY_MS;
    const result = await lab.bridge.query(query);
    const tookMs = performance.now() - begun;
    readyAt = Math.max(readyAt, begun + Math.min(LONGEST_REST_MS, tookMs * (REST + 1)));
    // An answer about another thing comes too late; one that is merely older than the newest event will do.
    if (key !== current) return;
    answered = key;
    answer = result.ok ? result.value : undefined;
    answeredTo = query;
    refusal = result.ok ? '' : result.error.message;
  }

  $effect(() => {
    const query = asked;
    const key = `${lab.latest.session.id} ${text}`;
    // Asked again after each change of the machine.
    void lab.latest.events;
    current = key;
    if (query === undefined) return;
    const wait = key === answered ? Math.max(0, readyAt - performance.now()) : 0;
    const timer = setTimeout(() => void ask(query, key), wait);
    return () => clearTimeout(timer);
  });

  return {
    get answer() {
      return answer;
    },
    get question() {
      return answeredTo;
    },
    get refusal() {
      return refusal;
    },
  };
}
