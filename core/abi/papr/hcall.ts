// hcall opcodes and return codes as LoPAR (ch_lpar_option) and Linux' asm/hvcall.h spell them.

import {
  H_ADD_LOGICAL_LAN_BUFFER,
  H_FREE_LOGICAL_LAN,
  H_MULTICAST_CTRL,
  H_REGISTER_LOGICAL_LAN,
  H_SEND_LOGICAL_LAN,
  H_VIO_SIGNAL,
} from './vio.ts';

export const H_GET_TCE = 0x1c;
export const H_PUT_TCE = 0x20;
export const H_STUFF_TCE = 0x138;
export const H_PUT_TCE_INDIRECT = 0x13c;
/** QEMU's private carrier of RTAS calls; PowerVM has none. */
export const H_RTAS = 0xf000;

export const H_SUCCESS = 0;
export const H_BUSY = 1;
export const H_PARTIAL = 5;
export const H_HARDWARE = -1;
export const H_FUNCTION = -2;
export const H_PRIVILEGE = -3;
export const H_PARAMETER = -4;
export const H_NOT_ENOUGH_RESOURCES = -44;
export const H_P4 = -57;

/** A LoPAR TCE list page holds 4096 / 8 entries; also the documented limit of one H_STUFF_TCE. */
export const TCES_PER_CALL = 512;

export interface HcallInfo {
  readonly opcode: number;
  readonly name: string;
  readonly args: readonly string[];
  readonly section: string;
  readonly meaning: string;
}

const info = (
  opcode: number,
  name: string,
  args: readonly string[],
  section: string,
  meaning: string,
): HcallInfo => ({
  opcode,
  name,
  args,
  section,
  meaning,
});

/** The catalogue that a trace header carries, so that a saved trace explains itself. */
export const HCALLS: readonly HcallInfo[] = [
  info(H_GET_TCE, 'H_GET_TCE', ['liobn', 'ioba'], 'LoPAR H_GET_TCE', 'reads one TCE'),
  info(
    H_PUT_TCE,
    'H_PUT_TCE',
    ['liobn', 'ioba', 'tce'],
    'LoPAR H_PUT_TCE',
    'writes one TCE: maps or unmaps one I/O page',
  ),
  info(
    H_STUFF_TCE,
    'H_STUFF_TCE',
    ['liobn', 'ioba', 'tce', 'count'],
    'LoPAR H_STUFF_TCE',
    'writes the same TCE many times: clears a range',
  ),
  info(
    H_PUT_TCE_INDIRECT,
    'H_PUT_TCE_INDIRECT',
    ['liobn', 'ioba', 'list', 'count'],
    'LoPAR H_PUT_TCE_INDIRECT',
    'writes up to 512 TCEs from a list page',
  ),
  info(
    H_VIO_SIGNAL,
    'H_VIO_SIGNAL',
    ['unit', 'mode'],
    'LoPAR H_VIO_SIGNAL',
    "turns a virtual device's interrupt on or off",
  ),
  info(
    H_REGISTER_LOGICAL_LAN,
    'H_REGISTER_LOGICAL_LAN',
    ['unit', 'buffer-list', 'receive-queue', 'filter-list', 'mac'],
    'LoPAR H_REGISTER_LOGICAL_LAN',
    'opens a virtual Ethernet adapter',
  ),
  info(
    H_FREE_LOGICAL_LAN,
    'H_FREE_LOGICAL_LAN',
    ['unit'],
    'LoPAR H_FREE_LOGICAL_LAN',
    'closes a virtual Ethernet adapter',
  ),
  info(
    H_ADD_LOGICAL_LAN_BUFFER,
    'H_ADD_LOGICAL_LAN_BUFFER',
    ['unit', 'buffer'],
    'LoPAR H_ADD_LOGICAL_LAN_BUFFER',
    'gives a virtual Ethernet adapter a receive buffer',
  ),
  info(
    H_SEND_LOGICAL_LAN,
    'H_SEND_LOGICAL_LAN',
    ['unit', 'buffer1', 'buffer2', 'buffer3', 'buffer4', 'buffer5', 'buffer6', 'continue-token'],
    'LoPAR H_SEND_LOGICAL_LAN',
    'sends one frame through a virtual Ethernet adapter',
  ),
  info(
    H_MULTICAST_CTRL,
    'H_MULTICAST_CTRL',
    ['unit', 'flags', 'address'],
    'LoPAR H_MULTICAST_CTRL',
    'sets which multicast frames a virtual Ethernet adapter takes',
  ),
  info(H_RTAS, 'H_RTAS', ['buffer'], 'QEMU spapr_hcall.c h_rtas', 'carries an RTAS call (QEMU only)'),
];

