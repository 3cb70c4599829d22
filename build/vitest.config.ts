// Unit, property and conformance tests: everything that stands beside its code. End-to-end has its own config.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Random whole sessions per platform (core/session/whole-sessions.prop.test.ts): few in the suite, many in a soak (build/soak.mjs). */
const soak = {
  sessions: Number(process.env['DDW_LAB_SOAK_SESSIONS'] ?? 250),
  seed: process.env['DDW_LAB_SOAK_SEED'] === undefined ? undefined : Number(process.env['DDW_LAB_SOAK_SEED']),
};

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [svelte({ configFile: false })],
  // Svelte's runes in *.svelte.ts are tested as the page runs them, not as server-side rendering would.
  resolve: { conditions: ['browser'] },
  test: {
    include: ['{core,electron,renderer,build}/**/*.test.ts'],
    environment: 'node',
    pool: 'threads',
    provide: { soak },
    testTimeout: 20_000,
  },
});
