import { expect, it } from 'vitest';
import { AS_NOW, questionOf } from './what-if-draft.ts';

it.each([
  [AS_NOW, { vfs: 8 }],
  [{ ...AS_NOW, vfs: 0 }, { vfs: 0 }],
  [{ ...AS_NOW, vfs: -1, memoryGib: 0, blockTces: Number.NaN }, { vfs: 8 }],
  [
    { vfs: 64, memoryGib: 1.5, maximumGib: 1024, largestPageShift: 12, blockTces: 524_288 },
    {
      vfs: 64,
      memoryBytes: 1_610_612_736,
      maxMemoryBytes: 1_099_511_627_776,
      largestPageShift: 12,
      blockTces: 524_288,
    },
  ],
])('%j asks %j: what is empty or no number stays as the machine has it', (draft, question) =>
  expect(questionOf(draft, 8)).toEqual(question),
);
