// The catalogue of what the window says: one file for each panel or part, one object each. A translation replaces the objects; so a
// text is a string or a function of its values, and never put together from halves.

export { actions, menus, refusals } from './actions.ts';
export { adapters } from './adapters.ts';
export { budget } from './budget.ts';
export { common, counted } from './common.ts';
export { compare } from './compare.ts';
export { deviceTree } from './device-tree.ts';
export { dock } from './dock.ts';
export { figures } from './figures.ts';
export { guestLog } from './guest-log.ts';
export { life } from './life.ts';
export { lpar } from './lpar.ts';
export { pageSizes } from './page-sizes.ts';
export { shell } from './shell.ts';
export { tces } from './tces.ts';
export { terminal } from './terminal.ts';
export { trace } from './trace.ts';
export { vfio } from './vfio.ts';
export { why } from './why.ts';
export { windows } from './windows.ts';
export { workload } from './workload.ts';
