// Every request, fuzzed: what a page that has been taken over might send. Nothing may throw, change the machine by a malformed message,
// or be answered otherwise than with a result.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultScenario } from '../core/index.ts';
import { machineRequests } from './host/machine-contract.ts';
import type { MachineReply } from './host/machine-contract.ts';
import { MachineServer } from './host/machine-server.ts';
import { checkNotice, checkRequest, notices, requests } from './ipc-contract.ts';
import type { NoticeName, RequestName } from './ipc-contract.ts';

const PER_REQUEST = 4000;
const PER_MACHINE_REQUEST = 300;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddw-lab-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A message that is right, and which a fuzzer bends. */
const good: Readonly<Record<string, unknown>> = {
  dispatch: {
    do: 'io-start',
    id: 'vf0',
    io: { sizeBytes: 4096, depth: 1, count: 1, direction: 'read', intervalNs: 0 },
  },
  query: { ask: 'tces', liobn: 1, index: 0, count: 4 },
  tracePage: { from: 0, limit: 10, direction: 'forward', filter: 'is:map' },
  configOn: { config: defaultScenario(), profile: 'powervm-p10' },
  run: { on: true },
  newSession: { config: defaultScenario() },
  saveSession: { as: true },
  compare: { kernel: '5.13' },
  compareRuns: { kernels: ['5.13'], profiles: ['powervm-p9'] },
  vfioMatrix: { driverFirst: false },
  vfioOpen: {
    kernel: '6.12.107',
    profile: 'powervm-p9',
    slotClass: 'dedicated',
    pageBytes: 65_536,
    app: 'v2',
    driverFirst: false,
  },
  copyText: { text: 'x' },
  setSettings: {
    theme: 'dark',
    terminal: { fontSize: 13, scrollback: 1000, screenReader: false, copyOnSelect: false },
    role: 'support',
    layout: '',
  },
  setMenu: {
    entries: [{ action: 'boot', label: 'Boot', keys: 'F5', menu: 'Machine', menuTitle: 'Machine' }],
  },
  showTab: { id: 1 },
  closeTab: { id: 1 },
  openRecent: { index: 0 },
  cancelWork: { id: 1 },
  openDropped: { path: '/nowhere.ddwrun' },
  begin: { folder: '/nowhere', crashed: false },
  open: { file: '/nowhere.ddwrun' },
  save: { id: 1, file: '/nowhere/x.ddwrun' },
  close: { id: 1 },
};

const odd = fc.oneof(
  fc.anything({
    withBigInt: true,
    withNullPrototype: true,
    withDate: true,
    withMap: true,
    withTypedArray: true,
  }),
  fc.constantFrom('__proto__', 'constructor', NaN, -0, Infinity, 2 ** 53, -1, 1.5, '', 'x'.repeat(5000)),
);

/** Every place in a message where a value can be exchanged, and one more that does not belong there. */
function bent(message: unknown): fc.Arbitrary<unknown> {
  if (typeof message !== 'object' || message === null) return odd;
  const keys = [...Object.keys(message), '__proto__x', 'extra'];
  return fc.constantFrom(...keys).chain((key) => {
    const inner = (message as Record<string, unknown>)[key];
    const change = typeof inner === 'object' && inner !== null ? fc.oneof(odd, bent(inner)) : odd;
    return change.map((value) =>
      Array.isArray(message) ? [...message, value] : { ...message, [key]: value },
    );
  });
}

const sent = (name: string): fc.Arbitrary<unknown> =>
  good[name] === undefined
    ? odd
    : fc.oneof({ weight: 1, arbitrary: odd }, { weight: 3, arbitrary: bent(good[name]) });

it.each(Object.keys(requests) as RequestName[])('main takes or refuses %s, and never throws', (name) => {
  fc.assert(
    fc.property(sent(name), (payload) => {
      const checked = checkRequest(name, payload);
      if (checked.ok) expect(checkRequest(name, checked.value)).toEqual(checked);
      else expect(checked.error.code).toBe('bad-message');
    }),
    { numRuns: PER_REQUEST },
  );
});

it.each(Object.keys(notices) as NoticeName[])(
  'the preload script passes %s on in its shape or not at all',
  (name) => {
    fc.assert(
      fc.property(odd, (payload) => {
        const checked = checkNotice(name, payload);
        if (checked !== undefined) expect(checkNotice(name, checked)).toEqual(checked);
      }),
      { numRuns: PER_REQUEST },
    );
  },
);

it.each(
  Object.keys(machineRequests).filter(
    (name) => !['open', 'save', 'compareRuns', 'vfioMatrix'].includes(name),
  ),
)(
  'the machine’s process answers %s with a result, whatever comes with it',
  async (name) => {
    const replies: MachineReply[] = [];
    const server = new MachineServer((reply) => replies.push(reply));
    await server.receive({
      ticket: 0,
      name: 'begin',
      payload: { folder: join(folder, name), crashed: false },
    });
    let ticket = 1;
    await fc.assert(
      fc.asyncProperty(sent(name), async (payload) => {
        const mine = ticket++;
        replies.length = 0;
        await server.receive({ ticket: mine, name, payload });
        const reply = replies.find((one) => 'ticket' in one && one.ticket === mine);
        expect(reply).toHaveProperty('answer.ok');
        if (reply !== undefined && 'answer' in reply)
          expect((reply.answer as { error?: { code: string } }).error?.code).not.toBe('bug');
      }),
      { numRuns: PER_MACHINE_REQUEST },
    );
    await server.receive({ ticket: ticket + 1, name: 'closeAll', payload: undefined });
  },
  60_000,
);

it('that is more than 100,000 cases', () => {
  expect((Object.keys(requests).length + Object.keys(notices).length) * PER_REQUEST).toBeGreaterThan(100_000);
});
