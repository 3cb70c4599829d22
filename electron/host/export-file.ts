// Files to hand out, made of what the machine answers.

import { flatten } from '../../core/index.ts';
import type { AnswerTo, Query, Result } from '../../core/index.ts';
import type { ExportKind } from '../ipc-contract.ts';
import { writeAtomically } from './session-store.ts';

type Ask = <Q extends Query>(query: Q) => Result<AnswerTo<Q>>;

const ENDINGS: Readonly<Record<ExportKind, string>> = { dtb: '.dtb' };

/** Writes it whole or not at all, as the machine is now. The file's name is the answer: it ends as such files do. */
export async function exportTo(file: string, what: ExportKind, ask: Ask): Promise<Result<string>> {
  const content = contentOf(what, ask);
  if (!content.ok) return content;
  const named = file.endsWith(ENDINGS[what]) ? file : `${file}${ENDINGS[what]}`;
  const written = await writeAtomically(named, content.value);
  return written.ok ? { ok: true, value: named } : written;
}

function contentOf(what: ExportKind, ask: Ask): Result<Uint8Array> {
  switch (what) {
    case 'dtb': {
      const tree = ask({ ask: 'device-tree' });
      return tree.ok ? { ok: true, value: flatten(tree.value) } : tree;
    }
  }
}
