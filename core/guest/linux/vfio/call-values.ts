// Values of a call as commands write them: hex words, and user addresses by buffer name and offset.

import { errnoName } from '../../../abi/linux/errno.ts';
import type { VfioCall, VfioResult } from '../../../abi/linux/vfio.ts';
import { sizeText } from '../../../base/quantities.ts';
import { hex } from '../../../base/u64.ts';
import type { UserProcess } from '../process/user-process.ts';

/** A user address that nothing is mapped at. */
const NOWHERE = 0x1000;

export function wordOf(text: string): bigint {
  return BigInt(text);
}

/** `0x7f0000000000`, `buf`, `buf+0x1000`: the address; a buffer that is not there is an address where nothing is. */
export function addressOf(process: UserProcess, text: string): number {
  if (/^0x/i.test(text)) return Number(BigInt(text));
  const [name = '', offset = '0x0'] = text.split('+');
  const buffer = process.buffer(name);
  return (buffer?.vaddr ?? NOWHERE) + Number(BigInt(offset));
}

/** The arguments as the trace shows them: `iova=0x10000 size=16K vaddr=buf rw`. */
export function argumentsText(request: VfioCall): string {
  switch (request.call) {
    case 'mmap': {
      const pages = request.pageBytes === undefined ? '' : ` pages of ${sizeText(request.pageBytes)}`;
      return `${request.buffer} ${sizeText(request.bytes)}${pages}`;
    }
    case 'munmap':
      return request.buffer;
    case 'ulimit': {
      const limit = request.bytes === null ? 'unlimited' : sizeText(request.bytes);
      return `RLIMIT_MEMLOCK ${limit}${request.capIpcLock ? ' CAP_IPC_LOCK' : ''}`;
    }
    case 'set-container':
      return request.id;
    case 'set-iommu':
      return request.type;
    case 'register':
    case 'unregister':
      return `vaddr=${request.vaddr} size=${sizeText(request.bytes)}`;
    case 'map': {
      const how = `${request.read ? 'r' : ''}${request.write ? 'w' : ''}`;
      return `iova=${request.iova} size=${sizeText(request.bytes)} vaddr=${request.vaddr} ${how || 'none'}`;
    }
    case 'unmap':
      return `iova=${request.iova} size=${sizeText(request.bytes)}`;
    case 'create':
      return `page_shift=${request.pageShift} window_size=${sizeText(request.bytes)} levels=${request.levels ?? 1}`;
    case 'remove':
      return `start=${request.start}`;
    case 'eeh':
      return request.op;
    default:
      return '';
  }
}

/** The answer as the trace shows it: `0`, `-ENODEV`, `0 start=0x800000000000000`. */
export function resultText({ ret, start, info }: VfioResult): string {
  const parts = [ret < 0 ? errnoName(ret) : String(ret)];
  if (start !== undefined) parts.push(`start=${hex(start)}`);
  if (info !== undefined) {
    parts.push(
      `flags=${hex(info.flags)} dma32_start=${hex(info.dma32Start)} dma32_size=${hex(info.dma32Size)}`,
    );
    parts.push(`pgsizes=${hex(info.pgsizes)} max_windows=${info.maxDynamicWindows} levels=${info.levels}`);
  }
  return parts.join(' ');
}
