import { describe, expect, it } from 'vitest';
import { commandText } from '../../machine/command-text.ts';
import type { Command } from '../../machine/commands.ts';
import { DEFAULT_LPAR } from '../../session/default-scenario.ts';
import { parseScript } from './parse.ts';

function commandOf(line: string): Command {
  const parsed = parseScript(line);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const [first] = parsed.value;
  if (first?.action.do !== 'command') throw new Error(`no command: ${line}`);
  return first.action.command;
}

function mistakeOf(line: string): string {
  const parsed = parseScript(line);
  return parsed.ok ? 'fine' : parsed.error.message;
}

describe('a call is a line, and its text in the trace is that line again', () => {
  it.each([
    'bind vf0 --driver vfio-pci',
    'vfio-tce mmap c0 buf 64M',
    'vfio-tce mmap c0 buf 64M --pages 2M',
    'vfio-tce munmap c0 buf',
    'vfio-tce ulimit c0 64M',
    'vfio-tce ulimit c0 unlimited --ipc-lock',
    'vfio-tce set-container c0 vf0',
    'vfio-tce set-iommu c0 v1',
    'vfio-tce get-info c0',
    'vfio-tce enable c0',
    'vfio-tce disable c0',
    'vfio-tce register c0 buf 64M',
    'vfio-tce unregister c0 buf+0x10000 64K',
    'vfio-tce map c0 0x10000 buf+0x10000 64K --access rw',
    'vfio-tce map c0 0x0 0x7f0000000000 4K --access r',
    'vfio-tce unmap c0 0x10000 64K',
    'vfio-tce create c0 2M 1G',
    'vfio-tce create c0 64K 1G --levels 2',
    'vfio-tce remove c0 0x800000000000000',
    'vfio-tce eeh c0 reset-hot',
    'vfio-tce close c0 --process other',
    'app start a0 vf0 vf1 --as dpdk --memory 1G --pages 16M --iova pa',
    'app stop a0',
  ])('%s', (line) => {
    expect(commandText(commandOf(line), DEFAULT_LPAR)).toBe(line);
  });
});

describe('a mistake is one sentence', () => {
  it.each([
    ['vfio-tce create c0 3M 1G', 'an I/O page is a power of two, not 3M'],
    ['vfio-tce map c0 0x0 buf', 'needs more words'],
    ['vfio-tce set-iommu c0 v3', 'v1'],
    ['vfio-tce eeh c0 explode', 'disable'],
    ['app start a0', 'needs more words'],
    ['bind vf0 --driver nvme', 'vfio-pci'],
  ])('%s', (line, part) => {
    const parsed = parseScript(line);
    const said = parsed.ok ? 'fine' : `${mistakeOf(line)} ${parsed.error.hint ?? ''}`;
    expect(said).toContain(part);
  });
});
