import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unflatten } from '../../core/index.ts';
import { main } from './command.ts';
import { memoryOutput } from './memory-output.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ddw-lab-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function ddwLab(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const output = memoryOutput();
  const code = await main(args, output);
  return { code, out: output.stdout(), err: output.stderr() };
}

describe('ddw-lab exec', () => {
  it('boots a machine of the options, and shows what is asked for', async () => {
    const { code, out, err } = await ddwLab('exec', 'boot; show functions', '--vfs', '2', '--device', 'nvme');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(
      out
        .split('\n')
        .slice(1, 3)
        .map((line) => line.split(/\s+/).slice(0, 7).join(' ')),
    ).toEqual([
      'vf0 4000:01:00.0 nvme sriov-vf bound nvme indirect',
      'vf1 4001:01:00.0 nvme sriov-vf bound nvme indirect',
    ]);
  });

  it.each([
    [['--max-memory', '64G'], 'direct'],
    [['--memory', '32G', '--max-memory', '1T'], 'indirect'],
    [['--kernel', '5.13'], 'default'],
    [['--boot-arg', 'disable_ddw'], 'default'],
    [['--profile', 'qemu-pseries', '--kernel', '6.1.176', '--memory', '1G'], 'direct'],
  ])('%j leads to %s', async (options, mode) => {
    const { out } = await ddwLab(
      'exec',
      'boot; show functions --json',
      '--vfs',
      '1',
      '--device',
      'nvme',
      ...options,
    );
    const rows = JSON.parse(out) as { readonly mode: string }[];
    expect(rows.map((row) => row.mode)).toEqual([mode]);
  });

  it('says in a line what came of it when no line shows anything', async () => {
    const { out } = await ddwLab('exec', 'boot', '--vfs', '1', '--device', 'nvme');
    expect(out).toMatch(
      /^running after 0\.\d{6} s of virtual time: [\d,]+ events, [\d,]+ hcalls, no problems\n$/,
    );
  });

  it('streams the trace as text, functions by their names', async () => {
    const { out } = await ddwLab('exec', 'boot', '--vfs', '1', '--device', 'nvme', '--filter', 'kind=rtas');
    expect(out.split('\n').map((line) => line.slice(17, 51).trim())).toEqual([
      'vf0      ibm,query-pe-dma-window',
      '-        ibm,remove-pe-dma-window',
      'vf0      ibm,query-pe-dma-window',
      'vf0      ibm,create-pe-dma-window',
      '',
    ]);
  });

  it('streams the trace as JSON Lines: header, events in order, end with the hash', async () => {
    const { out } = await ddwLab('exec', 'boot', '--vfs', '1', '--device', 'nvme', '--trace', 'jsonl');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ format: 'ddw-trace' });
    expect(lines.slice(1, -1).map((line) => line['seq'])).toEqual(lines.slice(1, -1).map((_, n) => n));
    expect(lines.at(-1)).toMatchObject({ end: true, events: lines.length - 2 });
  });

  it('keeps JSON Lines pure: what show shows goes to stderr', async () => {
    const { out, err } = await ddwLab('exec', 'boot; show status', '--trace', 'jsonl');
    expect(
      out
        .trimEnd()
        .split('\n')
        .every((line) => line.startsWith('{')),
    ).toBe(true);
    expect(err).toMatch(/^running at /);
  });

  it('reads lines from a file, with remarks', async () => {
    const file = join(folder, 'lines.cmds');
    await writeFile(file, '# a remark\nvf add 1 --device nvme\nboot\nshow status\n');
    expect((await ddwLab('exec', file)).out).toMatch(/^running at /);
  });

  it('saves a session that run replays to the same trace', async () => {
    const file = join(folder, 'io.ddwrun');
    const lines = 'vf add 2 --device nvme; boot; io start vf1 --count 40; run 1ms; mark here; vf rm 0';
    const live = await ddwLab('exec', lines, '--trace', 'jsonl', '--save', file);
    const replayed = await ddwLab('run', file, '--trace', 'jsonl');
    expect(replayed.code).toBe(0);
    expect(replayed.out).toBe(live.out);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ format: 'ddwrun', version: 1 });
  });
});

describe('ddw-lab exec --dtb', () => {
  it('writes the device tree as it is at the end', async () => {
    const file = join(folder, 'lpar.dtb');
    const { code } = await ddwLab('exec', 'boot', '--vfs', '1', '--device', 'nvme', '--dtb', file);
    const tree = unflatten(await readFile(file));
    expect(code).toBe(0);
    const phb = tree.ok ? tree.value.children.find(({ name }) => name === 'pci@800000029004000') : undefined;
    expect(phb?.properties.get('linux,dma64-ddr-window-info')).toHaveLength(24);
  });

  it('says why a file cannot be written', async () => {
    const { code, err } = await ddwLab('exec', 'boot', '--dtb', join(folder, 'nowhere', 'x.dtb'));
    expect(code).toBe(2);
    expect(err).toContain('x.dtb cannot be written');
  });
});

