import { describe, expect, it } from 'vitest';
import { createClock } from '../time/clock.ts';
import type { PeState } from '../trace/events.ts';
import { TraceLog } from '../trace/log.ts';
import { u64 } from '../base/u64.ts';
import { passesMmio, stateNumber, transition, type PeAction } from './eeh.ts';
import { Pe } from './pe.ts';

const STATES: readonly PeState[] = ['normal', 'reset', 'stopped', 'mmio-enabled', 'unavailable', 'disabled'];

/** A row of LoPAR's table: `-7`, or `0>4` for success and the state after. Columns 0, 1, 2, 4, 5 for a while, 5 for good. */
function row(action: PeAction): string {
  return STATES.map((state) => {
    const { status, to } = transition(state, action);
    return to === undefined ? String(status) : `${status}>${stateNumber(to)}`;
  }).join(' ');
}

describe('the state transitions of a PE', () => {
  it.each<[string, PeAction, string]>([
    ['a hardware error', 'error', '0>2 0 0 0>2 0 0'],
    ['ibm,set-eeh-option 2, thaw MMIO', 'thaw-mmio', '-3 -7 0>4 -3 -7 -7'],
    ['ibm,set-eeh-option 3, thaw DMA', 'thaw-dma', '-3 -7 -7 0>0 -7 -7'],
    ['ibm,set-slot-reset 0, deassert', 'deassert-reset', '0 0>0 -7 -3 -7 -7'],
    ['ibm,set-slot-reset 1 or 3, assert', 'assert-reset', '0>1 0 0>1 0>1 -7 -7'],
    ['ibm,slot-error-detail 2, permanent', 'disable', '0>5 0>5 0>5 0>5 0>5 0'],
  ])('by %s', (_what, action, expected) => {
    expect(row(action)).toBe(expected);
  });

  it('let loads and stores through in states 0 and 4 only', () => {
    expect(STATES.filter(passesMmio)).toEqual(['normal', 'mmio-enabled']);
  });
});

function traced(): { readonly pe: Pe; readonly told: () => string[] } {
  const log = new TraceLog(createClock());
  const pe = new Pe(u64(0x800000029004003n), [], log);
  const told = (): string[] =>
    [...log.events()].map((event) =>
      event.kind === 'pe-state' ? `${event.from} > ${event.to}, ${event.by}` : event.kind,
    );
  return { pe, told };
}

describe('a PE', () => {
  it('tells of each change of its state, and of a freeze by which function', () => {
    const { pe, told } = traced();
    pe.freeze('4003:01:00.0');
    pe.freeze('4003:01:00.0');
    pe.act('assert-reset', 'ibm,set-slot-reset', 0);
    pe.act('deassert-reset', 'ibm,set-slot-reset', 0);
    expect(told()).toEqual([
      'pe-frozen',
      'normal > stopped, DMA fault',
      'stopped > reset, ibm,set-slot-reset',
      'reset > normal, ibm,set-slot-reset',
    ]);
    expect([pe.frozen, pe.mmioStopped]).toEqual([false, false]);
  });

  it('is unavailable for its time and then stopped', () => {
    const { pe, told } = traced();
    pe.makeUnavailable('4003:01:00.0', 2_000_000, 'injected error');
    expect([pe.state(0), pe.waitNs(500_000), pe.act('assert-reset', 'test', 1_999_999)]).toEqual([
      'unavailable',
      1_500_000,
      -7,
    ]);
    expect([pe.waitNs(2_000_000), pe.state(2_000_000)]).toEqual([0, 'stopped']);
    expect(told().at(-1)).toBe('unavailable > stopped, time');
  });

  it('leaves the disabled state by a power cycle only', () => {
    const { pe } = traced();
    pe.act('disable', 'ibm,slot-error-detail', 0);
    for (const action of ['error', 'thaw-mmio', 'thaw-dma', 'assert-reset', 'deassert-reset'] as const)
      pe.act(action, 'test', 0);
    pe.makeUnavailable('4003:01:00.0', 1, 'test');
    expect(pe.state(10)).toBe('disabled');
    pe.powerCycle();
    expect([pe.state(10), pe.frozen, pe.mmioStopped]).toEqual(['normal', false, false]);
  });
});
