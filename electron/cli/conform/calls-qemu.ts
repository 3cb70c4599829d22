// A QEMU machine from its command line: PHBs with their properties, VIO devices, edu test devices. Inputs of calls and probes.

import type { QemuPhbOptions, VioDeviceSpec } from '../../../core/index.ts';
import { hex } from '../../../core/index.ts';
import { RecordingError } from './scenario-fields.ts';

export interface QemuPhb extends QemuPhbOptions {
  readonly index: number;
}

export interface QemuEdu {
  readonly phb: number;
  readonly slot: number;
  readonly dmaMask: bigint | undefined;
}

export interface QemuMachine {
  readonly ramBytes: number;
  readonly phbs: readonly QemuPhb[];
  readonly vioDevices: readonly VioDeviceSpec[];
  readonly edu: readonly QemuEdu[];
}

const PHB_DRIVER = 'spapr-pci-host-bridge';
/** VIO devices that have a DMA window, and the name of their node. */
const VIO_NODES: Readonly<Record<string, string>> = {
  'spapr-vscsi': 'v-scsi',
  'spapr-vlan': 'l-lan',
  'tpm-spapr': 'vtpm',
};
const VIO_BASE = 0x7100_0000;
const DEFAULT_PHB: QemuPhbOptions = {
  pgsz: '0x1211000',
  ddw: true,
  dmaWinAddr: '0x0',
  dmaWinSize: '0x40000000',
  dma64WinAddr: '0x800000000000000',
};

type Properties = ReadonlyMap<string, string>;

interface Device {
  readonly driver: string;
  readonly properties: Properties;
}

/** "512M", "4G", "1g,maxmem=4G" as bytes; plain numbers are MiB, as QEMU reads them. */
export function qemuBytes(text: string, where: string): number {
  const match = /^(?:size=)?(\d+)([kmgt]?)b?(?:,.*)?$/i.exec(text);
  if (match === null) throw new RecordingError(`${where}: "${text}" is no memory size such as 512M.`);
  const power = ['k', 'm', 'g', 't'].indexOf((match[2] || 'm').toLowerCase()) + 1;
  return Number(match[1]) * 1024 ** power;
}

/** Options of a command line, in order: ["-m", "1G"]; words that are no option stand alone. */
function optionsOf(words: readonly string[]): readonly (readonly [string, string])[] {
  return words.flatMap((word, i) =>
    word.startsWith('-') ? [[word.replace(/^--/, '-'), words[i + 1] ?? ''] as const] : [],
  );
}

function deviceOf(text: string): Device {
  const [driver = '', ...rest] = text.split(',');
  const pairs = rest.map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? ([part, 'on'] as const) : ([part.slice(0, at), part.slice(at + 1)] as const);
  });
  return { driver, properties: new Map(pairs) };
}

/** The machine that the words after `qemu-system-ppc64` describe. `where` names the place for messages. */
export function qemuMachine(words: readonly string[], where: string): QemuMachine {
  const options = optionsOf(words);
  const all = (name: string): readonly string[] =>
    options.filter(([key]) => key === name).map(([, value]) => value);
  const devices = all('-device').map(deviceOf);
  const globals = new Map(
    all('-global')
      .map((text) => /^([\w-]+)\.([\w-]+)=(.*)$/.exec(text))
      .flatMap((m) => (m?.[1] === PHB_DRIVER ? [[m[2] ?? '', m[3] ?? ''] as const] : [])),
  );
  const console = all('-serial').some((value) => value !== 'none') || !words.includes('-nodefaults');
  const phbs = [
    new Map([['index', '0']]),
    ...devices.filter((d) => d.driver === PHB_DRIVER).map((d) => d.properties),
  ];
  return {
    ramBytes: qemuBytes(all('-m')[0] ?? '512M', where),
    phbs: phbs.map((own) => phbOf(new Map([...globals, ...own]), where)),
    vioDevices: vioDevicesOf(devices, console, where),
    edu: eduOf(devices, where),
  };
}

function phbOf(properties: Properties, where: string): QemuPhb {
  const text = (name: string, fallback: string): string => {
    const value = properties.get(name);
    return value === undefined ? fallback : hex(numberOf(value, `${where}: ${PHB_DRIVER}.${name}`));
  };
  const index = properties.get('index');
  if (index === undefined) throw new RecordingError(`${where}: a ${PHB_DRIVER} has no index.`);
  return {
    index: Number(numberOf(index, `${where}: ${PHB_DRIVER}.index`)),
    pgsz: text('pgsz', DEFAULT_PHB.pgsz),
    ddw: !['off', 'false', 'no'].includes(properties.get('ddw') ?? 'on'),
    dmaWinAddr: text('dma_win_addr', DEFAULT_PHB.dmaWinAddr),
    dmaWinSize: text('dma_win_size', DEFAULT_PHB.dmaWinSize),
    dma64WinAddr: text('dma64_win_addr', DEFAULT_PHB.dma64WinAddr),
  };
}

function numberOf(text: string, where: string): bigint {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) throw new RecordingError(`${where}: "${text}" is no number.`);
  return BigInt(text);
}

/**
 * Unit addresses: a console takes the first, the NVRAM the next; devices without `reg` the first one that is free
 * (QEMU spapr_vio_busdev_realize).
 */
function vioDevicesOf(devices: readonly Device[], console: boolean, where: string): readonly VioDeviceSpec[] {
  let next = VIO_BASE + (console ? 2 : 1);
  const taken = new Set<number>();
  return devices.flatMap(({ driver, properties }) => {
    const nodeName = VIO_NODES[driver];
    if (nodeName === undefined && !driver.startsWith('spapr-v')) return [];
    const reg = properties.get('reg');
    while (reg === undefined && taken.has(next)) next++;
    const unit = reg === undefined ? next++ : Number(numberOf(reg, `${where}: ${driver}.reg`));
    taken.add(unit);
    return nodeName === undefined ? [] : [{ nodeName, unit, liobn: unit }];
  });
}

function eduOf(devices: readonly Device[], where: string): readonly QemuEdu[] {
  const onBus = new Map<number, Set<number>>();
  const phbIndexes = [
    0,
    ...devices.filter((d) => d.driver === PHB_DRIVER).map((d) => Number(d.properties.get('index'))),
  ];
  return devices.flatMap(({ driver, properties }) => {
    if (driver.startsWith('spapr-')) return [];
    const bus = /^pci\.(\d+)/.exec(properties.get('bus') ?? 'pci.0');
    const phb = phbIndexes[Number(bus?.[1] ?? 0)] ?? 0;
    const taken = onBus.get(phb) ?? new Set<number>();
    onBus.set(phb, taken);
    const address = properties.get('addr');
    let slot = address === undefined ? 0 : slotOf(address, `${where}: ${driver}.addr`);
    while (address === undefined && taken.has(slot)) slot++;
    taken.add(slot);
    if (driver !== 'edu') return [];
    const mask = properties.get('dma_mask');
    return [
      { phb, slot, dmaMask: mask === undefined ? undefined : numberOf(mask, `${where}: edu.dma_mask`) },
    ];
  });
}

/** "3", "0x3", "3.0": QEMU reads a plain device number as hexadecimal. */
function slotOf(text: string, where: string): number {
  const match = /^(?:0x)?([0-9a-f]{1,2})(?:\.\d)?$/i.exec(text);
  if (match === null) throw new RecordingError(`${where}: "${text}" is no slot.`);
  return parseInt(match[1] ?? '0', 16);
}
