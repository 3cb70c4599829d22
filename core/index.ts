// The core's public face: what hosts (window, command line, tests) may use. Nothing outside core/ imports deeper.

export type { DmaFault, DtNode, FunctionAddress } from './abi/ports.ts';
export type { Result, UserError } from './base/result.ts';
export type { U64 } from './base/u64.ts';
export type {
  ConfigChange,
  ShellAction,
  ShellLine,
  ShowRequest,
  ShowTopic,
} from './console/lab-shell/actions.ts';
export type {
  Command,
  CommandName,
  IoParameters,
  LogicalPortWish,
  SystemCommand,
} from './machine/commands.ts';
export type { FirmwareLimits } from './firmware/limits.ts';
export type {
  BackupDevice,
  FunctionConfig,
  LogicalPortConfig,
  LparConfig,
  MachineConfig,
  QemuPhbConfig,
  SlotConfig,
  SystemConfig,
  VnicConfig,
} from './machine/config.ts';
export type * from './machine/queries.ts';
export type { LineRun } from './session/run-line.ts';
export type { CompareProgress } from './session/compared-machine.ts';
export type { CompareRequest } from './session/comparison.ts';
export type { RunScript } from './session/scripted-run.ts';
export type { MachineBug } from './machine/machine.ts';
export type {
  AdvanceOutcome,
  LabStamp,
  LoggedCommand,
  SessionApi,
  SessionFile,
  SessionLog,
} from './session/session-types.ts';
export type * from './trace/events.ts';
export type { Filter as TraceFilter } from './trace/filter/compile.ts';
export type { TracePart } from './trace/format.ts';
export type { NameLookup } from './trace/names.ts';
export type { TraceReader } from './trace/reader.ts';

// The firmware alone, without a guest: for replaying recorded calls and for benches.
export * from './firmware/index.ts';
export { Fnv64 } from './base/fnv64.ts';
export { hex, hi32, joinU64, lo32, u64 } from './base/u64.ts';
export {
  EDU_BAR_BYTES,
  EDU_CLASS,
  EDU_DEFAULT_DMA_MASK,
  EDU_DEVICE_ID,
  EDU_RUN,
  EDU_TO_MEMORY,
  EDU_VENDOR,
} from './device/edu.ts';
export { flatten } from './devtree/flatten.ts';
export { unflatten } from './devtree/unflatten.ts';
export { deviceCatalogue } from './device/index.ts';
export { EduDevice, masteredBus } from './device/edu.ts';
export { GuestMemory } from './memory/guest-memory.ts';
export { createClock } from './time/clock.ts';
export { createScheduler } from './time/scheduler.ts';

export { InvariantError } from './base/invariant.ts';
export { durationText, parseDuration, parseInteger, parseSize, sizeText } from './base/quantities.ts';
export { fail, ok } from './base/result.ts';
export { helpText } from './console/lab-shell/help.ts';
export { parseScript } from './console/lab-shell/parse.ts';
export { grouped, secondsText, tableText } from './console/lab-shell/table.ts';
export { commandText } from './machine/command-text.ts';
export { configFor } from './machine/config-for.ts';
export type { PageSizeReport } from './machine/page-size-table.ts';
export { pageSizeReport } from './machine/page-size-table.ts';
export { isBootArg, validateConfig } from './machine/validate.ts';
export { MAX_COMPARED } from './session/compare-sides.ts';
export { compareSessions, Comparison } from './session/comparison.ts';
export {
  DEFAULT_COMMANDS,
  DEFAULT_LPAR,
  defaultScenario,
  KERNEL_WITHOUT_INDIRECT,
} from './session/default-scenario.ts';
export { gradeAttempt } from './session/lab/grade.ts';
export type { Grade as LabGrade, GradeVerdict } from './session/lab/grade.ts';
export { LabWork } from './session/lab/lab-work.ts';
export { openLab } from './session/lab/open-lab.ts';
export type { LabSource, OpenLab } from './session/lab/open-lab.ts';
export type { LabProblem } from './lab/json-schema.ts';
export { labHash } from './lab/lab-hash.ts';
export { labSchemaText } from './lab/lab-schema.ts';
export type { Lab, LabCheck, LabStep } from './lab/lab.ts';
export { scoreOf } from './lab/progress.ts';
export type { CheckResult, Score } from './lab/progress.ts';
export { codeBlocks, hasControls } from './lab/prose.ts';
export type { LabResult } from './lab/read-lab.ts';
export { readSolution } from './lab/solution.ts';
export type { SolutionLine } from './lab/solution.ts';
export { placeValues } from './lab/variables.ts';
export { Replay, replaySession } from './session/replay.ts';
export { runLine, settle } from './session/run-line.ts';
export { checkSessionLog, MAX_SESSION_TEXT, parseSessionFile, sessionText } from './session/session-file.ts';
export { ScriptReader } from './session/session-script.ts';
export { scriptOf } from './session/scripted-run.ts';
export { Session } from './session/session.ts';
export type { Undone } from './session/undo.ts';
export { undo, Undo } from './session/undo.ts';
export { explain } from './trace/explain.ts';
export { compileFilter } from './trace/filter/compile.ts';
export { completeFilter, occurringIn } from './trace/filter/complete.ts';
export type { Completion, Completions } from './trace/filter/complete.ts';
export { formatLine, formatParts } from './trace/format.ts';
export { encodeEnd, encodeEvent, encodeHeader } from './trace/jsonl.ts';
export { NO_NAMES, TraceNames } from './trace/names.ts';

