// "What if I did this now?": a command as a shell line, why it would be refused, and what it would do to the windows that are there.
// Foretold from the same data that the guest goes by (KernelBuild) and from the windows as they are; nothing is changed.

import { sizeText } from '../base/quantities.ts';
import type { FirmwareWindow } from '../firmware/types.ts';
import { kernelById } from '../guest/linux/kernels/index.ts';
import type { KernelBuild } from '../guest/linux/kernels/kernel-build.ts';
import type { DmaMode } from '../trace/events.ts';
import { countText, plural } from '../trace/numbers.ts';
import { commandText } from './command-text.ts';
import type { Command } from './commands.ts';
import type { MachineView } from './machine-view.ts';
import type { MayAnswer } from './queries.ts';
import { checkCommand } from './validate-command.ts';

export function mayAnswer(machine: MachineView, command: Command): MayAnswer {
  const checked = checkCommand(machine, command);
  return {
    line: commandText(command, machine.config),
    refusal: checked.ok ? null : checked.error,
    effects: checked.ok ? effectsOf(machine, command) : [],
  };
}

function effectsOf(machine: MachineView, command: Command): readonly string[] {
  const build = kernelById(machine.config.kernel);
  if (machine.guest === undefined || build === undefined) return [];
  const windows = usedWindows(machine);
  switch (command.do) {
    case 'memory-add':
      return memoryEffects(machine, build, windows, command.bytes, 'add');
    case 'memory-remove':
      return memoryEffects(machine, build, windows, command.bytes, 'remove');
    case 'kexec':
      return kexecEffects(build, windows, command.withoutProperties === true);
    case 'crash':
      return crashEffects(build, windows);
    case 'reset':
    case 'shutdown':
      return resetEffects(machine);
    default:
      return [];
  }
}

interface UsedWindow {
  readonly window: FirmwareWindow;
  readonly use: DmaMode;
}

function usedWindows({ platform, guest }: MachineView): readonly UsedWindow[] {
  const uses = guest?.windowUses();
  return platform.firmware
    .windows()
    .map((window) => ({ window, use: uses?.get(window.liobn | 0) ?? 'none' }));
}

const ofUse = (windows: readonly UsedWindow[], ...uses: readonly DmaMode[]): readonly FirmwareWindow[] =>
  windows.filter(({ use }) => uses.includes(use)).map(({ window }) => window);

const be = (count: number): string => (count === 1 ? 'is' : 'are');

function memoryEffects(
  { platform, config }: MachineView,
  build: KernelBuild,
  windows: readonly UsedWindow[],
  bytes: number,
  what: 'add' | 'remove',
): readonly string[] {
  const begin = what === 'add' ? platform.partitionMemory.next(bytes).address : config.memoryBytes - bytes;
  return [
    ...directEffect(ofUse(windows, 'direct', 'hybrid'), bytes, what),
    ...indirectEffect(build, ofUse(windows, 'indirect'), begin + bytes, what),
    ...defaultEffect(ofUse(windows, 'default').length),
  ];
}

function directEffect(
  direct: readonly FirmwareWindow[],
  bytes: number,
  what: 'add' | 'remove',
): readonly string[] {
  if (direct.length === 0) return [];
  const entries = direct.reduce((sum, { pageShift }) => sum + bytes / 2 ** pageShift, 0);
  const which = plural(direct.length, 'direct window');
  const size = sizeText(bytes);
  return what === 'add'
    ? [`Linux maps the new ${size} in ${which} before it uses it: ${countText(entries)} TCEs in all.`]
    : [`Linux clears the ${size} that leave in ${which}: ${countText(entries)} TCEs in all.`];
}

/** Until 6.5 the memory notifier went to every window, the dynamic ones too. */
function indirectEffect(
  build: KernelBuild,
  indirect: readonly FirmwareWindow[],
  endOfMemory: number,
  what: 'add' | 'remove',
): readonly string[] {
  if (indirect.length === 0) return [];
  const which = plural(indirect.length, 'indirect window');
  if (build.notifier.value === 'direct-only')
    return [`${which} ${be(indirect.length)} left alone: pages are mapped there as I/O needs them.`];
  if (what === 'remove') {
    return [
      `A mistake of this kernel: it also clears the range in ${which}, and takes TCEs away that I/O is using.`,
    ];
  }
  const short = indirect.filter(({ entries, pageShift }) => entries * 2 ** pageShift < endOfMemory);
  return short.length > 0
    ? [
        `A mistake of this kernel: it also writes the range into ${which}, which end before it: the firmware answers H_PARAMETER, and the memory is not added.`,
      ]
    : [`A mistake of this kernel: it also writes the range into ${which}, over TCEs that I/O may be using.`];
}

const defaultEffect = (count: number): readonly string[] =>
  count === 0
    ? []
    : [
        `${plural(count, 'default window')} ${be(count)} left alone: pages are mapped there as I/O needs them.`,
      ];

function kexecEffects(
  build: KernelBuild,
  windows: readonly UsedWindow[],
  withoutProperties: boolean,
): readonly string[] {
  const made = windows.filter(({ window }) => !window.isDefault);
  if (made.length === 0) return ['No dynamic window is there: the next kernel begins as after a reset.'];
  const which = plural(made.length, 'dynamic window');
  const stays = `${which} and what ${made.length === 1 ? 'it maps' : 'they map'} stay in the firmware.`;
  if (withoutProperties)
    return [
      stays,
      'The next kernel is not told of them: it asks the firmware anew, and gets a window only where one is left.',
    ];
  const believes =
    build.existingIsDirect.value !== 'stored' && ofUse(windows, 'indirect').length > 0
      ? [
          build.existingIsDirect.value === 'always'
            ? 'A mistake of this kernel: it takes every window that it finds for a 1:1 map, the indirect ones too.'
            : 'It takes a window that it finds for a 1:1 map where the window is as large as memory may become.',
        ]
      : [];
  return [stays, 'The next kernel finds them by their properties in the device tree.', ...believes];
}

function crashEffects(build: KernelBuild, windows: readonly UsedWindow[]): readonly string[] {
  const removed = windows.every(({ window }) => !window.isDefault) && windows.length > 0;
  const keeps =
    'The crash kernel reads every TCE with H_GET_TCE and keeps those in use, since devices may still write.';
  if (build.kdumpCarriesWindows.value) return [keeps];
  return removed
    ? [
        'A mistake of this kernel: its crash kernel is told of the removed default windows, not of the ones that are there, and reaches no device behind them.',
      ]
    : [keeps, 'It is told of the default windows alone.'];
}

function resetEffects({ platform }: MachineView): readonly string[] {
  const made = platform.firmware.windows().filter((window) => !window.isDefault).length;
  return made === 0
    ? []
    : [
        `The firmware takes ${plural(made, 'dynamic window')} down and brings the default windows back, empty.`,
      ];
}
