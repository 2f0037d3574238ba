/** Bytes of a body → its text: decompressed within a limit, and decoded without guessing. */

import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

import { fail, ok, type Result } from '@segue/core/base/result.ts';

import { refusal, type Refusal } from './refusal.ts';

export type BodyHeaders = {
  readonly contentEncoding: string | undefined;
  readonly contentType: string | undefined;
};

/** `bytesMax` bounds what decompression may give; it stops there, so a bomb costs no more than an honest body. */
export function decodeBody(bytes: Buffer, headers: BodyHeaders, bytesMax: number): Result<string, Refusal> {
  const plain = decompress(bytes, headers.contentEncoding, bytesMax);
  return plain.ok ? decodeText(plain.value, headers.contentType) : plain;
}

/** No JSON text begins so, whatever the headers say. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

export type Compression = 'none' | 'gzip' | 'deflate' | 'br';

/** What `Content-Encoding` says; gzip where it says nothing and the first bytes do. */
export function compressionOf(
  header: string | undefined,
  beginning: Uint8Array,
): Result<Compression, Refusal> {
  switch (header?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return ok(isGzip(beginning) ? 'gzip' : 'none');
    case 'gzip':
    case 'x-gzip':
      return ok('gzip');
    case 'deflate':
      return ok('deflate');
    case 'br':
      return ok('br');
    default:
      return fail(
        refusal(
          415,
          'tracking/encoding',
          'The Content-Encoding of the body is not known here; expected gzip, deflate, br or none.',
        ),
      );
  }
}

function decompress(bytes: Buffer, header: string | undefined, bytesMax: number): Result<Buffer, Refusal> {
  const compression = compressionOf(header, bytes);
  if (!compression.ok) return compression;
  const limit = { maxOutputLength: bytesMax };
  try {
    switch (compression.value) {
      case 'none':
        return ok(bytes);
      case 'gzip':
        return ok(gunzipSync(bytes, limit));
      case 'deflate':
        return ok(hasZlibHeader(bytes) ? inflateSync(bytes, limit) : inflateRawSync(bytes, limit));
      case 'br':
        return ok(brotliDecompressSync(bytes, limit));
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      return fail(
        refusal(
          400,
          'tracking/body-too-large',
          `The body is too large once decompressed; expected at most ${bytesMax} bytes: send smaller batches, or ` +
            'history to /v1/import.',
        ),
      );
    }
    return fail(corrupt(compression.value));
  }
}

export function corrupt(compression: Compression): Refusal {
  return refusal(
    400,
    'tracking/compressed',
    `The body cannot be decompressed; expected ${compression} as its Content-Encoding (or its first bytes) say.`,
  );
}

/** "deflate" is zlib's format by the standard, and raw deflate by some senders. */
function hasZlibHeader(bytes: Buffer): boolean {
  const first = bytes[0] ?? 0;
  return (first & 0x0f) === 8 && ((first << 8) | (bytes[1] ?? 0)) % 31 === 0;
}

const charsetPattern = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

function decodeText(bytes: Buffer, contentType: string | undefined): Result<string, Refusal> {
  const charset =
    contentType === undefined ? undefined : charsetPattern.exec(contentType)?.[1]?.toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') {
    if (!isUtf8(bytes)) return fail(notText('UTF-8'));
    const text = bytes.toString('utf8');
    return ok(text.startsWith('\ufeff') ? text.slice(1) : text);
  }
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true });
  } catch {
    return fail(
      refusal(415, 'tracking/charset', 'The charset of the Content-Type is not known here; expected utf-8.'),
    );
  }
  try {
    return ok(decoder.decode(bytes));
  } catch {
    return fail(notText(decoder.encoding));
  }
}

function notText(charset: string): Refusal {
  return refusal(
    400,
    'tracking/text',
    `The body is not valid ${charset}; expected JSON as text in UTF-8, or the charset named in Content-Type.`,
  );
}
