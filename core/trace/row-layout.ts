// The words of a row of 32 bytes.
//
//   word 0  tag: bits 0..5 kind code, bit 6 "wide" (the rest is a record in the side table), bits 7..16 count, bits 17..31 status
//   word 1  virtual time, ns above the time base in force (u32)
//   word 2  cause (sequence number, -1 at the top)
//   word 3  LIOBN                     words 4, 5  ioba, upper and lower half
//   words 6, 7  TCE; for an indirect list its place in the arena and the number of runs; for a wide row word 6 is the record's index

export const ROW_WORDS = 8;
export const WORD_CAUSE = 2;
export const WORD_LIOBN = 3;
export const WORD_IOBA_HI = 4;
export const WORD_IOBA_LO = 5;
export const WORD_VALUE_HI = 6;
export const WORD_VALUE_LO = 7;
