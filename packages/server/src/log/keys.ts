/** Positions and ids as keys whose order as bytes is their order as numbers. */

export const positionKeyBytes = 8;

/** Eight bytes, big-endian, of a safe integer from 0 on. */
export function positionKey(position: number): Buffer {
  const key = Buffer.allocUnsafe(positionKeyBytes);
  writePosition(key, position);
  return key;
}

export function writePosition(key: Buffer, position: number): void {
  key.writeUInt32BE(Math.floor(position / 2 ** 32), 0);
  key.writeUInt32BE(position % 2 ** 32, 4);
}

export function readPosition(key: Buffer): number {
  return key.readUInt32BE(0) * 2 ** 32 + key.readUInt32BE(4);
}
