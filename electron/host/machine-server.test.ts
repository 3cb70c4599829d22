import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MachineReply } from './machine-contract.ts';
import { MachineServer } from './machine-server.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddw-lab-server-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function serverOf() {
  const replies: MachineReply[] = [];
  const server = new MachineServer((reply) => replies.push(reply));
  let ticket = 0;
  const ask = async (name: string, payload?: unknown): Promise<unknown> => {
    ticket++;
    await server.receive({ ticket, name, payload });
    const reply = replies.find((one) => 'ticket' in one && one.ticket === ticket);
    return reply !== undefined && 'ticket' in reply ? reply.answer : undefined;
  };
  return { ask, replies, server };
}

describe('the machine’s process', () => {
  it('answers nothing but `begin` at first', async () => {
    const { ask } = serverOf();
    expect(await ask('query', { ask: 'status' })).toMatchObject({
      ok: false,
      error: { code: 'bad-message' },
    });
    expect(await ask('begin', { folder, crashed: false })).toEqual({
      ok: true,
      value: { missing: [], sessions: 0, waking: false },
    });
    expect(await ask('query', { ask: 'status' })).toMatchObject({ ok: true, value: { state: 'off' } });
    expect(await ask('begin', { folder, crashed: false })).toMatchObject({ ok: false });
  });

  it.each([
    ['no-such-request', undefined],
    ['constructor', undefined],
    ['dispatch', { do: 'fly' }],
    ['open', { file: '' }],
    ['open', { file: 7 }],
    ['save', { id: -1, file: '/x' }],
    ['close', {}],
    ['showTab', { id: 'x' }],
  ])('refuses %s %j though it comes from main', async (name, payload) => {
    const { ask } = serverOf();
    await ask('begin', { folder, crashed: false });
    expect(await ask(name, payload)).toMatchObject({ ok: false, error: { code: 'bad-message' } });
  });

  it('says nothing to what is no message at all', async () => {
    const { server, replies } = serverOf();
    for (const sent of [undefined, null, 7, 'x', [], {}, { ticket: 'x', name: 'look' }])
      await server.receive(sent);
    expect(replies).toEqual([]);
  });
});
