import { expect, test } from 'vitest';
import { checkLayers } from './layers.mjs';

const check = (files: Record<string, string>): string[] => checkLayers(new Map(Object.entries(files)));

test('the guest may not import the firmware', () => {
  expect(
    check({
      'core/guest/linux/ddw.ts': "import { dispatch } from '../../firmware/hcall/dispatch.ts';",
      'core/firmware/hcall/dispatch.ts': 'export const dispatch = 1;',
    }),
  ).toEqual([
    "core/guest/linux/ddw.ts:1  imports '../../firmware/hcall/dispatch.ts': core/guest -> core/firmware/hcall/dispatch.ts is not in the layer table",
  ]);
});

test.each([
  ['core may not import a package', 'core/base/a.ts', "import * as v from 'valibot';"],
  ['core may not import Node', 'core/machine/a.ts', "import { readFileSync } from 'node:fs';"],
  ['the host never imports electron', 'electron/host/a.ts', "import { app } from 'electron';"],
  ['the host never requires electron', 'electron/host/a.ts', "const { app } = await import('electron');"],
  [
    'the page may not import a value of core/index',
    'renderer/a.svelte',
    "<script>import { open } from '../core/index.ts';</script>",
  ],
  ['the page may not import the machine', 'renderer/a.ts', "import type { M } from '../core/index-of.ts';"],
  [
    'a lab check may not import a value of the commands',
    'core/lab/a.ts',
    "import { c } from '../machine/commands.ts';",
  ],
  ['a folder that the table does not list', 'core/utils/a.ts', "import { a } from '../base/a.ts';"],
  ['a core test may not import electron', 'core/base/a.test.ts', "import 'electron';"],
])('%s', (_what, path, text) => {
  const all = {
    'core/index.ts': '',
    'core/index-of.ts': '',
    'core/machine/commands.ts': '',
    'core/base/a.ts': '',
    [path]: text,
  };
  expect(check(all)).toHaveLength(1);
});

test.each([
  ['iommu sees memory', 'core/iommu/a.ts', "import { a } from '../memory/a.ts';"],
  [
    'the page takes types of core/index',
    'renderer/app/a.ts',
    "import type { S } from '../../core/index.ts';",
  ],
  ['the page takes values of base', 'renderer/app/a.ts', "import { hex } from '../../core/base/a.ts';"],
  [
    'a lab check takes the types of commands',
    'core/lab/a.ts',
    "import type { C } from '../machine/commands.ts';",
  ],
  ['a test reaches across layers', 'core/guest/a.test.ts', "import { a } from '../memory/a.ts';"],
])('%s', (_what, path, text) => {
  const all = {
    'core/index.ts': '',
    'core/memory/a.ts': '',
    'core/machine/commands.ts': '',
    'core/base/a.ts': '',
  };
  expect(check({ ...all, [path]: text })).toEqual([]);
});

test('files that import each other in a circle are named in order', () => {
  expect(
    check({
      'core/base/a.ts': "import { b } from './b.ts';",
      'core/base/b.ts': "import { c } from './c.ts';",
      'core/base/c.ts': "export { a } from './a.ts';",
    }),
  ).toEqual(['circle: core/base/a.ts -> core/base/b.ts -> core/base/c.ts -> core/base/a.ts']);
});

test('an import of a file that is not there is a problem of its own', () => {
  expect(check({ 'core/base/a.ts': "import { b } from './gone.ts';" })).toEqual([
    "core/base/a.ts:1  imports './gone.ts': there is no such file",
  ]);
});

test('words in comments and strings are not imports', () => {
  expect(check({ 'core/base/a.ts': "// import x from 'fs'\nexport const s = \"import 'fs'\";" })).toEqual([]);
});
