// Error numbers that kernel lines about DMA print, as Linux names them (asm-generic/errno-base.h, errno.h).

const ERRNOS: ReadonlyMap<number, readonly [name: string, meaning: string]> = new Map([
  [1, ['EPERM', 'not permitted']],
  [2, ['ENOENT', 'there is no such thing']],
  [5, ['EIO', 'an input/output error']],
  [6, ['ENXIO', 'there is no such device or address']],
  [7, ['E2BIG', 'too long']],
  [11, ['EAGAIN', 'try again']],
  [12, ['ENOMEM', 'no room: of memory, or of TCEs']],
  [14, ['EFAULT', 'a bad address']],
  [16, ['EBUSY', 'in use']],
  [19, ['ENODEV', 'there is no such device']],
  [22, ['EINVAL', 'a value that makes no sense']],
  [28, ['ENOSPC', 'no space left']],
  [38, ['ENOSYS', 'the call does not exist']],
  [95, ['EOPNOTSUPP', 'not supported']],
  [110, ['ETIMEDOUT', 'it took too long']],
]);

/** "ENOMEM: no room: of memory, or of TCEs" for -12; undefined when it is none of these. */
export function errnoMeaning(number: number): string | undefined {
  const known = ERRNOS.get(-number);
  return known === undefined ? undefined : `${known[0]}: ${known[1]}`;
}
