// IDENTIFY DEVICE data of the lab's ATA disk (ATA8-ACS, section 7.16.7): 256 words, strings with their bytes swapped.

function putString(words: DataView, word: number, count: number, text: string): void {
  const padded = text.padEnd(count * 2, ' ');
  for (let i = 0; i < count * 2; i++) words.setUint8(word * 2 + (i ^ 1), padded.charCodeAt(i));
}

export function identifyDevice(blocks: number): Uint8Array {
  const bytes = new Uint8Array(512);
  const words = new DataView(bytes.buffer);
  const put = (word: number, value: number): void => words.setUint16(word * 2, value, true);
  putString(words, 10, 10, 'LAB0001');
  putString(words, 23, 4, '1.0');
  putString(words, 27, 20, 'DDW LAB ATA DISK');
  put(49, (1 << 8) | (1 << 9)); // DMA and LBA
  put(53, (1 << 1) | (1 << 2));
  words.setUint32(60 * 2, Math.min(blocks, 0x0fff_ffff), true);
  put(80, 0x00f0); // ATA/ATAPI-4 to 7
  put(83, (1 << 14) | (1 << 10) | (1 << 13)); // 48-bit addresses, flush
  put(86, (1 << 10) | (1 << 13));
  put(88, 0x203f); // Ultra DMA 5
  words.setUint32(100 * 2, blocks >>> 0, true);
  words.setUint32(102 * 2, Math.floor(blocks / 0x1_0000_0000), true);
  return bytes;
}
