import { describe, expect, it, vi } from 'vitest';
import { InvariantError } from '../base/invariant.ts';
import { IoRunner } from '../machine/io-runner.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';
import { checkSessionLog } from './session-file.ts';
import { Session } from './session.ts';

function booted(): Session {
  const functions = [{ id: 'vf0', device: 'nvme', slotClass: 'sriov-vf' }];
  const session = Session.create({ ...DEFAULT_LPAR, functions });
  if (!session.ok) throw new Error(session.error.message);
  session.value.dispatch({ do: 'boot' });
  while (!session.value.idle) session.value.advance(100);
  return session.value;
}

describe('a session’s log', () => {
  it('is its file without what proves it', () => {
    const session = booted();
    const { config, commands, steps } = session.save();
    expect(session.log()).toEqual({ config, commands, steps });
    expect(checkSessionLog(session.log())).toEqual({ ok: true, value: session.log() });
  });

  it('asks for no hash', () => {
    const session = booted();
    const hash = vi.spyOn(session, 'traceHash');
    session.log();
    expect(hash).not.toHaveBeenCalled();
  });

  it.each([
    [{ steps: -1 }, 'bad-value'],
    [{ commands: [{ step: 5, command: { do: 'boot' } }], steps: 4 }, 'bad-value'],
    [{ traceHash: '0' }, 'unknown-field'],
  ])('with %j is refused', (change, code) => {
    expect(checkSessionLog({ ...booted().log(), ...change })).toMatchObject({ ok: false, error: { code } });
  });
});

it('the trace’s hash worked out piece by piece is the hash', () => {
  const [session, other] = [booted(), booted()];
  let pieces = 1;
  while (!session.hashAhead(100)) pieces++;
  expect(pieces).toBe(Math.ceil(session.traceLength / 100));
  expect(session.traceHash()).toBe(other.traceHash());
});

it('a fault of ours is told from an Oops of the guest, with the last event before it', () => {
  const session = booted();
  const events = session.traceLength;
  const start = vi.spyOn(IoRunner.prototype, 'start').mockImplementation(() => {
    throw new InvariantError('two heads');
  });
  const io = { sizeBytes: 4096, depth: 1, count: 1, direction: 'read', intervalNs: 0 } as const;
  session.dispatch({ do: 'io-start', id: 'vf0', io });
  start.mockRestore();
  expect(session.bug).toEqual({ seq: events, message: 'InvariantError: two heads' });
  expect(session.oops).toBe('InvariantError: two heads');
});
