import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Desk } from './desk.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddw-lab-desk-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('an undone act leaves a tab in the place of the old one, with a journal of its own', async () => {
  const desk = new Desk(folder, () => undefined);
  desk.begin(false);
  const { id } = desk.shown;
  const { events } = desk.progress();
  const accepted = desk.dispatch({ do: 'adapter-mode', slot: 'C4', mode: 'shared' });
  if (!accepted.ok) throw new Error(accepted.error.message);
  expect(await desk.undo()).toEqual({ ok: true, value: { refusals: [] } });
  expect(desk.progress()).toMatchObject({ state: 'off', events });
  expect(desk.shown.id).not.toBe(id);
  expect(desk.state().tabs.map((tab) => tab.id)).toEqual([desk.shown.id]);
  const system = desk.shown.host.query({ ask: 'system' });
  const c4 = system.ok ? system.value?.slots.find(({ name }) => name === 'C4') : undefined;
  expect(c4?.mode).toBe('dedicated');
  expect(readdirSync(folder).filter((name) => name.includes(desk.shown.name))).not.toEqual([]);
  expect(await desk.undo()).toMatchObject({ ok: false, error: { code: 'nothing-to-undo' } });
  desk.closeAll();
});
