import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let eslint: ESLint;

beforeAll(() => {
  eslint = new ESLint({ cwd: root, overrideConfigFile: 'build/eslint.config.js' });
});

async function rulesBroken(filePath: string, text: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath });
  return result?.messages.map((message) => message.ruleId) ?? [];
}

const syntax = 'no-restricted-syntax';
const forbiddenInCore: [what: string, code: string, rule: string][] = [
  ['the wall clock', 'export const now = (): number => Date.now();', 'no-restricted-globals'],
  ['unseeded chance', 'export const roll = (): number => Math.random();', 'no-restricted-properties'],
  ['Intl', 'export const f = new Intl.NumberFormat();', 'no-restricted-globals'],
  ['toLocaleString', 'export const f = (n: number): string => n.toLocaleString();', syntax],
  [
    'localeCompare',
    'export const f = (a: string): number => a.localeCompare("b");',
    'no-restricted-properties',
  ],
  ['async', 'export const f = async (): Promise<void> => {};', syntax],
  ['for…in', 'export function f(o: object): void { for (const k in o) f({ k }); }', syntax],
  ['a default export', 'export default 1;', syntax],
  ['any', 'export const f = (x: any): number => Number(x);', '@typescript-eslint/no-explicit-any'],
  [
    'the non-null !',
    'export const f = (x?: number): number => x!;',
    '@typescript-eslint/no-non-null-assertion',
  ],
  ['inheritance', 'class A {}\nexport class B extends A {}', syntax],
  ['profile.id === x', "export const f = (profile: { id: string }): boolean => profile.id === 'a';", syntax],
  [
    'x === m.kernel.id',
    'export const f = (m: { kernel: { id: string } }, x: string): boolean => x === m.kernel.id;',
    syntax,
  ],
  ['profileId !== x', "export const f = (profileId: string): boolean => profileId !== 'a';", syntax],
  [
    "p.id === 'powervm-p9'",
    "export const f = (p: { id: string }): boolean => p.id === 'powervm-p9';",
    syntax,
  ],
  [
    'switch (profile.id)',
    'export function f(profile: { id: string }): void { switch (profile.id) { default: } }',
    syntax,
  ],
  [
    'a rule switched off by comment',
    '// eslint-disable-next-line no-restricted-globals\nexport const d = Date.now();',
    'no-restricted-globals',
  ],
];

describe('the core may not use', () => {
  test.each(forbiddenInCore)('%s', async (_what, code, rule) => {
    expect(await rulesBroken('core/base/example.ts', `${code}\n`)).toContain(rule);
  });
});

test('a profile’s own folder may compare ids', async () => {
  const code = "export const f = (profile: { id: string }): boolean => profile.id === 'a';\n";
  expect(await rulesBroken('core/firmware/profiles/index.ts', code)).toEqual([]);
});

test('a plain core file passes', async () => {
  const code =
    'export const add = (a: number, b: number): number => a + b;\nexport class E extends Error {}\n';
  expect(await rulesBroken('core/base/example.ts', code)).toEqual([]);
});
