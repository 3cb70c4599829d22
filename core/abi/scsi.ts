// SCSI commands and answers as far as disks of the lab have them (SPC-3, SBC-2).

export const SCSI = {
  testUnitReady: 0x00,
  requestSense: 0x03,
  inquiry: 0x12,
  readCapacity10: 0x25,
  read10: 0x28,
  write10: 0x2a,
} as const;
export const SCSI_GOOD = 0;
export const SCSI_CHECK_CONDITION = 2;
export const SENSE_ILLEGAL_REQUEST = 5;
export const SENSE_ABORTED = 0x0b;
export const INQUIRY_BYTES = 36;
export const CAPACITY_BYTES = 8;
