import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LPAR, defaultScenario } from '../../core/index.ts';
import type { Command, MachineConfig } from '../../core/index.ts';
import type { HostProgress } from './host-types.ts';
import { SessionHost } from './session-host.ts';

const config: MachineConfig = {
  ...DEFAULT_LPAR,
  functions: [{ id: 'vf0', device: 'nvme', slotClass: 'sriov-vf' }],
};
const io = { sizeBytes: 65_536, depth: 8, count: 0, direction: 'read', intervalNs: 0 } as const;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ddw-lab-host-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function did(host: SessionHost, command: Command): void {
  const accepted = host.dispatch(command);
  if (!accepted.ok) throw new Error(accepted.error.message);
}

async function bootedHost(): Promise<SessionHost> {
  const host = new SessionHost({ config });
  host.start();
  did(host, { do: 'boot' });
  await host.whenIdle();
  return host;
}

/** The turns that an event loop of its own would give; what is between them is the host's work. */
const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
};

describe('a session host', () => {
  it('begins with the default scenario, off', () => {
    const host = new SessionHost();
    expect(host.progress()).toMatchObject({ state: 'off', running: false, busy: false, hcalls: 0 });
    expect(host.query({ ask: 'config' })).toEqual({ ok: true, value: defaultScenario() });
  });

  it('works in turns until nothing is left, and reports', async () => {
    const seen: HostProgress[] = [];
    const host = new SessionHost({ config });
    host.onProgress((progress) => seen.push(progress));
    host.start();
    did(host, { do: 'boot' });
    await host.whenIdle();
    expect(seen.at(-1)).toMatchObject({ state: 'running', busy: false, running: false });
    expect(seen.at(-1)?.hcalls).toBeGreaterThan(100);
  });

  it('does nothing while stopped, and goes on when started', async () => {
    const host = new SessionHost({ config });
    did(host, { do: 'boot' });
    await turns(5);
    expect(host.progress().state).toBe('booting');
    host.start();
    await host.whenIdle();
    expect(host.progress().state).toBe('running');
  });

  it('gives others their turn within a slice: endless I/O does not block the loop', async () => {
    const host = await bootedHost();
    did(host, { do: 'io-start', id: 'vf0', io });
    let ticks = 0;
    for (; ticks < 20; ticks++) await turns(1);
    const { events, running } = host.progress();
    expect(ticks).toBe(20);
    expect(running).toBe(true);
    expect(events).toBeGreaterThan(2000);
    did(host, { do: 'io-stop', id: 'vf0' });
    await host.whenIdle();
    host.stop();
  });

  it('a slice lasts as long as it may, by the clock that it is given', async () => {
    let now = 0;
    const host = new SessionHost({ config, sliceMs: 8, now: () => (now += 1) });
    host.start();
    did(host, { do: 'boot' });
    await turns(1);
    // One look at the clock every few steps: eight looks are a slice.
    expect(host.session.steps).toBeLessThanOrEqual(8 * 4);
    host.stop();
  });

  it('undoes the newest act: the session goes on as if it had never been, and can be saved', async () => {
    const host = await bootedHost();
    const hash = host.session.traceHash();
    did(host, { do: 'adapter-mode', slot: 'C4', mode: 'shared' });
    did(host, { do: 'vf-add', count: 2, device: 'nic' });
    await host.whenIdle();
    for (let n = 0; n < 2; n++) {
      const undone = await host.undone();
      if (!undone.ok) throw new Error(undone.error.message);
      expect(undone.value.refusals).toEqual([]);
      host.takeUp(undone.value.session);
    }
    expect(host.session.traceHash()).toBe(hash);
    expect(await host.undone()).toMatchObject({ ok: false, error: { code: 'nothing-to-undo' } });
    host.stop();
  });

  it('says what is not possible without the act', async () => {
    const host = await bootedHost();
    did(host, { do: 'adapter-mode', slot: 'C4', mode: 'shared' });
    did(host, { do: 'logical-port-add', port: { adapter: 2, physPort: 0, lpar: 1 } });
    await host.whenIdle();
    expect(await host.undone(1)).toMatchObject({
      ok: true,
      value: {
        refusals: [
          '"port add --adapter 2 --port 0 --lpar 1" was refused: no adapter in shared mode has the id 2',
        ],
      },
    });
    host.stop();
  });

  it('a stopped host releases who waits', async () => {
    const host = await bootedHost();
    did(host, { do: 'io-start', id: 'vf0', io });
    const waiting = host.whenIdle();
    host.stop();
    await waiting;
    expect(host.progress()).toMatchObject({ running: false, busy: true });
  });

  it('an ended subscription hears nothing more', () => {
    const host = new SessionHost({ config });
    let heard = 0;
    const end = host.onProgress(() => heard++);
    host.start();
    end();
    host.stop();
    expect(heard).toBe(1);
  });

  it('refuses what is no command or no configuration, in words', () => {
    const host = new SessionHost({ config });
    expect(host.dispatch({ do: 'fly' } as unknown as Command)).toMatchObject({
      ok: false,
      error: { code: 'bad-value' },
    });
    expect(host.new({ ...config, kernel: '1.0' })).toMatchObject({
      ok: false,
      error: { code: 'unknown-kernel' },
    });
    expect(host.query({ ask: 'config' })).toEqual({ ok: true, value: config });
  });
});

