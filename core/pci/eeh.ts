// The error states of a partitionable endpoint and what moves it between them (LoPAR "PE State Transition Table", PE state control).

import { RTAS_PARAMETER_ERROR, RTAS_SUCCESS } from '../abi/papr/ddw.ts';
import { RTAS_UNEXPECTED_STATE } from '../abi/papr/eeh.ts';
import type { PeState } from '../trace/events.ts';

/** What is done to a PE: an error in hardware, and the functions of three RTAS calls. */
export type PeAction = 'error' | 'thaw-mmio' | 'thaw-dma' | 'deassert-reset' | 'assert-reset' | 'disable';

export interface PeTransition {
  /** Of the RTAS call; an error has none and leaves 0. */
  readonly status: number;
  /** Absent: the PE stays as it is. */
  readonly to?: PeState;
}

const to = (state: PeState): PeTransition => ({ status: RTAS_SUCCESS, to: state });
const stays: PeTransition = { status: RTAS_SUCCESS };
const invalid: PeTransition = { status: RTAS_PARAMETER_ERROR };
const unexpected: PeTransition = { status: RTAS_UNEXPECTED_STATE };

/** Columns in the order of LoPAR's table: 0, 1, 2, 4, 5 for a while, 5 for good. */
const COLUMNS: readonly PeState[] = ['normal', 'reset', 'stopped', 'mmio-enabled', 'unavailable', 'disabled'];

const TABLE: Readonly<Record<PeAction, readonly PeTransition[]>> = {
  error: [to('stopped'), stays, stays, to('stopped'), stays, stays],
  'thaw-mmio': [invalid, unexpected, to('mmio-enabled'), invalid, unexpected, unexpected],
  'thaw-dma': [invalid, unexpected, unexpected, to('normal'), unexpected, unexpected],
  'deassert-reset': [stays, to('normal'), unexpected, invalid, unexpected, unexpected],
  'assert-reset': [to('reset'), stays, to('reset'), to('reset'), unexpected, unexpected],
  disable: [to('disabled'), to('disabled'), to('disabled'), to('disabled'), to('disabled'), stays],
};

export function transition(state: PeState, action: PeAction): PeTransition {
  return TABLE[action][COLUMNS.indexOf(state)] ?? unexpected;
}

/** Loads and stores reach the functions; otherwise loads give all ones and stores are lost. */
export function passesMmio(state: PeState): boolean {
  return state === 'normal' || state === 'mmio-enabled';
}

/** What ibm,read-slot-reset-state2 calls the state. */
export function stateNumber(state: PeState): number {
  return NUMBERS[state];
}

const NUMBERS: Readonly<Record<PeState, number>> = {
  normal: 0,
  reset: 1,
  stopped: 2,
  'mmio-enabled': 4,
  unavailable: 5,
  disabled: 5,
};
