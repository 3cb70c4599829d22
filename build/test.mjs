// npm test: the same set-up as npm start, then every stage, each timed; the last line is the honest sum.
// npm run check (--quick): the stages that need no build, without the slow tests. --only <words> picks stages by name.
import { parseArgs } from 'node:util';
import { ensurePackages } from './setup/packages.mjs';
import { stages } from './stages/stages.mjs';
import { closingLine, oneCheck, sum } from './stages/tally.mjs';

const options = {
  quick: { type: /** @type {const} */ ('boolean') },
  only: { type: /** @type {const} */ ('string') },
};
const { quick = false, only = '' } = parseArgs({ options }).values;

/** @param {number} since */
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** @param {import('./stages/stages.mjs').Stage} stage */
async function runStage(stage) {
  console.log(`\n=== ${stage.name} ===`);
  const started = performance.now();
  const tally = await stage.run(quick).catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    return oneCheck(false);
  });
  const line = `${tally.failed === 0 ? 'ok    ' : 'FAILED'} ${stage.name} (${seconds(started)})`;
  console.log(`--- ${line}`);
  return { tally, line };
}

const begun = performance.now();
await ensurePackages();
const wanted = stages.filter((stage) => (stage.quick || !quick) && stage.name.includes(only));
const results = [];
// In the quick subset the first two, types and lint, fill both cores together; their lines may come mixed.
if (quick) results.push(...(await Promise.all(wanted.splice(0, 2).map(runStage))));
for (const stage of wanted) results.push(await runStage(stage));
const total = sum(results.map((result) => result.tally));
console.log(`\n=== summary (${seconds(begun)}) ===`);
for (const { line } of results) console.log(line);
console.log(closingLine(total));
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
