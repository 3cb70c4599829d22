// What disks of all kinds share here: the block, and the lab's own registers, by which a driver proves a write without reading it back.

/** Logical block of every disk of the lab. */
export const BLOCK_BYTES = 512;

/** Seed of the payload pattern that the medium holds where nothing was written. */
export const DISK_SEED = 0xf000;
/** First block and number of blocks to look at; then DISK_HASH reads the payloadHash of what is stored there. */
export const DISK_LBA = 0xf004;
export const DISK_BLOCKS = 0xf008;
export const DISK_HASH = 0xf00c;

/** Whether `offset` is one of the registers above. */
export const isDiskRegister = (offset: number): boolean => offset >= DISK_SEED && offset <= DISK_HASH;
