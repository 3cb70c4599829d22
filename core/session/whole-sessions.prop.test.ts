// Rules that hold over whole sessions, whatever is done to a partition under any kernel on any platform: the windows of a PowerVM PE
// lie apart, no TCE outlives its window or the partition, and a session that was saved and opened goes on as it would have.
// `npm run soak` runs more of them than the suite does.

import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { PROFILES } from '../firmware/profiles/index.ts';
import type { WindowAnswer } from '../machine/queries.ts';
import { WindowsFold } from '../projection/windows.ts';
import { beginSession, deeds, partition, perform } from './arbitrary-sessions.test.ts';
import { replaySession } from './replay.ts';
import { parseSessionFile, sessionText } from './session-file.ts';
import type { Session } from './session.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Random whole sessions per platform, and where their numbers begin. */
    readonly soak: { readonly sessions: number; readonly seed: number | undefined };
  }
}

const { sessions, seed } = inject('soak');

function liveWindows(session: Session): readonly WindowAnswer[] {
  const windows = session.query({ ask: 'windows' });
  if (!windows.ok) throw new Error(windows.error.message);
  return windows.value.filter((window) => window.active);
}

const end = (window: WindowAnswer): bigint =>
  window.start + (BigInt(window.entries) << BigInt(window.pageShift));

/** Pairs of live windows of one PE that share a bus address. */
function overlaps(windows: readonly WindowAnswer[]): readonly string[] {
  return windows.flatMap((a) =>
    windows
      .filter((b) => a.liobn < b.liobn && a.buid === b.buid && a.start < end(b) && b.start < end(a))
      .map((b) => `${a.liobn.toString(16)} and ${b.liobn.toString(16)}`),
  );
}

/** What is in use although the partition is off: firmware has taken created windows away and emptied the default ones. */
function survivors(session: Session, windows: readonly WindowAnswer[]): readonly string[] {
  const status = session.query({ ask: 'status' });
  const isOff = status.ok && status.value.state === 'off';
  return windows
    .filter((window) => isOff && (window.usedTces > 0 || !window.isDefault))
    .map((window) => `${window.id} ${window.liobn.toString(16)}: ${window.usedTces}`);
}

const line = (liobn: number, usedTces: number): string => `${(liobn >>> 0).toString(16)}: ${usedTces}`;

function hasFunctions(session: Session, buid: bigint): boolean {
  const functions = session.query({ ask: 'functions' });
  return functions.ok && functions.value.some(({ description }) => description.buid === buid);
}

/** Live windows with their TCEs as the firmware has them, and as the calls since each window was made add up to. */
class Books {
  private readonly fold = new WindowsFold();
  private seen = 0;
  /** QEMU keeps a PHB whose functions left; who asks for windows asks for those of functions. */
  private readonly keepsEmptyPhbs: boolean;

  constructor(keepsEmptyPhbs: boolean) {
    this.keepsEmptyPhbs = keepsEmptyPhbs;
  }

  check(session: Session, windows: readonly WindowAnswer[]): void {
    const { trace } = session;
    this.fold.feed(trace, this.seen, trace.length);
    this.seen = trace.length;
    const told = this.fold.value
      .filter(({ buid }) => !this.keepsEmptyPhbs || hasFunctions(session, buid))
      .map(({ window, usedTces }) => line(window.liobn, usedTces));
    expect(told.sort()).toEqual(windows.map(({ liobn, usedTces }) => line(liobn, usedTces)).sort());
  }
}

describe('a whole session', { timeout: 6 * 3_600_000 }, () => {
  it.each(PROFILES.map((profile) => profile.id))('%s, with every kernel', (profile) => {
    const seen = { modes: new Set<string>(), tces: 0 };
    const case_ = fc.tuple(partition(profile), deeds, fc.nat(20));
    fc.assert(
      fc.property(case_, ([config, all, cut]) => {
        const session = beginSession(config);
        const books = new Books(profile === 'qemu-pseries');
        const saveAt = cut % all.length;
        let saved = '';
        for (const [n, one] of all.entries()) {
          if (n === saveAt) saved = sessionText(session.save());
          perform(session, one);
          const windows = liveWindows(session);
          if (profile !== 'qemu-pseries') expect(overlaps(windows)).toEqual([]);
          expect(survivors(session, windows)).toEqual([]);
          books.check(session, windows);
          for (const { use, usedTces } of windows) {
            seen.modes.add(use);
            seen.tces += usedTces;
          }
        }
        const file = parseSessionFile(saved);
        const opened = file.ok ? replaySession(file.value) : file;
        if (!opened.ok) throw new Error(opened.error.message);
        for (const one of all.slice(saveAt)) perform(opened.value, one);
        expect(opened.value.save()).toEqual(session.save());
      }),
      { numRuns: sessions, ...(seed === undefined ? {} : { seed }) },
    );
    // It would prove little had not all kinds of windows been there. QEMU's block is never too small for a 1:1 one.
    const kinds = profile === 'qemu-pseries' ? ['default', 'direct'] : ['default', 'direct', 'indirect'];
    expect([...seen.modes]).toEqual(expect.arrayContaining(kinds));
    expect(seen.tces).toBeGreaterThan(0);
  });
});
