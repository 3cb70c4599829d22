// The house's rules as lint. What the layers guard (checks/layers.mjs) sees in imports, this sees in single lines.
import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';
import { coreSyntax, coreGlobals, coreProperties, noDefaultExport } from './checks/core-rules.js';

const tests = ['**/*.test.ts', 'electron/e2e/**/*.ts'];
const code = ['**/*.{ts,js,mjs,cjs,svelte}'];

export default tseslint.config(
  { ignores: ['dist/**', 'release/**', '.cache/**', 'coverage/**', 'test-results/**', 'node_modules/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  tseslint.configs.recommended,
  svelte.configs.recommended,
  svelte.configs.prettier,
  {
    files: code,
    rules: {
      // TypeScript knows the names; ESLint's own list of globals would only be a second, staler one.
      'no-undef': 'off',
      'no-console': 'off',
      eqeqeq: 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['{core,electron,renderer}/**/*.{ts,svelte}'],
    ignores: ['electron/**/*.config.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport] },
  },
  {
    files: ['renderer/**/*.svelte', 'renderer/**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'] } },
    // A plain Map here is a cache or a fold's accumulator on purpose: what the page shows goes through $state.
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  {
    // Forgotten promises are how a desktop host loses errors; the page's and the tests' show themselves.
    files: ['electron/{host,cli,main}/**/*.ts'],
    ignores: tests,
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  {
    // The core's rules have no exceptions, so a comment cannot switch them off either.
    files: ['core/**/*.ts'],
    ignores: tests,
    linterOptions: { noInlineConfig: true },
    rules: {
      'no-restricted-globals': ['error', ...coreGlobals],
      'no-restricted-properties': ['error', ...coreProperties],
      'no-restricted-syntax': ['error', noDefaultExport, ...coreSyntax.always, ...coreSyntax.profileIds],
    },
  },
  {
    // The only places that may ask which platform or kernel this is: there each is defined and listed.
    files: ['core/firmware/profiles/**/*.ts', 'core/guest/linux/kernels/**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, ...coreSyntax.always] },
  },
  {
    files: tests,
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
