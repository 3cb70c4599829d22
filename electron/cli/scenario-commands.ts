// The steps of a recorded guest script as a session's commands. A step that a session has no command for is named in the trace.

import type { Command, FunctionConfig, IoParameters, MachineConfig } from '../../core/index.ts';
import type { PlanDevice } from './conform/scenario-plan.ts';

/** A step as the file has it; what it holds is looked at where it is used. */
export type RawStep = Readonly<Record<string, unknown>>;

/** A function of the played machine with the recorded device that it stands for. */
export interface PlayedFunction {
  readonly config: FunctionConfig;
  readonly recorded: PlanDevice;
}

/** Devices of ours that show one disk, by the letter of its name. */
const DISKS: Readonly<Record<string, readonly string[]>> = {
  sd: ['ahci', 'xhci', 'ohci'],
  vd: ['virtio-blk', 'virtio-blk-noiommu'],
};
const NICS: readonly string[] = ['e1000', 'e1000e', 'nic', 'virtio-net', 'virtio-net-noiommu', 'l-lan'];
/** An ICMP echo of ping's usual 56 bytes, and a block of TFTP, as Ethernet frames without their check sum. */
const PING_BYTES = 98;
const TFTP_BYTES = 558;
const TFTP_BLOCK = 512;

/** Translates one step after another: what some of them mean depends on those before. */
export class StepCommands {
  private readonly functions: readonly PlayedFunction[];
  private readonly nics: readonly string[];
  private withoutProperties = false;

  constructor(config: MachineConfig, functions: readonly PlayedFunction[]) {
    this.functions = functions;
    const cards = [...functions.map((fn) => fn.config), ...(config.vio ?? [])];
    this.nics = cards.filter(({ device }) => NICS.includes(device)).map(({ id }) => id);
  }

  /** One command after another, each when the one before is done. */
  of(step: RawStep): readonly Command[] {
    const commands = this.commandsOf(step);
    return commands ?? [{ do: 'mark', text: `not played: ${nameOf(step)}` }];
  }

  private commandsOf(step: RawStep): readonly Command[] | undefined {
    const device = String(step['device']);
    switch (step['do']) {
      case 'load':
      case 'dump':
      case 'kexec-load':
        return [{ do: 'mark', text: nameOf(step) }];
      case 'read':
      case 'write':
        return this.work(step, 1);
      case 'parallel':
        return this.parallel(step);
      case 'net':
        return this.network(String(step['if']), numberOf(step['ping']), numberOf(step['tftp_bytes']));
      case 'shell':
        return this.shell(String(step['line']));
      case 'bind':
        return this.driver('driver-bind', step);
      case 'unbind':
        return this.driver('driver-unbind', step);
      case 'driver-override':
        // Any driver may bind again: nothing else was ever bound here.
        return step['driver'] === null ? [{ do: 'mark', text: nameOf(step) }] : undefined;
      case 'pci-remove':
        return this.at(device).map(({ config: { id } }) => ({ do: 'pci-remove', id }));
      case 'pci-rescan':
        return [{ do: 'pci-rescan' }];
      default:
        return this.life(step);
    }
  }

  private life(step: RawStep): readonly Command[] | undefined {
    const bytes = numberOf(step['bytes']);
    switch (step['do']) {
      case 'host-add-memory':
        return [{ do: 'memory-add', bytes }];
      case 'host-remove-memory':
        return [{ do: 'memory-remove', bytes }];
      case 'remove-properties':
        // Done when the next kernel is started: from then on it makes a difference.
        this.withoutProperties = true;
        return [{ do: 'mark', text: nameOf(step) }];
      case 'kexec':
        return [this.kexec()];
      case 'crash':
        return [{ do: 'crash' }];
      case 'reboot':
        return [{ do: 'reset' }];
      case 'phb-remove-slot':
      case 'remove-node-children':
        return [{ do: 'mark', text: nameOf(step) }];
      case 'remove-node':
        return this.functions
          .filter(({ recorded }) => recorded.phb === step['phb'])
          .slice(0, 1)
          .map(({ config: { id } }) => ({ do: 'vf-remove', id }));
      default:
        return undefined;
    }
  }

  private kexec(): Command {
    const without = this.withoutProperties;
    this.withoutProperties = false;
    return without ? { do: 'kexec', withoutProperties: true } : { do: 'kexec' };
  }

