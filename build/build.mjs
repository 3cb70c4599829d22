// npm run build: everything into dist/, stale or not.
import { ensureBundles } from './setup/bundles.mjs';
import { ensurePackages } from './setup/packages.mjs';

await ensurePackages();
const started = performance.now();
const built = await ensureBundles({ force: true });
console.log(`built ${built.join(', ')} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
