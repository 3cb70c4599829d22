// The skeleton of a lab: it passes `labs check` as it is, so that an author goes from green to green.

export function skeletonLab(title: string): string {
  return `---
lab: 1
title: ${JSON.stringify(title)}
goal: Tell what the learner can do or say afterwards, in one sentence.
minutes: 10
machine:
  profile: powervm-p9
  kernel: '5.15'
  memory: 64G
  max-memory: 512G
setup:
  - vf add 1 --device nvme
steps:
  - id: boot
    title: Boot
    checks:
      - id: indirect
        say: the VF maps indirectly
        why: >-
          Say here why it is so, and what the learner may have missed.
        query: functions[id=vf0].mode
        is: == indirect
      - id: asked-first
        say: Linux asked the firmware before it made a window
        why: >-
          ibm,query-pe-dma-window tells how large a window may be; only then can one be made.
        order:
          - call == ibm,query-pe-dma-window
          - call == ibm,create-pe-dma-window and ret == 0
    hints:
      nudge: Nothing happens while the partition is off.
      concept: Linux makes the window when the driver of the VF asks for a 64-bit mask.
      command: boot
sources:
  - what: ibm,query-pe-dma-window comes before ibm,create-pe-dma-window
    where: LoPAR 2.9, ibm,query-pe-dma-window; Linux arch/powerpc/platforms/pseries/iommu.c, enable_ddw()
---
What this lab is about, in two or three sentences.

## Boot

\`\`\`
boot
show windows
\`\`\`

What there is to see.
`;
}

export const SKELETON_SOLUTION = `# step: boot
boot
show windows # optional
`;