export function hcallName(opcode: number): string {
  return HCALLS.find((h) => h.opcode === opcode)?.name ?? `hcall 0x${(opcode >>> 0).toString(16)}`;
}

export interface ReturnCodeInfo {
  readonly code: number;
  readonly name: string;
  readonly meaning: string;
}

const rc = (code: number, name: string, meaning: string): ReturnCodeInfo => ({ code, name, meaning });

/** LoPAR's hcall return codes that this lab can show. */
export const RETURN_CODES: readonly ReturnCodeInfo[] = [
  rc(0, 'H_SUCCESS', 'done'),
  rc(1, 'H_BUSY', 'the hypervisor is busy: call again'),
  rc(2, 'H_CLOSED', 'the resource is closed'),
  rc(3, 'H_NOT_AVAILABLE', 'not available'),
  rc(5, 'H_PARTIAL', 'done in part'),
  rc(18, 'H_CONTINUE', 'continue the sequence'),
  rc(9900, 'H_LONG_BUSY_ORDER_1_MSEC', 'busy: call again in about 1 ms'),
  rc(9901, 'H_LONG_BUSY_ORDER_10_MSEC', 'busy: call again in about 10 ms'),
  rc(9902, 'H_LONG_BUSY_ORDER_100_MSEC', 'busy: call again in about 100 ms'),
  rc(9903, 'H_LONG_BUSY_ORDER_1_SEC', 'busy: call again in about 1 s'),
  rc(9904, 'H_LONG_BUSY_ORDER_10_SEC', 'busy: call again in about 10 s'),
  rc(9905, 'H_LONG_BUSY_ORDER_100_SEC', 'busy: call again in about 100 s'),
  rc(-1, 'H_HARDWARE', 'hardware error'),
  rc(-2, 'H_FUNCTION', 'no such hcall here'),
  rc(-3, 'H_PRIVILEGE', 'the caller may not do this'),
  rc(-4, 'H_PARAMETER', 'an argument is wrong: no such LIOBN, or the address is outside the window'),
  rc(-7, 'H_NOT_FOUND', 'not found'),
  rc(-10, 'H_AUTHORITY', 'no authority'),
  rc(-11, 'H_PERMISSION', 'no permission'),
  rc(-12, 'H_DROPPED', 'the frame was dropped'),
  rc(-14, 'H_DEST_PARM', 'the buffer is not mapped for this access'),
  rc(-16, 'H_RESOURCE', 'no resource'),
  rc(-44, 'H_NOT_ENOUGH_RESOURCES', 'the partition may not map more memory for I/O'),
  rc(-46, 'H_RESCINDED', 'the resource was withdrawn'),
  rc(-54, 'H_ABORTED', 'aborted'),
  rc(-55, 'H_P2', 'argument 2 is wrong'),
  rc(-56, 'H_P3', 'argument 3 is wrong'),
  rc(-57, 'H_P4', 'argument 4 is wrong: more than 512 TCEs in one call'),
  rc(-58, 'H_P5', 'argument 5 is wrong'),
];

export function returnCodeName(code: number): string {
  return RETURN_CODES.find((r) => r.code === code)?.name ?? String(code);
}
