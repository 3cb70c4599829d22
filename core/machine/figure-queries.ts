// The question of the figures panel and its answer: what functions did over virtual time. Plain data that crosses IPC.

export type FigureQuery = {
  /** Of these functions together, and of the first `limit` of them one by one: those with the most hcalls. */
  readonly ask: 'io-series';
  readonly ids: readonly string[];
  readonly limit: number;
};

/** One number for each bucket; of TCEs in use the level at its end, of all else how many or how much came in it. */
export interface SeriesColumns {
  readonly hcalls: readonly number[];
  readonly mapped: readonly number[];
  readonly unmapped: readonly number[];
  /** Of I/O; what runs is counted when asked, so it is even between two questions. */
  readonly bytes: readonly number[];
  readonly usedTces: readonly number[];
}

export interface IoSeriesAnswer {
  /** Virtual ns of one bucket; the first begins at 0. */
  readonly bucketNs: number;
  readonly nowNs: number;
  /** Events of the trace that these figures do not hold yet: ask again. */
  readonly behind: number;
  readonly machine: SeriesColumns;
  /** Functions that share a PE are counted once. */
  readonly chosen: SeriesColumns;
  readonly functions: readonly { readonly id: string; readonly columns: SeriesColumns }[];
}

export interface FigureAnswers {
  'io-series': IoSeriesAnswer;
}