describe('ddw-lab run', () => {
  it('--default shows eight VFs going indirect, and ends with a summary', async () => {
    const { code, out } = await ddwLab('run', '--default', '--filter', 'kind=driver-bound');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.slice(0, 8).every((line) => line.includes('mode=indirect'))).toBe(true);
    expect(lines.slice(9, 11)).toEqual([
      'powervm-p9, Linux 5.15, 64 GiB now, 512 GiB maximum',
      '8 functions: indirect (vf0, vf1, vf2, vf3, vf4, vf5, vf6, vf7)',
    ]);
    expect(lines.at(-1)).toMatch(/^trace hash [0-9a-f]{16}$/);
  });

  it('of a file that does not replay says so', async () => {
    const file = join(folder, 'changed.ddwrun');
    await ddwLab('exec', 'boot', '--vfs', '1', '--device', 'nvme', '--save', file);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/"traceHash": "[0-9a-f]*"/, '"traceHash": "0123456789abcdef"'));
    const { code, err } = await ddwLab('run', file);
    expect(code).toBe(2);
    expect(err).toContain('the session does not replay as it was saved');
  });
});

describe('bad input ends with one sentence and exit code 2', () => {
  it.each<[string[], string]>([
    [[], 'a verb is missing'],
    [['fly'], 'there is no verb "fly"'],
    [['run'], 'run takes one file, one folder, or --default'],
    [['run', '--default', 'file'], 'run takes one file, one folder, or --default'],
    [
      ['run', '/nowhere/x.ddwrun'],
      '/nowhere/x.ddwrun cannot be read: there is no such file or folder (ENOENT)',
    ],
    [['run', 'package.json'], 'this is not a session of DDW Lab'],
    [['run', 'LICENSE'], 'the file is not JSON'],
    [['run', 'docs'], 'docs is no scenario: it has no scenario.json with a plan'],
    [['exec'], 'exec takes one argument'],
    [['exec', 'bot'], 'line 1, column 1: there is no command "bot"'],
    [['exec', 'boot; boot'], 'line 1: booting begins only while the machine is off'],
    [['exec', '/nowhere/x.cmds'], 'there is no file /nowhere/x.cmds'],
    [['exec', 'boot', '--profile', 'vax'], 'there is no platform "vax"'],
    [['exec', 'boot', '--kernel', '2.6'], 'there is no kernel "2.6"'],
    [['exec', 'boot', '--memory', 'lots'], '--memory cannot be "lots"'],
    [
      ['exec', 'boot', '--memory', '64G', '--max-memory', '32G'],
      'the memory of 64G is above the maximum of 32G',
    ],
    [['exec', 'boot', '--page-size', '8K'], 'kernel 5.15 does not come with pages of 8K'],
    [['exec', 'boot', '--vfs', '2000'], 'config.functions has 2000 entries, more than 1024'],
    [['exec', 'boot', '--device', 'floppy', '--vfs', '1'], 'vf0: there is no device "floppy"'],
    [['exec', 'boot', '--boot-arg', 'quiet'], 'the guest model does not know the kernel argument "quiet"'],
    [['exec', 'boot', '--trace', 'xml'], '--trace cannot be "xml"'],
    [['exec', 'boot', '--filter', 'kind='], 'column 6: a value is missing here'],
    [
      ['exec', 'boot', '--save', '/nowhere/x.ddwrun'],
      'x.ddwrun cannot be written: there is no such file or folder (ENOENT)',
    ],
    [['exec', 'boot', '--wat'], "unknown option '--wat'"],
    [['conform'], 'conform needs at least one path'],
    [['conform', '/nowhere'], '/nowhere cannot be read: there is no such file or folder (ENOENT)'],
    [['conform', 'docs'], 'docs holds no recording'],
  ])('ddw-lab %j', async (args, message) => {
    const { code, err } = await ddwLab(...args);
    expect(code).toBe(2);
    expect(err).toContain(`ddw-lab: ${message}`);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

it.each([
  ['--help', 'ddw-lab conform PATH'],
  ['-h', 'ddw-lab run FILE'],
  ['--version', 'ddw-lab 0.'],
])('%s', async (flag, text) => {
  const { code, out } = await ddwLab(flag);
  expect(code).toBe(0);
  expect(out).toContain(text);
});

// The built command in a process of its own, where one was built: what only a process has.
const built = join(import.meta.dirname, '../../dist/cli.cjs');
if (existsSync(built)) {
  describe('dist/cli.cjs', () => {
    function start(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
      const child = spawn(process.execPath, [built, ...args]);
      let out = '';
      let err = '';
      child.stdout.on('data', (data: Buffer) => {
        out += data.toString();
        // A reader that has seen enough, as `head` does.
        if (args.includes('--default')) child.stdout.destroy();
      });
      child.stderr.on('data', (data: Buffer) => (err += data.toString()));
      return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
    }

    it('exits with 2 and one line on stderr for bad input', async () => {
      const { code, out, err } = await start('fly');
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^ddw-lab: there is no verb "fly".*\n$/);
    });

    it('exits with 0, and says nothing, when its reader goes away', async () => {
      const { code, out, err } = await start('run', '--default');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.length).toBeGreaterThan(100);
    });
  });
}
