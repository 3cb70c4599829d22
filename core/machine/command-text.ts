// A command as a line of the lab's command language: what the trace shows, and what a person could have typed.

import { durationText, sizeText } from '../base/quantities.ts';
import { hex } from '../base/u64.ts';
import type { Command, IoParameters } from './commands.ts';
import { systemCommandText } from './system-command-text.ts';
import type { MachineConfig } from './config.ts';
import { vfioText } from './vfio-text.ts';

/** `config`: the configuration before the command. */
export function commandText(command: Command, config: MachineConfig): string {
  switch (command.do) {
    case 'configure':
      return configureText(config, command.config);
    case 'vf-add':
      return `vf add ${command.count} --device ${command.device}${slotText(command.slotClass)}`;
    case 'vf-remove':
      return `vf rm ${command.id}`;
    case 'io-start':
      return `io start ${command.id} ${ioText(command.io)}`;
    case 'io-stop':
      return `io stop ${command.id}`;
    case 'inject':
      return injectText(command);
    case 'pe-freeze':
      return `pe freeze ${command.id}${unavailableText(command.unavailableNs)}`;
    case 'tce-set':
      return BigInt(command.tce) === 0n
        ? `tce clear ${command.id} ${command.ioba}`
        : `tce set ${command.id} ${command.ioba} ${command.tce}`;
    case 'memory-add':
      return `mem add ${sizeText(command.bytes)}`;
    case 'memory-remove':
      return `mem rm ${sizeText(command.bytes)}`;
    case 'driver-bind':
      return command.driver === undefined
        ? `bind ${command.id}`
        : `bind ${command.id} --driver ${command.driver}`;
    case 'driver-unbind':
      return `unbind ${command.id}`;
    case 'pci-remove':
      return `pci rm ${command.id}`;
    case 'pci-rescan':
      return 'pci rescan';
    case 'kexec':
      return command.withoutProperties === true ? 'kexec --without-properties' : 'kexec';
    case 'vfio':
    case 'app-start':
    case 'app-stop':
      return vfioText(command);
    case 'mark':
      return `mark ${quoted(command.text)}`;
    case 'boot':
    case 'shutdown':
    case 'reset':
    case 'crash':
      return command.do;
    default:
      return systemCommandText(command);
  }
}

const slotText = (slotClass?: string): string => (slotClass === undefined ? '' : ` --slot ${slotClass}`);

function injectText({ call, rc, count, skip, id }: Extract<Command, { readonly do: 'inject' }>): string {
  const where = id === undefined ? '' : ` --on ${id}`;
  return `inject ${call} ${rc} --count ${count}${skip === 0 ? '' : ` --skip ${skip}`}${where}`;
}

const unavailableText = (ns = 0): string => (ns === 0 ? '' : ` --unavailable ${durationText(ns)}`);

/** A remark as the shell reads it back: in quotes where its signs mean something there. */
function quoted(text: string): string {
  if (text !== '' && !/[;#"']|^\s|\s$|\s\s/.test(text)) return text;
  return text.includes('"') ? `'${text.replaceAll("'", '’')}'` : `"${text}"`;
}

function ioText(io: IoParameters): string {
  const text = `--size ${sizeText(io.sizeBytes)} --depth ${io.depth} --count ${io.count} --direction ${io.direction}`;
  return io.intervalNs === 0 ? text : `${text} --interval ${durationText(io.intervalNs)}`;
}

/** `set` lines for what differs; what no line can change is named. */
function configureText(before: MachineConfig, after: MachineConfig): string {
  const changed: string[] = [];
  const set = (name: string, old: string | number, value: string | number, text = String(value)): void => {
    if (old !== value) changed.push(`set ${name} ${text}`);
  };
  set('profile', before.profile, after.profile);
  set('kernel', before.kernel, after.kernel);
  set('page-size', before.pageBytes, after.pageBytes, sizeText(after.pageBytes));
  set('memory', before.memoryBytes, after.memoryBytes, sizeText(after.memoryBytes));
  set('min-memory', before.minMemoryBytes, after.minMemoryBytes, sizeText(after.minMemoryBytes));
  set('max-memory', before.maxMemoryBytes, after.maxMemoryBytes, sizeText(after.maxMemoryBytes));
  set('lmb', before.lmbBytes, after.lmbBytes, sizeText(after.lmbBytes));
  if (after.installedMemoryBytes !== undefined) {
    const { installedMemoryBytes } = after;
    set(
      'installed-memory',
      before.installedMemoryBytes ?? 0,
      installedMemoryBytes,
      sizeText(installedMemoryBytes),
    );
  }
  set('cpus', before.cpus, after.cpus);
  set('seed', before.seed, after.seed);
  const args = after.bootArgs.join(' ');
  set('boot-args', before.bootArgs.join(' '), args, `"${args}"`);
  if (before.iommuDebugMessages !== after.iommuDebugMessages) {
    changed.push(`set iommu-debug ${after.iommuDebugMessages ? 'on' : 'off'}`);
  }
  const rest = ({ functions, phbs, limits, nvdimms, hasDynamicMemory, system }: MachineConfig): string =>
    JSON.stringify([functions, phbs, limits, nvdimms, hasDynamicMemory, system]);
  if (rest(before) !== rest(after))
    changed.push(`# functions and firmware: ${after.functions.map((fn) => fn.id).join(' ') || 'none'}`);
  return changed.length === 0 ? '# the same configuration again' : changed.join('; ');
}

/** `0x70000016`, for sentences. */
export function liobnText(liobn: number): string {
  return hex(liobn >>> 0);
}