  /** `0001:*`: all of a domain. */
  private at(address: string): readonly PlayedFunction[] {
    const domain = /^([0-9a-f]{4}:)\*$/.exec(address)?.[1];
    return this.functions.filter(({ recorded }) =>
      domain === undefined ? recorded.address === address : recorded.address.startsWith(domain),
    );
  }

  /** Only the function's own driver: another one (vfio-pci) is not played. */
  private driver(what: 'driver-bind' | 'driver-unbind', step: RawStep): readonly Command[] | undefined {
    const [fn] = this.at(String(step['device']));
    if (fn === undefined || step['driver'] !== fn.recorded.module) return undefined;
    return [{ do: what, id: fn.config.id }];
  }

  private work(step: RawStep, depth: number): readonly Command[] | undefined {
    const id = this.functionOfDisk(String(step['dev']));
    const sizeBytes = numberOf(step['bytes']);
    const count = numberOf(step['count']) * depth;
    if (id === undefined || sizeBytes === 0 || count === 0) return undefined;
    const direction = step['do'] === 'write' ? 'write' : 'read';
    return [ioStart(id, { sizeBytes, depth, count, direction })];
  }

  /** Equal reads at one time are one workload with so many requests in flight. */
  private parallel(step: RawStep): readonly Command[] | undefined {
    const steps = Array.isArray(step['steps']) ? (step['steps'] as readonly RawStep[]) : [];
    const groups = new Map<string, RawStep[]>();
    for (const one of steps) {
      const key = [one['do'], one['dev'], one['bytes'], one['count']].join(' ');
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    const commands = [...groups.values()].map(([first, ...others]) =>
      first === undefined ? undefined : this.work(first, 1 + others.length),
    );
    return commands.every((group) => group !== undefined) ? commands.flat() : undefined;
  }

  private network(name: string, pings: number, tftpBytes: number): readonly Command[] | undefined {
    const id = this.nics[Number(/^eth(\d+)$/.exec(name)?.[1] ?? -1)];
    if (id === undefined) return undefined;
    const blocks = Math.ceil(tftpBytes / TFTP_BLOCK);
    return [
      ...(pings === 0 ? [] : [ioStart(id, { sizeBytes: PING_BYTES, count: pings, direction: 'write' })]),
      ...(blocks === 0 ? [] : [ioStart(id, { sizeBytes: TFTP_BYTES, count: blocks, direction: 'read' })]),
    ];
  }

  /** A ping is played; `ip` does nothing to DMA here: the lab's driver is up when it is bound. */
  private shell(line: string): readonly Command[] | undefined {
    const count = /\bping -c (\d{1,4})\b/.exec(line)?.[1];
    if (count !== undefined) return this.network('eth0', Number(count), 0);
    return /\bip (link|addr)\b/.test(line) ? [{ do: 'mark', text: `shell ${line}` }] : undefined;
  }

  /** `/dev/nvme1n1` is the second NVMe function, `/dev/sdb` the second disk behind a SATA or USB controller. */
  private functionOfDisk(dev: string): string | undefined {
    const nvme = /^\/dev\/nvme(\d+)n1$/.exec(dev)?.[1];
    if (nvme !== undefined) return this.nth(['nvme'], Number(nvme));
    const [, kind = '', letter = ''] = /^\/dev\/(sd|vd)([a-z])$/.exec(dev) ?? [];
    const devices = DISKS[kind];
    return devices === undefined ? undefined : this.nth(devices, letter.charCodeAt(0) - 'a'.charCodeAt(0));
  }

  private nth(devices: readonly string[], index: number): string | undefined {
    return this.functions.filter(({ config }) => devices.includes(config.device))[index]?.config.id;
  }
}

function ioStart(
  id: string,
  io: Pick<IoParameters, 'sizeBytes' | 'count' | 'direction'> & { readonly depth?: number },
): Command {
  return { do: 'io-start', id, io: { depth: 1, intervalNs: 0, ...io } };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** "dump after-nvme", "load nvme", "bind 0000:00:01.0 vfio-pci": enough to know the step again. */
function nameOf(step: RawStep): string {
  const words = ['name', 'modules', 'device', 'driver', 'phb', 'names', 'dev', 'if', 'container', 'line']
    .map((field) => step[field])
    .filter((value) => value !== undefined && value !== null);
  return [String(step['do']), ...words.map((word) => String(word))].join(' ').slice(0, 120);
}
