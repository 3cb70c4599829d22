// What a Linux build is to this model: data. Every field is a fact about arch/powerpc (pseries/iommu.c, kernel/iommu.c,
// kernel/dma-iommu.c) of that build, with the reason to believe it. Code reads fields and never asks for an id.

/** verified: seen in a recording of this build; documented: its source or changelog; observed: a real log; assumed: inferred. */
export type Grade = 'verified' | 'documented' | 'observed' | 'assumed';

export interface Graded<T> {
  readonly value: T;
  readonly grade: Grade;
  readonly source: string;
}

export interface KernelBuild {
  /** `5.13`, `6.1.176`: what MachineConfig.kernel names. */
  readonly id: string;
  readonly title: string;
  /** Name of the generation in the digest: `G1b`, `G2a`. */
  readonly generation: string;
  /** Base page sizes that this build comes in. */
  readonly pageBytes: Graded<readonly number[]>;
}
