// The commands around VFIO as lines of the lab's command language.

import type { VfioCall } from '../abi/linux/vfio.ts';
import { sizeText } from '../base/quantities.ts';
import type { Command } from './commands.ts';

type VfioCommand = Extract<Command, { readonly do: 'vfio' | 'app-start' | 'app-stop' }>;

export function vfioText(command: VfioCommand): string {
  switch (command.do) {
    case 'vfio': {
      const words = callWords(command.call, command.container);
      const who = command.process === undefined ? [] : ['--process', command.process];
      return ['vfio-tce', ...words, ...who].join(' ');
    }
    case 'app-start': {
      const { app, ids, pageBytes, bytes, iova } = command.plan;
      return `app start ${command.name} ${ids.join(' ')} --as ${app} --memory ${sizeText(bytes)} --pages ${sizeText(pageBytes)} --iova ${iova}`;
    }
    case 'app-stop':
      return `app stop ${command.name}`;
  }
}

function callWords(call: VfioCall, container: string): readonly string[] {
  switch (call.call) {
    case 'mmap':
      return [
        'mmap',
        container,
        call.buffer,
        sizeText(call.bytes),
        ...(call.pageBytes === undefined ? [] : ['--pages', sizeText(call.pageBytes)]),
      ];
    case 'munmap':
      return ['munmap', container, call.buffer];
    case 'ulimit':
      return [
        'ulimit',
        container,
        call.bytes === null ? 'unlimited' : sizeText(call.bytes),
        ...(call.capIpcLock ? ['--ipc-lock'] : []),
      ];
    case 'set-container':
      return ['set-container', container, call.id];
    case 'set-iommu':
      return ['set-iommu', container, call.type];
    case 'register':
    case 'unregister':
      return [call.call, container, call.vaddr, sizeText(call.bytes)];
    case 'map':
      return ['map', container, call.iova, call.vaddr, sizeText(call.bytes), '--access', accessText(call)];
    case 'unmap':
      return ['unmap', container, call.iova, sizeText(call.bytes)];
    case 'create':
      return [
        'create',
        container,
        sizeText(2 ** call.pageShift),
        sizeText(call.bytes),
        ...(call.levels === undefined ? [] : ['--levels', String(call.levels)]),
      ];
    case 'remove':
      return ['remove', container, call.start];
    case 'eeh':
      return ['eeh', container, call.op];
    default:
      return [call.call, container];
  }
}

function accessText({ read, write }: Extract<VfioCall, { readonly call: 'map' }>): string {
  if (read && write) return 'rw';
  return read ? 'r' : write ? 'w' : 'none';
}
