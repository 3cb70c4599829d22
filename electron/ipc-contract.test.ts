import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { defaultScenario } from '../core/index.ts';
import {
  checkNotice,
  checkRequest,
  noticeChannel,
  notices,
  requestChannel,
  requests,
} from './ipc-contract.ts';
import type { RequestName } from './ipc-contract.ts';

const names = Object.keys(requests) as RequestName[];

describe('requests', () => {
  it.each([
    ['dispatch', { do: 'configure', config: defaultScenario() }],
    ['dispatch', { do: 'vf-add', count: 2, device: 'nic' }],
    [
      'dispatch',
      {
        do: 'io-start',
        id: 'vf0',
        io: { sizeBytes: 65_536, depth: 32, count: 0, direction: 'read', intervalNs: 0 },
      },
    ],
    ['query', { ask: 'verdict', config: defaultScenario('5.13') }],
    [
      'query',
      {
        ask: 'config-check',
        config: { ...defaultScenario(), nvdimms: 1, vio: [{ id: 'veth0', device: 'l-lan' }] },
      },
    ],
    ['query', { ask: 'may', commands: [{ do: 'kexec' }, { do: 'memory-add', bytes: 2 ** 30 }] }],
    ['query', { ask: 'page-sizes' }],
    ['query', { ask: 'tces', liobn: 0x8000_0001 | 0, index: 0, count: 16 }],
    ['tracePage', { from: 0, limit: 2000, direction: 'backward', filter: 'is:map' }],
    ['newSession', {}],
    ['dispatch', { do: 'adapter-mode', slot: 'C4', mode: 'shared' }],
    [
      'dispatch',
      { do: 'logical-port-add', port: { adapter: 2, physPort: 0, lpar: 1, capacity: 2.5 }, count: 64 },
    ],
    ['dispatch', { do: 'logical-port-remove', logicalPorts: ['27008000', '27008001'] }],
    ['query', { ask: 'what-if', what: { vfs: 64, blockTces: 0x40_0000 } }],
    ['query', { ask: 'hmc', command: { do: 'vf-add', count: 1, device: 'nic' } }],
    ['query', { ask: 'logical-ports', adapter: 2, from: 0, limit: 100 }],
    ['undo', {}],
    ['undo', { index: 3 }],
    ['hello', undefined],
    ['compareRuns', { kernels: ['5.13', '5.15'], profiles: ['powervm-p9'] }],
  ] as const)('%s %j is taken as it is', (name, payload) => {
    expect(checkRequest(name, payload)).toEqual({ ok: true, value: payload });
  });

  it.each([
    [
      'dispatch',
      { do: 'configure', config: { ...defaultScenario(), memoryBytes: '64G' } },
      /config\.memoryBytes/,
    ],
    ['dispatch', { do: 'boot', now: true, hidden: () => 1 }, undefined],
    ['dispatch', { do: 'vf-add', count: Number.NaN, device: 'nic' }, /count/],
    ['query', { ask: 'tces', liobn: 1, index: 0, count: 1e6 }, /count/],
    ['tracePage', { from: 0, limit: 0, direction: 'forward' }, /limit/],
    ['tracePage', { from: 0, limit: 1, direction: 'forward', filter: 'x'.repeat(2001) }, /filter/],
    ['setSettings', { theme: '__proto__', terminal: {}, role: 'support', layout: '' }, /theme/],
    [
      'setMenu',
      { entries: [{ action: 'x', label: 'X', keys: 'Ctrl++', menu: 'File', menuTitle: 'File' }] },
      /keys/,
    ],
    ['hello', { anything: 1 }, /message/],
    ['compareRuns', { kernels: [], profiles: ['powervm-p9'] }, /kernels/],
    ['compareRuns', { kernels: Array<string>(9).fill('5.13'), profiles: ['powervm-p9'] }, /kernels/],
  ] as const)('%s %j', (name, payload, where) => {
    const checked = checkRequest(name, payload);
    if (where === undefined) expect(checked).toEqual({ ok: true, value: { do: 'boot' } });
    else expect(checked).toMatchObject({ ok: false, error: { code: 'bad-message', message: where } });
  });

  it('never throw, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.anything({ withBigInt: true, withNullPrototype: true }),
        (name, sent) => {
          const checked = checkRequest(name, sent);
          expect(typeof checked.ok).toBe('boolean');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are refused when one field of a good command is replaced by something else', () => {
    const good = { sizeBytes: 65_536, depth: 32, count: 0, direction: 'read', intervalNs: 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(good)),
        fc.oneof(fc.string(), fc.double({ min: 0.1, max: 0.9 }), fc.constant(null), fc.constant([])),
        (field, value) => {
          fc.pre(!(field === 'direction' && (value === 'read' || value === 'write')));
          const checked = checkRequest('dispatch', {
            do: 'io-start',
            id: 'vf0',
            io: { ...good, [field]: value },
          });
          expect(checked.ok).toBe(false);
        },
      ),
    );
  });
});

describe('notices', () => {
  const session = { id: 1, title: '', comparing: null };
  const progress = {
    state: 'running',
    nowNs: 1,
    events: 2,
    hcalls: 3,
    hcallsPerSecond: 4.5,
    problems: 0,
    paused: false,
    busy: true,
    session,
  };

  it('reach the page only in their shape', () => {
    expect(checkNotice('progress', progress)).toEqual(progress);
    expect(checkNotice('progress', { ...progress, state: 'on fire' })).toBeUndefined();
    expect(checkNotice('menu', { action: 7 })).toBeUndefined();
  });
});

it('every message has a channel of its own', () => {
  const channels = [
    ...names.map(requestChannel),
    ...(Object.keys(notices) as (keyof typeof notices)[]).map(noticeChannel),
  ];
  expect(new Set(channels).size).toBe(channels.length);
});