describe('a page of the trace', () => {
  it('goes forward and backward, and says where to go on', async () => {
    const host = await bootedHost();
    const total = host.progress().events;
    const first = host.tracePage({ from: 0, limit: 3, direction: 'forward' });
    expect(first.ok && first.value.events.map((event) => event.seq)).toEqual([0, 1, 2]);
    expect(first.ok && first.value.next).toBe(3);
    const last = host.tracePage({ from: total, limit: 2, direction: 'backward' });
    expect(last.ok && last.value.events.map((event) => event.seq)).toEqual([total - 1, total - 2]);
    const end = host.tracePage({ from: total - 1, limit: 10, direction: 'forward' });
    expect(end.ok && [end.value.events.length, end.value.next]).toEqual([1, undefined]);
  });

  it('holds what the filter lets through, functions by their names', async () => {
    const host = await bootedHost();
    const texts: string[] = [];
    // A search is cut after a few milliseconds: the pages go on where the last one ended.
    for (let from: number | undefined = 0, pages = 0; from !== undefined; pages++) {
      const page = host.tracePage({
        filter: 'who=vf0 and kind=printk',
        from,
        limit: 2,
        direction: 'forward',
      });
      if (!page.ok || pages > 10_000) throw new Error('no page');
      for (const event of page.value.events) if (event.kind === 'printk') texts.push(event.text);
      from = page.value.next;
    }
    expect(texts.filter((text) => text.includes('create-pe-dma-window'))).toEqual([
      'nvme 4000:01:00.0: ibm,create-pe-dma-window(54) 10000 8000000 29004000 10 26 returned 0 (liobn = 0x70004000 starting addr = 8000000 0)',
    ]);
  });

  it('refuses a filter that cannot be read, with its column', () => {
    const host = new SessionHost({ config });
    expect(host.tracePage({ filter: 'kind=', from: 0, limit: 1, direction: 'forward' })).toMatchObject({
      ok: false,
      error: { code: 'bad-filter', column: 6 },
    });
  });
});

