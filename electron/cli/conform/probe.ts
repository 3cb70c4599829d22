// conform for probe_* folders: argument/result pairs of every call that a bare-metal program made, good and bad (oracle README,
// "Firmware edge cases").

import type { PlatformProfile, Result, RtasCallName } from '../../../core/index.ts';
import { findProfile, hex, ok } from '../../../core/index.ts';
import { qemuMachine } from './calls-qemu.ts';
import { CallsRig } from './calls-rig.ts';
import { Tally } from './calls-tally.ts';
import type { ConformReport } from './report.ts';
import { Fields, parseJson, reading, RecordingError } from './scenario-fields.ts';

const OPCODES: ReadonlyMap<string, bigint> = new Map([
  ['H_GET_TCE', 0x1cn],
  ['H_PUT_TCE', 0x20n],
  ['H_STUFF_TCE', 0x138n],
  ['H_PUT_TCE_INDIRECT', 0x13cn],
]);
const PAGE = 0x1000n;
const LIST_ENTRIES = 512;
/** What the probe program itself has in memory right behind its list page. */
const BEHIND_LIST = 0xdead_000n;
const RTAS_BUFFER = 0x80_0000;
/** What the program puts into the return cells before a call. */
const UNTOUCHED = 0x55aa_55aa;

/** `scenario` and `probe` are the texts of scenario.json and probe.jsonl. Errors: `bad-recording`, one sentence. */
export function conformProbe(name: string, scenario: string, probe: string): Result<ConformReport> {
  return reading(() => {
    const about = new Fields(parseJson(scenario, `${name}/scenario.json`), `${name}/scenario.json`);
    const rig = new CallsRig(qemuMachine(about.string('command_line').split(/\s+/), about.where));
    const lines = linesOf(name, probe);
    const run = { rig, listPage: listPageOf(lines), tally: new Tally() };
    if (run.listPage !== undefined) rig.memory.store64(Number(run.listPage + PAGE), BEHIND_LIST);
    for (const line of lines) perform(run, line);
    return ok({ name, kind: 'probe', parts: run.tally.report() });
  });
}

interface ProbeRun {
  readonly rig: CallsRig;
  readonly listPage: bigint | undefined;
  readonly tally: Tally;
}

function linesOf(name: string, probe: string): readonly Fields[] {
  return probe.split('\n').flatMap((line, i) => {
    const where = `${name}/probe.jsonl line ${i + 1}`;
    return line.trim() === '' ? [] : [new Fields(parseJson(line, where), where)];
  });
}

/** The page that the program keeps its lists in: its first indirect call names it. */
function listPageOf(lines: readonly Fields[]): bigint | undefined {
  const first = lines.find((line) => line.has('call') && line.string('call') === 'H_PUT_TCE_INDIRECT');
  const list = first === undefined ? undefined : argumentsOf(first)[2];
  return list === undefined ? undefined : list - (list % PAGE);
}

function perform({ rig, listPage, tally }: ProbeRun, line: Fields): void {
  if (line.has('note')) return tally.note(`note: ${line.string('note')}`);
  if (line.has('list')) return writeList(rig, listPage, line.object('list'));
  const call = line.string('call');
  const opcode = OPCODES.get(call);
  const text = `${call}(${line.strings('args').join(', ')})`;
  const at = `seq ${line.integer('seq')}`;
  const [part, expected, got] =
    opcode === undefined ? ['rtas', ...rtas(rig, call, line)] : ['hcall', ...hcall(rig, opcode, line)];
  tally.compare(part, at, text, expected, got);
}

/** 512 entries from the first, `second - first` apart. */
function writeList(rig: CallsRig, listPage: bigint | undefined, list: Fields): void {
  if (listPage === undefined)
    throw new RecordingError(`${list.where}: no indirect call tells where the lists lie.`);
  const first = list.hex('first');
  const step = list.hex('second') - first;
  for (let i = 0; i < LIST_ENTRIES; i++)
    rig.memory.store64(Number(listPage) + 8 * i, BigInt.asUintN(64, first + BigInt(i) * step));
}

function argumentsOf(line: Fields): readonly bigint[] {
  return line.strings('args').map((text) => {
    if (!/^0x[0-9a-f]{1,16}$/i.test(text))
      throw new RecordingError(`${line.where}.args: "${text}" is no hex number.`);
    return BigInt(text);
  });
}

function hcall(rig: CallsRig, opcode: bigint, line: Fields): readonly [string, string] {
  const [r3 = 0n, r4 = 0n] = rig.hcall([opcode, ...argumentsOf(line)]);
  const status = Number(BigInt.asIntN(64, r3));
  const reads = opcode === OPCODES.get('H_GET_TCE') && status === 0;
  const expected = line.has('tce')
    ? `${line.integer('ret')} tce ${hex(line.hex('tce'))}`
    : `${line.integer('ret')}`;
  return [expected, reads ? `${status} tce ${hex(r4)}` : `${status}`];
}

function rtas(rig: CallsRig, call: string, line: Fields): readonly [string, string] {
  const token = tokenOf(call);
  if (token === undefined) throw new RecordingError(`${line.where} has a call that is not known: ${call}.`);
  const nargs = line.integer('nargs');
  const nret = line.integer('nret');
  const { memory } = rig;
  const cells = [token, nargs, nret, ...argumentsOf(line).map(Number)];
  cells.forEach((cell, i) => memory.store32(RTAS_BUFFER + 4 * i, cell));
  const rets = RTAS_BUFFER + 12 + 4 * nargs;
  for (let i = 0; i < nret; i++) memory.store32(rets + 4 * i, UNTOUCHED);
  const [r3 = 0n] = rig.hcall([0xf000n, BigInt(RTAS_BUFFER)]);
  const outs = Array.from({ length: Math.max(0, nret - 1) }, (_, i) => memory.load32(rets + 4 + 4 * i) >>> 0);
  const text = (hret: number, ret: number, out: readonly string[]): string =>
    `hret ${hret}, status ${ret}, outputs [${out.join(' ')}]`;
  return [
    text(line.integer('hret'), line.integer('ret'), line.strings('out')),
    text(
      Number(BigInt.asIntN(64, r3)),
      memory.load32(rets),
      outs.map((cell) => hex(cell)),
    ),
  ];
}

function tokenOf(call: string): number | undefined {
  const tokens: PlatformProfile['tokens'] = findProfile('qemu-pseries')?.tokens ?? {};
  return tokens[call as RtasCallName]?.value;
}
