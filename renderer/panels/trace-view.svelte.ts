// What the trace panel's buttons and empty states need to know.

import type { TraceFeed } from '../terminal/feed.ts';

export class TraceView {
  sessionId = $state(-1);
  following = $state(true);
  searching = $state(false);
  searched = $state(0);
  filter = $state('');
  filterError = $state('');
  total = $state(0);
  shown = $state(0);
  /** Events after those in view. */
  newer = $state(0);
  sampled = $state(0);
  hasEarlier = $state(false);
  fold = $state(true);
  match = $state(-1);
  matches = $state(0);

  update(feed: TraceFeed): void {
    this.following = feed.following;
    this.searching = feed.searching;
    this.searched = feed.searched;
    this.filter = feed.filter;
    this.total = feed.total;
    this.shown = feed.shown;
    this.newer = Math.max(0, feed.total - feed.cursor);
    this.sampled = feed.sampled;
    this.hasEarlier = feed.hasEarlier;
  }
}
