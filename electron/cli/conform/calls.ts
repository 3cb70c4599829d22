// conform for calls/*.jsonl: the recorded operations on a fresh firmware, every answer compared exactly.

import type { Result, VioDeviceSpec } from '../../../core/index.ts';
import { hex, ok } from '../../../core/index.ts';
import { CALLS_OPS } from './calls-ops.ts';
import { qemuBytes, qemuMachine, type QemuPhb } from './calls-qemu.ts';
import { CallsRig, type RigMachine, type RigPhb } from './calls-rig.ts';
import { Tally } from './calls-tally.ts';
import type { ConformReport } from './report.ts';
import { Fields, parseJson, reading, RecordingError } from './scenario-fields.ts';

/** Longest text of an operation in a difference's context. */
const SHORT = 160;

/** `name` is shown in the report, `text` is the file. Errors: `bad-recording`, one sentence with file and line. */
export function conformCalls(name: string, text: string): Result<ConformReport> {
  return reading(() => {
    const tally = new Tally();
    let rig: CallsRig | undefined;
    text.split('\n').forEach((line, i) => {
      if (line.trim() === '') return;
      const where = `${name} line ${i + 1}`;
      const op = new Fields(parseJson(line, where), where);
      if (op.string('op') === 'boot') rig = new CallsRig(bootMachine(op));
      else if (rig === undefined) throw new RecordingError(`${where} comes before any boot line.`);
      else perform(rig, op, `line ${i + 1}`, line, tally);
    });
    if (rig === undefined) throw new RecordingError(`${name} has no boot line: it is no recording of calls.`);
    return ok({ name, kind: 'calls', parts: tally.report() });
  });
}

function perform(rig: CallsRig, op: Fields, at: string, line: string, tally: Tally): void {
  const kind = op.string('op');
  const perform = CALLS_OPS.get(kind);
  if (perform === undefined)
    throw new RecordingError(`${op.where} has an operation that is not known: ${kind}.`);
  const compared = perform(rig, op);
  const short = line.length > SHORT ? `${line.slice(0, SHORT)}…` : line;
  if (compared === undefined) tally.note(short);
  else tally.compare(kind, at, short, compared.expected, compared.got);
}

/** The machine of a boot line: QEMU's arguments, and over them what the guest reads in the device tree. */
function bootMachine(boot: Fields): RigMachine {
  const qemu = qemuMachine(boot.strings('args'), boot.where);
  const tree = boot.object('tree');
  const phbs = tree.objects('phbs').map((phb) => phbFromTree(phb, qemu.phbs, boot));
  const vioDevices = tree.objects('vio').map(vioFromTree);
  return { ramBytes: qemuBytes(boot.string('ram'), boot.where), phbs, vioDevices, edu: qemu.edu };
}

function phbFromTree(phb: Fields, fromArgs: readonly QemuPhb[], boot: Fields): RigPhb {
  const buid = phb.hex('buid');
  const index = Number(buid & 0xffffn);
  const own = fromArgs.find((other) => other.index === index);
  const props = phb.object('props');
  const window = cells(props, 'ibm,dma-window', 5);
  const pair = (at: number): bigint => (BigInt(window[at] ?? 0) << 32n) | BigInt(window[at + 1] ?? 0);
  return {
    index,
    buid,
    pgsz: own?.pgsz ?? hex(boot.hex('pgsz')),
    ddw: props.has('ibm,ddw-applicable'),
    dmaWinAddr: hex(pair(1)),
    dmaWinSize: hex(pair(3)),
    dma64WinAddr: own?.dma64WinAddr ?? hex(boot.hex('dma64_win_addr')),
  };
}

function vioFromTree(device: Fields): VioDeviceSpec {
  const [liobn = 0] = cells(device, 'window', 5);
  const name = /([^/@]+)@([0-9a-f]+)$/i.exec(device.string('path'));
  if (name === null) throw new RecordingError(`${device.where}.path must end in name@unit.`);
  return { nodeName: name[1] ?? '', unit: parseInt(name[2] ?? '0', 16), liobn };
}

function cells(fields: Fields, name: string, count: number): readonly number[] {
  const values = fields.array(name);
  if (values.length !== count || !values.every((value) => Number.isSafeInteger(value)))
    throw new RecordingError(`${fields.where}.${name} must be ${count} cells.`);
  return values as number[];
}
