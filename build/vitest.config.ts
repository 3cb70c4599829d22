// Unit, property and conformance tests: everything that stands beside its code. End-to-end has its own config.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [svelte({ configFile: false })],
  // Svelte's runes in *.svelte.ts are tested as the page runs them, not as server-side rendering would.
  resolve: { conditions: ['browser'] },
  test: {
    include: ['{core,electron,renderer,build}/**/*.test.ts'],
    environment: 'node',
    pool: 'threads',
    testTimeout: 20_000,
  },
});
