// `show vfio` and `show meminfo`: who holds which PE, the windows of each container, programs, and the last calls.

import { errnoText } from '../../abi/linux/errno.ts';
import { pageSizeName } from '../../base/bits.ts';
import { sizeText } from '../../base/quantities.ts';
import { hex } from '../../base/u64.ts';
import type { ApplicationAnswer, MeminfoRow, VfioAnswer } from '../../machine/queries.ts';
import { grouped, secondsText, tableText } from './table.ts';

export function vfioText(answer: VfioAnswer): string {
  const { mmu, hugePageBytes } = answer;
  const pages = hugePageBytes.map(sizeText).join(' and ');
  return [
    `huge pages of this partition (${mmu} page tables): ${pages}`,
    groupsText(answer),
    windowsText(answer),
    processesText(answer),
    ...answer.applications.map(applicationText),
    callsText(answer),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function groupsText({ groups }: VfioAnswer): string {
  if (groups.length === 0) return 'no IOMMU group: the machine has no PCI function';
  const columns = [
    { title: 'group', right: true },
    { title: 'functions' },
    { title: 'drivers' },
    { title: 'owner' },
    { title: 'default window', right: true },
    { title: 'page sizes' },
    { title: 'windows', right: true },
  ];
  const rows = groups.map((group) => [
    String(group.group),
    group.ids.join(' '),
    group.drivers.map((driver) => driver ?? '-').join(' '),
    group.claimed ? 'a user' : 'the kernel',
    sizeText(group.dma32Size),
    pageSizes(group.pgsizes),
    String(group.maxDynamicWindows | 0),
  ]);
  return tableText(columns, rows);
}

function pageSizes(sum: number): string {
  const sizes: string[] = [];
  for (let shift = 12; shift <= 34; shift++)
    if (Math.floor(sum / 2 ** shift) % 2 === 1) sizes.push(pageSizeName(shift));
  return sizes.length === 0 ? '-' : sizes.join(' ');
}

function windowsText({ containers }: VfioAnswer): string {
  if (containers.length === 0) return 'no container is open';
  const columns = [
    { title: 'container' },
    { title: 'kind' },
    { title: 'groups' },
    { title: 'window' },
    { title: 'start' },
    { title: 'page', right: true },
    { title: 'TCEs', right: true },
    { title: 'mapped', right: true },
  ];
  const rows = containers.flatMap(({ name, type, groups, windows, defaultWindowPending }) => {
    const head = [name, type ?? '-', groups.join(' ') || '-'];
    const none = [[...head, defaultWindowPending ? 'default, when first needed' : '-', '-', '-', '-', '-']];
    const all = windows.map((window) => [
      ...head,
      `slot ${window.slot}`,
      hex(window.start),
      pageSizeName(window.pageShift),
      grouped(window.entries),
      grouped(window.mappedTces),
    ]);
    return all.length === 0 ? none : all;
  });
  return tableText(columns, rows);
}

function processesText({ processes }: VfioAnswer): string {
  if (processes.length === 0) return '';
  const columns = [
    { title: 'process' },
    { title: 'locked', right: true },
    { title: 'limit (ulimit -l)', right: true },
    { title: 'CAP_IPC_LOCK' },
    { title: 'buffers' },
  ];
  const rows = processes.map((one) => [
    one.name,
    one.lockedBytes === 0 ? '0' : sizeText(one.lockedBytes),
    one.memlockBytes === null ? 'unlimited' : sizeText(one.memlockBytes),
    one.capIpcLock ? 'yes' : 'no',
    one.buffers.map((b) => `${b.name} ${sizeText(b.bytes)} of ${sizeText(b.pageBytes)}`).join(', ') || '-',
  ]);
  return tableText(columns, rows);
}

/** What became of a program, in words. */
export function applicationText(app: ApplicationAnswer): string {
  const { name, plan, state, failed, lines } = app;
  const what = `program ${name} (${plan.app}, ${sizeText(plan.bytes)} in pages of ${sizeText(plan.pageBytes)}) on ${plan.ids.join(' ')}`;
  if (state !== 'failed' || failed === null) {
    const took = `${secondsText(app.ns)} s`;
    return `${what}: ${state}, ${grouped(app.tces)} TCEs of ${sizeText(app.ioPageBytes || 4096)} from ${hex(app.iova)}, ${grouped(app.hcalls)} hcalls, ${took}`;
  }
  const errno = failed.ret < 0 ? `${failed.errno} (${errnoText(failed.ret)})` : String(failed.ret);
  return [
    `${what}: failed at ${failed.call} with ${errno}: ${failed.why}`,
    ...lines.map((line) => `  ${line}`),
  ].join('\n');
}

function callsText({ calls }: VfioAnswer): string {
  if (calls.length === 0) return '';
  const columns = [{ title: 'last calls' }, { title: '' }, { title: 'result' }];
  return tableText(
    columns,
    calls.map(({ name, args, answer }) => [name, args, answer]),
  );
}

export function meminfoText(rows: readonly MeminfoRow[]): string {
  return rows
    .map(
      ({ name, value, unit }) =>
        `${`${name}:`.padEnd(16)}${String(value).padStart(12)}${unit === '' ? '' : ` ${unit}`}`,
    )
    .join('\n');
}
