import { describe, expect, it } from 'vitest';
import type { ActAnswer, Query } from '../../core/index.ts';
import type { LabBridge } from '../../electron/ipc-contract.ts';
import { Lab } from './lab.svelte.ts';
import { undoAct } from './undo.ts';

type Undone = Awaited<ReturnType<LabBridge['undo']>>;

/** A lab whose session has these acts, and whose machine answers so; `wanted` collects what it was asked to undo. */
function labWith(acts: readonly ActAnswer[], answer: Undone) {
  const wanted: unknown[] = [];
  const bridge = {
    query: (query: Query) => Promise.resolve({ ok: true, value: query.ask === 'acts' ? acts : [] }),
    undo: (what: unknown) => {
      wanted.push(what);
      return Promise.resolve(answer);
    },
  };
  return { lab: new Lab(bridge as unknown as LabBridge), wanted };
}

const said = (lab: Lab): readonly string[] =>
  lab.notices.list.map(({ kind, message }) => `${kind}: ${message}`);
const ADDED: ActAnswer = { index: 4, line: 'vf add 56 nic' };

describe('undo in the window', () => {
  it('takes the newest act back by its place, and says which it was', async () => {
    const { lab, wanted } = labWith([ADDED], { ok: true, value: { refusals: [] } });
    await undoAct(lab);
    expect(wanted).toEqual([{ index: 4 }]);
    expect(said(lab)).toEqual(['remark: Undone: vf add 56 nic']);
  });

  it('says what could not be done again without the act', async () => {
    const refusals = ['"io start vf9" was refused: there is no function "vf9"'];
    const { lab } = labWith([ADDED], { ok: true, value: { refusals } });
    await undoAct(lab);
    expect(said(lab)).toEqual([
      'remark: Undone: vf add 56 nic',
      'error: "io start vf9" was refused: there is no function "vf9".',
    ]);
  });

  it('says of many what the first was, and how many there are', async () => {
    const { lab } = labWith([ADDED], { ok: true, value: { refusals: ['a was refused', 'b', 'c'] } });
    await undoAct(lab);
    expect(said(lab)[1]).toBe('error: A was refused (and 2 more that need what was undone).');
  });

  it('asks for nothing when nothing was done', async () => {
    const { lab, wanted } = labWith([], { ok: true, value: { refusals: [] } });
    await undoAct(lab);
    lab.act('undo');
    expect(wanted).toEqual([]);
    expect(said(lab)).toEqual([
      'remark: There is nothing to undo: nothing was done to the configuration in this session.',
    ]);
  });

  it.each<[code: string, sentence: string]>([
    ['cancelled', 'remark: Undo was cancelled: the session is as it was.'],
    ['no-act', 'error: Command 4 is no act.'],
  ])('a refusal is said (%s)', async (code, sentence) => {
    const { lab } = labWith([ADDED], { ok: false, error: { code, message: 'command 4 is no act' } });
    await undoAct(lab);
    expect(said(lab)).toEqual([sentence]);
  });
});