// The guest on ports of one's own: `conform` holds it against recordings.
export type { GuestPorts, HcallPort, RtasPort } from './abi/ports.ts';
export type { KernelBuild } from './guest/linux/kernels/kernel-build.ts';
export type { BoundDriver, DmaApi, Driver, LinuxDevice, ScatterList } from './guest/linux/types.ts';
export type { Scheduler, Task } from './time/scheduler.ts';
export { watchingSink } from './trace/sink.ts';
export type { TraceSink } from './trace/sink.ts';
export { LinuxGuest } from './guest/linux/guest.ts';
export type { ContainerType, VfioCall, VfioResult, TceInfo } from './abi/linux/vfio.ts';
export type { ApplicationPlan } from './abi/linux/application.ts';
export { beginningOf, crashMemoryEnd, crashTree, kexecTree } from './guest/linux/kexec.ts';
export { kernelByRelease } from './guest/linux/kernels/index.ts';

// The trace seen whole: folds, and forms to hand out.
export { chromeJsonLines } from './interop/chrome-json.ts';
export { csvCell, csvLines } from './interop/csv.ts';
export { ftraceLines } from './interop/ftrace.ts';
export type { Imported } from './interop/qemu/import.ts';
export { QemuImport } from './interop/qemu/import.ts';
export { qemuLines } from './interop/qemu/export.ts';
export type { ImportReport } from './interop/import-report.ts';
export { jsonlLines } from './interop/jsonl.ts';
export type { Selection } from './interop/selection.ts';
export { sentenceLines, textLines } from './interop/text.ts';
export { CallLogFold, callRow } from './projection/call-log.ts';
export type { CompareColumn, CompareReport } from './projection/compare-runs.ts';
export { compareLines } from './projection/compare-lines.ts';
export { compareFacts, compareRuns } from './projection/compare-runs.ts';
export { DeviceTreeDiffFold } from './projection/device-tree-diff.ts';
export { FiguresFold } from './projection/figures.ts';
export { catchUp } from './projection/fold.ts';
export { FunctionsFold } from './projection/functions.ts';
export { dmesgText, GuestLogFold } from './projection/guest-log.ts';
export { MatchesFold } from './projection/matches.ts';
export { runFacts, RunFactsFold } from './projection/run-facts.ts';
export { SummaryFold, summarize, summaryLines } from './projection/summary.ts';
export { WindowsFold } from './projection/windows.ts';
export { FILTER_FIELDS } from './trace/filter/fields.ts';
export { logOfTrace, readTrace } from './trace/jsonl-read.ts';
export { EVENT_CLASSES, SCHEMA } from './trace/schema.ts';

// The answer to the question of the thread: VFIO and huge pages, cell by cell, by running machines.
export { hugePageSentence, VfioMatrixRun } from './session/vfio/vfio-matrix.ts';
export type * from './session/vfio/vfio-cell.ts';
export { KERNEL_IDS, PROFILE_IDS } from './session/vfio/choices.ts';
