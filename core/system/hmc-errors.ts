// Why the HMC refuses: its own codes and texts where they are public (HSCL1288, 1293, 1294, 1295 and HSCL1257 from captures); where
// they are not, a sentence of ours under a code of ours, never an invented HSCL number.

import type { Result } from '../base/result.ts';
import { fail } from '../base/result.ts';

/** As the HMC writes percentages: `2.0`, `7.5`, `0.05`. */
export const percentText = (percent: number): string =>
  Number.isInteger(percent * 10) ? percent.toFixed(1) : String(percent);

export type Refusal = Result<never>;

export const alreadyAssigned = (logicalPort: string): Refusal =>
  fail(
    'HSCL1288',
    `HSCL127D: HSCL1288 logical port ${logicalPort} is already assigned to the partition.`,
    'choose another logical port, or change its capacity',
  );

export const capacityRange = (configId: number, capacity: number, least: number): Refusal =>
  fail(
    'HSCL1295',
    `HSCL1295 The capacity specified for the logical port with configuration ID ${configId} is ${percentText(capacity)}. It must be ${percentText(least)} - 100.0.`,
    `choose ${percentText(least)} or more`,
  );

export const capacityGranularity = (configId: number, capacity: number, granularity: number): Refusal =>
  fail(
    'HSCL1294',
    `HSCL1294 The capacity specified for the logical port with configuration ID ${configId} is ${percentText(capacity)}. This is not a multiple of the capacity granularity of the specified protocol of this physical port which is ${percentText(granularity)}.`,
    `choose a multiple of ${percentText(granularity)}`,
  );

/** `total`: what it would come to; `free`: percent left. */
export const capacitySum = (physPort: number, total: number, free: number): Refusal =>
  fail(
    'HSCL1293',
    `HSCL1293 The total capacity of the logical ports of physical port ${physPort} would be ${percentText(total)}. It would exceed 100.0.`,
    free > 0 ? `${percentText(free)} percent of the port are free` : 'nothing of the port is free',
  );

export const promiscuousLimit = (physPort: number, most: number): Refusal =>
  fail(
    'HSCL1257',
    `HSCL1257 Physical port ${physPort} has as many promiscuous logical ports as it may have, which is ${most}.`,
    'leave out promiscuous',
  );

// No public text: our own words. --------------------------------------------------------------------------------------------------

export const noSuchSlot = (slot: string, names: readonly string[]): Refusal =>
  fail('no-such-slot', `the managed system has no slot "${slot}"`, `choose one of: ${names.join(', ')}`);

export const noSuchLpar = (lpar: number, ids: readonly number[]): Refusal =>
  fail('no-such-lpar', `there is no partition with the id ${lpar}`, `choose one of: ${ids.join(', ')}`);

export const noSuchAdapter = (adapter: number, ids: readonly number[]): Refusal =>
  fail(
    'no-such-adapter',
    `no adapter in shared mode has the id ${adapter}`,
    ids.length === 0 ? 'put an adapter into shared mode first' : `choose one of: ${ids.join(', ')}`,
  );

export const noSuchPort = (adapter: number, physPort: number, count: number): Refusal =>
  fail(
    'no-such-port',
    `adapter ${adapter} has no physical port ${physPort}`,
    `its ports are 0 to ${count - 1}`,
  );

export const noSuchLogicalPort = (logicalPort: string): Refusal =>
  fail(
    'no-such-logical-port',
    `no logical port ${logicalPort} is configured`,
    'choose one that the adapter lists',
  );
