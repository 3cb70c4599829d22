// A scenario folder's files as one typed value. What is missing is absent; what is wrong is one clear sentence.

import { gunzipSync } from 'node:zlib';
import type { Result } from '../../../core/index.ts';
import { ok } from '../../../core/index.ts';
import { Fields, parseJson, reading, RecordingError } from './scenario-fields.ts';
import type { Plan } from './scenario-plan.ts';
import { readPlan } from './scenario-plan.ts';
import type { TraceLine } from './scenario-trace.ts';
import { readTrace } from './scenario-trace.ts';

/** An RTAS call as the guest's log tells it (its outputs are left out: the dmesg part compares the line). */
export interface LoggedRtas {
  /** ibm,query-pe-dma-window: as the trace spells it. */
  readonly name: string;
  readonly args: readonly number[];
  readonly ret: number;
}

/** "path/property" -> bytes in lower-case hex. */
export type DumpedTree = ReadonlyMap<string, string>;

export interface Recording {
  readonly name: string;
  readonly plan: Plan;
  readonly endedCleanly: boolean;
  readonly loggedRtas: readonly LoggedRtas[];
  readonly trace: readonly TraceLine[] | undefined;
  readonly dmesg: string | undefined;
  /** By name of the dump, in order. */
  readonly dumps: ReadonlyMap<string, DumpedTree> | undefined;
}

/** The files of a folder by name; those of other names are ignored. */
export type RecordingFiles = ReadonlyMap<string, Uint8Array>;

export function isScenario(files: RecordingFiles): boolean {
  const has = (name: string): boolean => files.has(name) || files.has(`${name}.gz`);
  return has('scenario.json') && !has('probe.jsonl');
}

export function readScenario(name: string, files: RecordingFiles): Result<Recording> {
  return reading(() => {
    const scenarioText = textOf(files, 'scenario.json');
    if (scenarioText === undefined) throw new RecordingError(`${name} has no scenario.json.`);
    const scenario = new Fields(parseJson(scenarioText, 'scenario.json'), 'scenario.json');
    const trace = textOf(files, 'trace.jsonl');
    const dumps = textOf(files, 'devicetree.json');
    return ok({
      name,
      plan: readPlan(scenario),
      endedCleanly: !scenario.has('ended_cleanly') || scenario.boolean('ended_cleanly'),
      loggedRtas: scenario.has('rtas_as_logged_by_guest')
        ? scenario.objects('rtas_as_logged_by_guest').map(readLogged)
        : [],
      trace: trace === undefined ? undefined : readTrace(trace),
      dmesg: textOf(files, 'dmesg.txt'),
      dumps: dumps === undefined ? undefined : readDumps(dumps),
    });
  });
}

/** A file's text, gzipped (`.gz` after its name) or not. */
function textOf(files: RecordingFiles, name: string): string | undefined {
  const plain = files.get(name);
  if (plain !== undefined) return new TextDecoder().decode(plain);
  const packed = files.get(`${name}.gz`);
  if (packed === undefined) return undefined;
  try {
    return new TextDecoder().decode(gunzipSync(packed));
  } catch {
    throw new RecordingError(`${name}.gz is not a gzip file.`);
  }
}

function readLogged(f: Fields): LoggedRtas {
  const args = f
    .strings('args')
    .map((_, i) => Number(new Fields({ arg: f.array('args')[i] }, f.where).hex('arg')));
  // The kernel's message spells the query with an s that the RTAS call does not have.
  return {
    name: f.string('call').replace('query-pe-dma-windows', 'query-pe-dma-window'),
    args,
    ret: f.integer('ret'),
  };
}

function readDumps(text: string): ReadonlyMap<string, DumpedTree> {
  const all = new Fields(parseJson(text, 'devicetree.json'), 'devicetree.json');
  return new Map(
    all.keys().map((dump) => {
      const tree = all.object(dump);
      return [dump, new Map(tree.keys().map((path) => [path, tree.string(path).toLowerCase()]))];
    }),
  );
}
