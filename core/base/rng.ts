// Seeded random numbers (xoshiro128**, Blackman and Vigna 2018): the only randomness that core may use.

export interface Rng {
  /** Uniform uint32. */
  next(): number;
  /** Uniform integer in [0, bound), bound >= 1 and < 2^32. */
  below(bound: number): number;
}

export function createRng(seed: number): Rng {
  const s = new Int32Array(4);
  // splitmix32 spreads a small seed over the state, which must not be all zero.
  let z = seed | 0;
  for (let i = 0; i < 4; i++) {
    z = (z + 0x9e3779b9) | 0;
    let t = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
    s[i] = t ^ (t >>> 15);
  }
  const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));
  const next = (): number => {
    const s0 = s[0] ?? 0;
    const s1 = s[1] ?? 0;
    const s2 = s[2] ?? 0;
    const s3 = s[3] ?? 0;
    const result = Math.imul(rotl(Math.imul(s1, 5), 7), 9);
    const t2 = s2 ^ s0;
    const t3 = s3 ^ s1;
    s[1] = s1 ^ t2;
    s[0] = s0 ^ t3;
    s[2] = t2 ^ (s1 << 9);
    s[3] = rotl(t3, 11);
    return result >>> 0;
  };
  return { next, below: (bound) => next() % bound };
}
