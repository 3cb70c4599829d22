// The course checks itself: every labs/NN-part/NN-slug holds lab.md and solution.cmds, and the solution passes.
// Run: node build/checks/labs.mjs (needs dist/cli.cjs)
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture } from '../setup/process.mjs';
import { root } from '../setup/files.mjs';

const numbered = /^\d\d-[a-z0-9]+(-[a-z0-9]+)*$/;

/** @param {string} folder @returns {string[]} */
function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => statSync(join(folder, name)).isDirectory())
    .sort();
}

/** @param {string} cli @param {string} lab its folder @returns {Promise<string | undefined>} what is wrong */
async function checkLab(cli, lab) {
  for (const file of ['lab.md', 'solution.cmds']) {
    if (!existsSync(join(lab, file))) return `has no ${file}`;
  }
  const { code, stdout, stderr } = await capture(process.execPath, [cli, 'exec', join(lab, 'solution.cmds')]);
  return code === 0 ? undefined : `its solution exits ${code}:\n${`${stdout}${stderr}`.slice(-1500)}`;
}

/** @param {string} labs the folder of the course @param {string} cli the built command line
 * @returns {Promise<{ count: number, problems: string[] }>} */
export async function checkLabs(labs, cli) {
  const problems = [];
  let count = 0;
  for (const part of foldersIn(labs)) {
    if (!numbered.test(part)) problems.push(`${part}: a part is named NN-words`);
    for (const slug of foldersIn(join(labs, part))) {
      count += 1;
      if (!numbered.test(slug)) problems.push(`${part}/${slug}: a lab is named NN-words`);
      const problem = await checkLab(cli, join(labs, part, slug));
      if (problem !== undefined) problems.push(`${part}/${slug}: ${problem}`);
    }
  }
  return { count, problems };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { count, problems } = await checkLabs(join(root, 'labs'), join(root, 'dist', 'cli.cjs'));
  for (const problem of problems) console.log(problem);
  console.log(
    count === 0 ? 'labs: there are none yet' : `labs: ${count} checked, ${problems.length} problems`,
  );
  process.exitCode = problems.length > 0 ? 1 : 0;
}