describe('files', () => {
  it('a saved session opens as it was, in another host', async () => {
    const host = await bootedHost();
    const file = join(folder, 'booted.ddwrun');
    expect(await host.save(file)).toEqual({ ok: true, value: true });
    expect(host.progress().file).toBe(file);
    const other = new SessionHost();
    expect(await other.open(file)).toEqual({ ok: true, value: true });
    expect(other.session.save()).toEqual(host.session.save());
    expect(other.progress().file).toBe(file);
  });

  it('saving leaves one whole file and nothing beside it', async () => {
    const host = await bootedHost();
    const file = join(folder, 'twice.ddwrun');
    await writeFile(file, 'what was there before');
    await host.save(file);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ format: 'ddwrun' });
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    ['missing.ddwrun', undefined, 'cannot-read'],
    ['text.ddwrun', 'hello', 'not-json'],
    ['other.ddwrun', '{"a":1}', 'not-a-session'],
  ])('%s is refused, and the session stays', async (name, content, code) => {
    const host = await bootedHost();
    const before = host.session;
    const file = join(folder, name);
    if (content !== undefined) await writeFile(file, content);
    expect(await host.open(file)).toMatchObject({ ok: false, error: { code } });
    expect(host.session).toBe(before);
  });

  it('a session that does not replay as it was saved is refused', async () => {
    const host = await bootedHost();
    const file = join(folder, 'changed.ddwrun');
    await writeFile(file, JSON.stringify({ ...host.session.save(), traceHash: '0123456789abcdef' }));
    expect(await host.open(file)).toMatchObject({ ok: false, error: { code: 'replay-differs' } });
  });

  it('a folder cannot be saved over', async () => {
    const host = await bootedHost();
    expect(await host.save(folder)).toMatchObject({ ok: false, error: { code: 'cannot-write' } });
  });
});

describe('while it is being replayed or saved', () => {
  const endless = async (): Promise<SessionHost> => {
    const host = await bootedHost();
    did(host, { do: 'io-start', id: 'vf0', io });
    while (host.progress().events < 20_000) await turns(1);
    return host;
  };

  it('the machine stands, takes no command, and goes on afterwards: the file is one moment of it', async () => {
    const host = await endless();
    const file = join(folder, 'moment.ddwrun');
    const { steps } = host.progress();
    const saving = host.save(file);
    expect(host.dispatch({ do: 'mark', text: 'now' })).toMatchObject({ ok: false, error: { code: 'busy' } });
    expect(await saving).toEqual({ ok: true, value: true });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ steps });
    await turns(3);
    expect(host.progress().steps).toBeGreaterThan(steps);
    host.stop();
  });

  it('can be cancelled: nothing is written, and the machine goes on', async () => {
    const host = await endless();
    const file = join(folder, 'cancelled.ddwrun');
    const work = { cancelled: true, report: () => undefined, onCancel: () => undefined };
    expect(await host.save(file, work)).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await readdir(folder)).not.toContain('cancelled.ddwrun');
    expect(host.progress()).toMatchObject({ running: true, busy: true });
    host.stop();
  });

  it('a recovered session is seen growing, each command named before it is given, and equals the one it was', async () => {
    const host = await endless();
    host.stop();
    const log = host.session.log();
    const [named, done]: [number[], (number | null)[]] = [[], []];
    const other = new SessionHost();
    const work = {
      cancelled: false,
      report: (part: number | null) => void done.push(part),
      onCancel: () => undefined,
    };
    const recovering = other.recover(log, work, (command) => named.push(command));
    await turns(1);
    expect(other.dispatch({ do: 'boot' })).toMatchObject({ ok: false, error: { code: 'busy' } });
    expect(await recovering).toEqual({ ok: true, value: true });
    expect(named).toEqual([0, 1]);
    expect(done).toEqual(done.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(other.session.save()).toEqual(host.session.save());
  });

  it('a log that cannot be followed to its end leaves what was reached, and says why', async () => {
    const host = await bootedHost();
    const log = host.session.log();
    const other = new SessionHost();
    const recovered = await other.recover({ ...log, steps: log.steps + 10 });
    expect(recovered).toMatchObject({ ok: false, error: { code: 'replay-differs' } });
    expect(other.progress()).toMatchObject({ state: 'running', steps: log.steps });
  });
});
