// What the command line can do, for people; and the one way a verb says that it was used wrongly.

import type { UserError } from '../../core/index.ts';

/** The user's mistake ends a verb with exit code 2. */
export const EXIT_OK = 0;
export const EXIT_DIFFERENT = 1;
export const EXIT_USAGE = 2;

export const USAGE = `ddw-lab: DMA windows of an IBM Power LPAR, as Linux and the firmware make them

  ddw-lab run FILE | FOLDER | --default   [--trace text|jsonl] [--filter EXPR]
      replays a session (.ddwrun), plays a recorded scenario's folder, or the default scenario
  ddw-lab exec "LINES" | FILE.cmds | -    [options]  [--trace text|jsonl] [--filter EXPR] [--save FILE.ddwrun] [--dtb FILE]
      carries out lines of the lab shell (ddw-lab exec help), such as: boot; vf add 8; show windows
      --dtb writes the device tree as it is at the end, for dtc
      --profile P --kernel K --memory 64G --min-memory 16G --max-memory 512G --page-size 64K --cpus N
      --boot-arg ARG (may be repeated) --vfs N --device nic|nvme --seed N
  ddw-lab compare --kernels 5.13,5.15,6.12 [--profiles powervm-p9,powervm-p10] [FILE | FOLDER]   [--json]
      the same LPAR and workload (of a session or a scenario; without: the default scenario) side by side: windows, DMA space,
      hcalls per MiB, failures, the branch of enable_ddw and the lines of dmesg that differ
      --memory 64G --min-memory 16G --max-memory 512G --page-size 64K --boot-arg ARG (may be repeated)
  ddw-lab table page-sizes                [--json]
      I/O page sizes of each firmware, processor and kernel, each with its grade
  ddw-lab vfio matrix                     [--json] [--kernel K] [--profile P] [--memory 1G] [--driver-first]
      which VFIO programs can have huge pages, by kernel, platform and page size, worked out by running each; what it costs,
      or which call fails and why
  ddw-lab labs check [FOLDER]
      every lab: an untouched start fails, the solution passes, each of its lines is needed, nothing is missing or stray
  ddw-lab labs schema                     prints the JSON Schema of a lab's head (docs/lab.schema.json)
  ddw-lab labs new PART/LAB "TITLE"       makes the skeleton of a lab
  ddw-lab labs try PART/LAB "LINES" | FILE.cmds   [--seed N] [--name WHO] [--save FILE.ddwrun]
      carries out lines on a lab, says how its checks stand, and keeps the attempt
      --labs FOLDER: another course than the one that comes with the program
  ddw-lab grade FILE.ddwrun | FOLDER…     [--json | --csv] [--labs FOLDER]
      carries attempts out again and scores them by the checks of their labs; several give a class table
  ddw-lab conform PATH…                   [--json]
      compares recordings (calls/*.jsonl, scenario and probe folders, or folders of them) with what the lab predicts;
      exit code 1 unless all are equal
  ddw-lab --help | --version
`;

/** One line: what is wrong, and what to do. */
export function errorLine({ message, hint }: UserError): string {
  return `ddw-lab: ${message}${hint === undefined ? '' : ` (${hint})`}\n`.replaceAll(/\n(?=.)/g, ' ');
}
