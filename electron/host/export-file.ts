// Files to hand out, made of what the machine answers.

import { flatten } from '../../core/index.ts';
import type { AnswerTo, Query, Result } from '../../core/index.ts';
import { writeAtomically } from './session-store.ts';

/** What can be handed out. */
export type ExportKind = 'dtb';

export interface Exported {
  readonly extension: string;
  /** Offered as the file's name. */
  readonly name: string;
  readonly filter: string;
  readonly content: Uint8Array;
}

type Ask = <Q extends Query>(query: Q) => Result<AnswerTo<Q>> | Promise<Result<AnswerTo<Q>>>;

/** The file's content as the machine is now. */
export async function exported(what: ExportKind, ask: Ask): Promise<Result<Exported>> {
  switch (what) {
    case 'dtb': {
      const tree = await ask({ ask: 'device-tree' });
      if (!tree.ok) return tree;
      const content = flatten(tree.value);
      return {
        ok: true,
        value: { extension: '.dtb', name: 'device-tree', filter: 'Device tree (DTB)', content },
      };
    }
  }
}

/** Writes it whole or not at all; gives the extension to a name that has none. The file's name is the answer. */
export async function writeExport(file: string, { extension, content }: Exported): Promise<Result<string>> {
  const named = file.endsWith(extension) ? file : `${file}${extension}`;
  const written = await writeAtomically(named, content);
  return written.ok ? { ok: true, value: named } : written;
}
