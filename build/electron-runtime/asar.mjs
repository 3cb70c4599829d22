// Writes an asar archive (Electron's container): a Chromium "pickle" with a JSON index, then the files' bytes.
// Electron looks for default_app.asar as a file, so a plain folder of that name would not do.

/** @param {Record<string, Buffer>} files @returns {Buffer} */
export function asarOf(files) {
  /** @type {Record<string, { size: number, offset: string }>} */
  const index = {};
  let offset = 0;
  for (const [name, bytes] of Object.entries(files)) {
    index[name] = { size: bytes.length, offset: String(offset) };
    offset += bytes.length;
  }
  const json = Buffer.from(JSON.stringify({ files: index }));
  const padded = Math.ceil(json.length / 4) * 4;
  const head = Buffer.alloc(16 + padded);
  head.writeUInt32LE(4, 0);
  head.writeUInt32LE(8 + padded, 4);
  head.writeUInt32LE(4 + padded, 8);
  head.writeUInt32LE(json.length, 12);
  json.copy(head, 16);
  return Buffer.concat([head, ...Object.values(files)]);
}
