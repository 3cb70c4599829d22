// VFIO_EEH_PE_OP (vfio_spapr_ioctl_eeh_pe_op(), kernel/eeh.c): the user handles errors of its PE itself; the kernel stands aside.

import { EEH_OPTION, EEH_RESET } from '../../../abi/papr/eeh.ts';
import { RTAS_SUCCESS } from '../../../abi/papr/ddw.ts';
import { EIO, ENODEV, ENOENT } from '../../../abi/linux/errno.ts';
import type { EehPeOp } from '../../../abi/linux/vfio.ts';
import { EehRtas, type PeName } from '../eeh-rtas.ts';
import type { KernelState } from '../kernel-state.ts';
import type { OwnedGroup } from './table-group-ops.ts';

/** VFIO_EEH_PE_STATE_*. */
const STATES = { active: 0, reset: 1, stopped: 2, 'mmio-enabled': 4, gone: 5 } as const;

/** 0, a state (get-state), or a negative errno; -ENODEV: the platform shows no such PE. */
export function* eehPeOp(
  k: KernelState,
  { devices }: OwnedGroup,
  op: EehPeOp,
): Generator<number, number, void> {
  const rtas = new EehRtas(k);
  const [dev] = devices;
  const address = dev === undefined ? undefined : rtas.peAddress(dev);
  if (dev === undefined || address === undefined) return ENODEV;
  const pe: PeName = { phb: dev.pdn.phb, address };
  switch (op) {
    case 'disable':
    case 'enable':
      return 0;
    case 'unfreeze-io':
      return yield* thaw(rtas, pe, EEH_OPTION.thawMmio);
    case 'unfreeze-dma':
      return yield* thaw(rtas, pe, EEH_OPTION.thawDma);
    case 'get-state': {
      const state = rtas.state(pe);
      return typeof state === 'string' ? STATES[state] : STATES.gone;
    }
    case 'reset-deactivate':
      return reset(rtas, pe, EEH_RESET.deactivate);
    case 'reset-hot':
      return reset(rtas, pe, EEH_RESET.hot);
    case 'reset-fundamental':
      return reset(rtas, pe, EEH_RESET.fundamental);
    case 'configure':
      yield* rtas.configure(pe);
      return 0;
    // eeh_pe_inject_err(): this platform has no err_inject operation (assumed for all builds here).
    case 'inject-err':
      return ENOENT;
  }
}

function* thaw(rtas: EehRtas, pe: PeName, option: number): Generator<number, number, void> {
  yield 0;
  return rtas.setOption(pe, option) === RTAS_SUCCESS ? 0 : EIO;
}

function reset(rtas: EehRtas, pe: PeName, how: number): number {
  return rtas.setReset(pe, how) === RTAS_SUCCESS ? 0 : EIO;
}
