// Errno values of Linux (include/uapi/asm-generic/errno-base.h, errno.h) as far as this model returns them.

export const EPERM = -1;
export const ENOENT = -2;
export const EIO = -5;
export const ENXIO = -6;
export const ENOMEM = -12;
export const EFAULT = -14;
export const EBUSY = -16;
export const ENODEV = -19;
export const EINVAL = -22;
export const ENOTTY = -25;
export const ENOSPC = -28;

const NAMES: ReadonlyMap<number, readonly [name: string, meaning: string]> = new Map([
  [-1, ['EPERM', 'Operation not permitted']],
  [-2, ['ENOENT', 'No such file or directory']],
  [-4, ['EINTR', 'Interrupted system call']],
  [-5, ['EIO', 'Input/output error']],
  [-6, ['ENXIO', 'No such device or address']],
  [-11, ['EAGAIN', 'Resource temporarily unavailable']],
  [-12, ['ENOMEM', 'Cannot allocate memory']],
  [-14, ['EFAULT', 'Bad address']],
  [-16, ['EBUSY', 'Device or resource busy']],
  [-19, ['ENODEV', 'No such device']],
  [-22, ['EINVAL', 'Invalid argument']],
  [-25, ['ENOTTY', 'Inappropriate ioctl for device']],
  [-28, ['ENOSPC', 'No space left on device']],
  [-44, ['ECHRNG', 'Channel number out of range']],
]);

/** `-EINVAL`; a value that no name is known for as its number. */
export function errnoName(value: number): string {
  const known = NAMES.get(value);
  return known === undefined ? String(value) : `-${known[0]}`;
}

/** strerror() of a negative errno: "Invalid argument". */
export function errnoText(value: number): string {
  return NAMES.get(value)?.[1] ?? `Unknown error ${Math.abs(value)}`;
}
