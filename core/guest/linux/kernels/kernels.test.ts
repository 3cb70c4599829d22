import { describe, expect, it } from 'vitest';
import { KERNELS, kernelAnswers, kernelById, kernelByRelease } from './index.ts';

const GRADES = ['verified', 'documented', 'observed', 'assumed'];
const PLAIN = new Set(['id', 'title', 'generation', 'releases']);

describe('kernel builds', () => {
  it.each(KERNELS.map((k) => [k.id, k] as const))(
    '%s: every fact has a value, a grade and a source',
    (_, kernel) => {
      for (const [field, fact] of Object.entries(kernel)) {
        if (PLAIN.has(field)) continue;
        expect(fact, field).toHaveProperty('value');
        expect(GRADES, field).toContain(fact.grade);
        expect(fact.source.length, field).toBeGreaterThan(1);
      }
    },
  );

  it('are five, each with its own name', () => {
    expect(KERNELS.map((k) => k.id)).toEqual(['5.13', '5.15', '6.1.176', '6.12.107', '7.2.13']);
    expect(kernelAnswers().map((k) => k.pageBytes)).toEqual([
      [4096, 65536],
      [4096, 65536],
      [65536],
      [4096, 65536],
      [4096, 65536],
    ]);
  });

  it.each([
    ['6.1.0-50-powerpc64le', '6.1.176'],
    ['6.12.107+deb13-powerpc64le', '6.12.107'],
    ['6.12.107+deb13-powerpc64le-64k', '6.12.107'],
    ['7.2.13+deb14-powerpc64le-64k', '7.2.13'],
    ['5.15', '5.15'],
    ['5.15.160', '5.15'],
  ])('the release %s is build %s', (release, id) => expect(kernelByRelease(release)?.id).toBe(id));

  it('answer nothing for a kernel that is not modelled', () => {
    expect(kernelById('4.19')).toBeUndefined();
    expect(kernelByRelease('4.19.0-27-powerpc64le')).toBeUndefined();
    expect(kernelByRelease('6.11.2')).toBeUndefined();
  });

  it('what recordings of a build show is graded verified', () => {
    for (const id of ['6.1.176', '6.12.107', '7.2.13']) {
      const kernel = kernelById(id);
      expect([kernel?.memoryEnd.grade, kernel?.stuffLimit.grade, kernel?.pageShifts.grade]).toEqual([
        'verified',
        'verified',
        'verified',
      ]);
    }
  });
});
