import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conformProbe } from './probe.ts';
import { reportLines } from './report.ts';

const SHARED = new URL('../../../../shared/oracle/scenarios/', import.meta.url);
const names = existsSync(SHARED) ? readdirSync(SHARED).filter((name) => name.startsWith('probe_')) : [];

describe.runIf(names.length > 0)('every recorded probe of the whole folder', () => {
  it.each(names)('%s is answered exactly', (name) => {
    const text = (file: string): string => readFileSync(new URL(`${name}/${file}`, SHARED), 'utf8');
    const report = conformProbe(name, text('scenario.json'), text('probe.jsonl'));
    expect(report.ok ? reportLines(report.value) : report.error).toEqual([expect.stringMatching(/^OK /)]);
  });
});
