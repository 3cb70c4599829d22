import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conformCalls } from './calls.ts';
import { reportLines, statusOf, totalsOf } from './report.ts';

const SHARED = new URL('../../../../shared/oracle/calls/', import.meta.url);

describe.runIf(existsSync(SHARED))('every recorded call of the whole folder', () => {
  const names = existsSync(SHARED) ? readdirSync(SHARED).filter((name) => name.endsWith('.jsonl')) : [];
  it.each(names)('of %s is answered exactly', (name) => {
    const report = conformCalls(name, readFileSync(new URL(name, SHARED), 'utf8'));
    expect(report.ok ? reportLines(report.value) : report.error).toEqual([expect.stringMatching(/^OK /)]);
  });
});
