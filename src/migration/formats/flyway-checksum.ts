import { crc32 } from 'node:zlib';

/** Flyway's checksum: CRC32 over the lines without their ends and without a byte order mark, as a signed 32-bit number. */
export function flywayChecksum(bytes: Uint8Array): number {
  // The decoder drops a leading byte order mark.
  const lines = new TextDecoder('utf-8').decode(bytes).split(/\r\n|\r|\n/);
  const encoder = new TextEncoder();
  return lines.reduce((sum, line) => crc32(encoder.encode(line), sum), 0) | 0;
}
