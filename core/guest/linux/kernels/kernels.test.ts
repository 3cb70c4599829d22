import { describe, expect, it } from 'vitest';
import { KERNELS, kernelAnswers, kernelById, kernelByRelease } from './index.ts';

const GRADES = ['verified', 'documented', 'observed', 'assumed'];
const PLAIN = new Set(['id', 'title', 'story', 'generation', 'releases']);

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

  it('stand for every generation, oldest first', () => {
    expect(KERNELS.map((k) => `${k.generation} ${k.id}`)).toEqual([
      'G0 4.19',
      'G0 5.4',
      'G1a 5.10',
      'G1b 5.13',
      'G2a 5.15-rc7',
      'G2a 5.15',
      'G2a 5.17',
      'G2b 6.1',
      'G2b 6.1.176',
      'G2c 6.6',
      'G2c 6.10',
      'G3a 6.11',
      'G3b 6.12.107',
      'G3b 6.15',
      'G3c 7.2.13',
    ]);
  });

  it('come with 4K and 64K pages, but for the one that Debian builds with 64K alone', () => {
    for (const k of kernelAnswers())
      expect(k.pageBytes, k.id).toEqual(k.id === '6.1.176' ? [65536] : [4096, 65536]);
  });

  it('explain themselves in one sentence each', () => {
    const stories = kernelAnswers().map((k) => k.story);
    expect(new Set(stories).size).toBe(KERNELS.length);
    for (const story of stories) expect(story).toMatch(/^[A-Z][^.]{40,}(\d\.\d[^.]*)*\.$/);
  });

  it.each([
    ['6.1.0-50-powerpc64le', '6.1.176'],
    ['6.12.107+deb13-powerpc64le', '6.12.107'],
    ['6.12.107+deb13-powerpc64le-64k', '6.12.107'],
    ['7.2.13+deb14-powerpc64le-64k', '7.2.13'],
    ['4.19.0-27-powerpc64le', '4.19'],
    ['5.8.18', '5.4'],
    ['5.10.0-30-powerpc64le', '5.10'],
    ['5.14.0-503', '5.13'],
    ['5.15', '5.15'],
    ['5.15.0-rc7', '5.15-rc7'],
    ['5.15.0-91-generic', '5.15'],
    ['5.19.17', '5.17'],
    ['6.1.50', '6.1'],
    ['6.2.9', '6.1'],
    ['6.6.13', '6.6'],
    ['6.8.0-31-generic', '6.10'],
    ['6.11.2', '6.11'],
    ['6.17.1', '6.15'],
    ['5.15.160', '5.15'],
  ])('the release %s is build %s', (release, id) => expect(kernelByRelease(release)?.id).toBe(id));

  it('answer nothing for a kernel that is not modelled', () => {
    expect(kernelById('3.10')).toBeUndefined();
    expect(kernelByRelease('3.10.0-1160')).toBeUndefined();
    expect(kernelByRelease('6.99.2')).toBeUndefined();
  });

  it('show each fact with its grade', () => {
    const [oldest] = kernelAnswers();
    expect(oldest?.facts).toContainEqual({
      name: 'maskHook',
      graded: { value: 'set-mask', grade: 'documented', source: 'S9 dma_set_mask_pSeriesLP' },
    });
    for (const { facts } of kernelAnswers()) expect(facts.length).toBe(oldest?.facts.length);
  });

  it('only recorded builds have verified facts', () => {
    const recorded = KERNELS.filter((k) => Object.values(k).some((f) => f.grade === 'verified'));
    expect(recorded.map((k) => k.id)).toEqual(['6.1.176', '6.12.107', '7.2.13']);
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
