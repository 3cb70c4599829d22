// The core's public face: what hosts (window, command line, tests) may use. Nothing outside core/ imports deeper.

export type { DmaFault, DtNode, FunctionAddress } from './abi/ports.ts';
export type { Result, UserError } from './base/result.ts';
export type { U64 } from './base/u64.ts';
export type { Command, CommandName, IoParameters } from './machine/commands.ts';
export type { FirmwareLimits, FunctionConfig, MachineConfig, QemuPhbConfig } from './machine/config.ts';
export type * from './machine/queries.ts';
export type { AdvanceOutcome, SessionApi, SessionFile } from './session/session-types.ts';
export type * from './trace/events.ts';

export { InvariantError } from './base/invariant.ts';
export { fail, ok } from './base/result.ts';
