// What is said of a field while it has the focus: what it is for, how far it may go, or why it is fixed.

import type { ConfigCheckAnswer, FieldLimits } from '../../core/index.ts';
import { lpar } from '../texts/texts.ts';
import { sizeWords } from '../widgets/numbers.ts';
import { FIELD_OF_CONFIG, SIZE_FIELDS } from './lpar-draft.ts';
import type { DraftField } from './lpar-draft.ts';

const isSize = (field: DraftField): boolean => (SIZE_FIELDS as readonly DraftField[]).includes(field);

function rangeText(field: DraftField, { least, most, step }: FieldLimits): string {
  const text = (value: number): string => (isSize(field) ? sizeWords(value) : String(value));
  return step === undefined
    ? lpar.range(text(least), text(most))
    : lpar.rangeInBlocks(text(least), text(most), text(step));
}

export function hintOf(field: DraftField, check: ConfigCheckAnswer | undefined, locked: boolean): string {
  if (locked) return lpar.fixed[field];
  const limits = check?.limits.find((row) => FIELD_OF_CONFIG[row.field] === field);
  const words = field === 'bootArgs' ? [...(check?.bootArgs ?? []), 'crashkernel=768M'].join(', ') : '';
  const { usual } = limits ?? {};
  return [
    lpar.about[field],
    limits === undefined ? words : rangeText(field, limits),
    usual === undefined ? '' : lpar.usual(sizeWords(usual.value), usual.grade),
  ]
    .filter((part) => part !== '')
    .join(' ');
}
