// The themes' tokens, held to WCAG AA; and the trace's five kinds, which must stay apart for the common colour blindnesses.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

/** The tokens of a theme; blocks that name several themes count for each. */
function tokensOf(theme: string): Map<string, string> {
  const tokens = new Map<string, string>();
  for (const [, selector = '', body = ''] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (!selector.includes(`'${theme}'`)) continue;
    for (const [, name = '', value = ''] of body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g))
      tokens.set(name, value);
  }
  return tokens;
}

type Rgb = readonly [number, number, number];

const rgbOf = (hex: string): Rgb => {
  const n = Number.parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
};
const linear = (channel: number): number => {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
};
const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(rgbOf(a)), luminance(rgbOf(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const THEMES = ['dark', 'light', 'contrast', 'projector'];
const TEXTS = ['text', 'text-2', 'text-3', 'text-dim', 'link', 'error', 'warning', 'success'];
const KINDS = ['kind-map', 'kind-unmap', 'kind-stuff', 'kind-window', 'kind-error'];

describe.each(THEMES)('the theme %s', (theme) => {
  const tokens = tokensOf(theme);
  const of = (name: string): string => {
    const value = tokens.get(name);
    if (value === undefined) throw new Error(`${theme} has no --${name}`);
    return value;
  };

  it.each(TEXTS)('--%s reads on the background (4.5 : 1)', (name) =>
    expect(contrast(of(name), of('background'))).toBeGreaterThanOrEqual(4.5),
  );

  it.each(['text', 'text-2', 'text-3'])('--%s reads on layers and chosen rows', (name) => {
    for (const ground of ['layer', 'layer-hover', 'layer-selected'])
      expect(contrast(of(name), of(ground)), ground).toBeGreaterThanOrEqual(4.5);
  });

  it.each(KINDS)('--%s reads in the terminal', (name) =>
    expect(contrast(of(name), of('terminal'))).toBeGreaterThanOrEqual(4.5),
  );

  it('buttons, messages and focus can be seen', () => {
    expect(contrast(of('on-primary'), of('primary'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('text'), of('error-bg'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('text'), of('warning-bg'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('focus'), of('background'))).toBeGreaterThanOrEqual(3);
    expect(contrast(of('border-strong'), of('background'))).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.keys(BLINDNESS))('the five kinds stay apart under %s', (kind) => {
    const matrix = BLINDNESS[kind] ?? [];
    for (const [i, a] of KINDS.entries())
      for (const b of KINDS.slice(i + 1))
        expect(distance(seen(of(a), matrix), seen(of(b), matrix)), `${a} and ${b}`).toBeGreaterThan(15);
  });
});

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const BLINDNESS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'normal sight': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Linear RGB as an eye with that matrix sees it. */
function seen(hex: string, matrix: readonly (readonly number[])[]): readonly number[] {
  const rgb = rgbOf(hex).map(linear);
  return matrix.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, factor, i) => sum + factor * (rgb[i] ?? 0), 0),
      ),
    ),
  );
}

/** CIE76 ΔE of two linear RGB colours (D65). */
function distance(a: readonly number[], b: readonly number[]): number {
  const [p, q] = [labOf(a), labOf(b)];
  return Math.hypot(...p.map((value, i) => value - (q[i] ?? 0)));
}

function labOf([r = 0, g = 0, b = 0]: readonly number[]): readonly number[] {
  const xyz = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ];
  const [x = 0, y = 0, z = 0] = xyz.map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
