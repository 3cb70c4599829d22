// How vite builds the lab: the page once, and one self-contained CommonJS file for each Node-side entry.
// Why plain vite: docs/decisions/0003-plain-vite.md
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { root } from '../setup/files.mjs';

/** Oldest runtimes we run on: the fallback Electron 25 is Chromium 114 with Node 18. */
const pageTarget = 'chrome114';
const nodeTarget = 'node18';

/** @param {string} outDir @returns {import('vite').InlineConfig} */
export function pageConfig(outDir) {
  return {
    configFile: false,
    root: join(root, 'renderer'),
    base: './',
    logLevel: 'warn',
    plugins: [svelte({ configFile: false })],
    build: {
      outDir: join(outDir, 'renderer'),
      emptyOutDir: true,
      target: pageTarget,
      sourcemap: true,
      // Everything comes from disk: a big chunk costs nothing here, and inlined assets would need a looser CSP.
      chunkSizeWarningLimit: 4000,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  };
}

/** @param {{ name: string, source: string }} entry @param {string} outDir @returns {import('vite').InlineConfig} */
export function nodeConfig(entry, outDir) {
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: false,
      target: entry.name === 'preload' ? pageTarget : nodeTarget,
      sourcemap: true,
      minify: false,
      ssr: join(root, entry.source),
      rolldownOptions: {
        external: ['electron', ...builtinModules, /^node:/],
        output: { format: 'cjs', entryFileNames: `${entry.name}.cjs`, codeSplitting: false },
      },
    },
    // Bundled whole: the packaged app carries no node_modules.
    ssr: { noExternal: true, target: 'node' },
  };
}
