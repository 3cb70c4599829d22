import { describe, expect, it } from 'vitest';
import { commandText, defaultScenario, parseScript } from '../../core/index.ts';
import { lifeEntries, SECTIONS } from './life-actions.ts';
import type { LifeFields } from './life-actions.ts';

const fields: LifeFields = {
  id: 'vf3',
  size: '1 GiB',
  call: 'H_PUT_TCE',
  status: -44,
  count: '2',
  skip: '1',
  onlyHere: true,
  unavailableMs: '500',
  ioba: '0x0800 0000 0001 0000',
  tce: '0x12340003',
};

const entry = (action: string, change: Partial<LifeFields> = {}): ReturnType<typeof lifeEntries>[number] => {
  const found = lifeEntries({ ...fields, ...change }).find((one) => one.action === action);
  if (found === undefined) throw new Error(action);
  return found;
};

describe('what can happen to the partition', () => {
  it('stands in one section each, all of it', () => {
    const listed = SECTIONS.flatMap(({ actions }) => actions);
    expect(listed).toEqual(lifeEntries(fields).map(({ action }) => action));
  });

  it('is a line of the lab shell that reads back as the same command', () => {
    for (const { command } of lifeEntries(fields)) {
      if (command === undefined) throw new Error('no command');
      const read = parseScript(commandText(command, defaultScenario()));
      expect(read.ok ? read.value[0]?.action : read.error).toEqual({ do: 'command', command });
    }
  });

  it.each([
    [
      'memory-add',
      { size: '12 parsecs' },
      '“12 parsecs” is not a size. Write for example 64 GiB or 512 MiB.',
    ],
    ['memory-remove', { size: ' ' }, 'Write a size, for example 64 GiB.'],
    ['inject', { count: '0' }, '“0” is not a whole number.'],
    ['inject', { skip: 'x' }, '“x” is not a whole number.'],
    ['pe-freeze', { unavailableMs: '1.5' }, '“1.5” is not a whole number.'],
    ['tce-set', { ioba: '12' }, '“12” is not a number in hex. Write for example 0x800000000010000.'],
    ['tce-set', { tce: '0xg' }, '“0xg” is not a number in hex. Write for example 0x800000000010000.'],
    ['driver-bind', { id: '' }, 'No function yet: add one first.'],
  ] as const)('%s with %j is no command: %s', (action, change, mistake) =>
    expect(entry(action, change)).toEqual({ action, mistake }),
  );

  it.each([
    ['tce-set', { tce: '' }, { do: 'tce-set', id: 'vf3', ioba: '0x0800000000010000', tce: '0x0' }],
    ['pe-freeze', { unavailableMs: '' }, { do: 'pe-freeze', id: 'vf3' }],
    ['inject', { onlyHere: false }, { do: 'inject', call: 'H_PUT_TCE', rc: -44, count: 2, skip: 1 }],
    ['kexec-without', {}, { do: 'kexec', withoutProperties: true }],
  ] as const)('%s with %j is %j', (action, change, command) =>
    expect(entry(action, change).command).toEqual(command),
  );
});
