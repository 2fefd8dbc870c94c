import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3mini } from 's3mini';

/** An S3-compatible bucket, and the keys that open it. */
export type StoreOptions = {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** What every key begins with. */
  readonly prefix: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Bytes sent at once, for tests. S3 takes no part smaller than 5 MiB but the last, and 10,000 parts. */
  readonly partBytes?: number | undefined;
};

type Digest = { readonly sha256: string; readonly bytes: number };

/** Puts files into a bucket and reads them back. Errors are the store's words; the caller knows the secrets to take out. */
export interface ObjectStore {
  put(key: string, path: string, signal: AbortSignal): Promise<void>;
  /** What lies there, as it is read back whole; written to `path` when there is one. */
  read(key: string, path: string | null, signal: AbortSignal): Promise<Digest>;
}

/** 10,000 of them are 640 GB; a file that is larger is sent in larger ones. */
const PART_BYTES = 64 * 1024 * 1024;
const MOST_PARTS = 10_000;

export function objectStore(options: StoreOptions): ObjectStore {
  const { endpoint, bucket, region, prefix, accessKey, secretKey } = options;
  const url = `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  const clientFor = (signal: AbortSignal) =>
    new S3mini({
      accessKeyId: accessKey,
      secretAccessKey: secretKey,
      endpoint: url,
      region,
      fetch: (input, init) => fetch(input, { ...init, signal }),
    });
  return {
    put: (key, path, signal) =>
      put(clientFor(signal), { key: `${prefix}${key}`, path, partBytes: options.partBytes ?? PART_BYTES, signal }),
    read: (key, path, signal) => read(clientFor(signal), `${prefix}${key}`, path),
  };
}

type Put = { readonly key: string; readonly path: string; readonly partBytes: number; readonly signal: AbortSignal };

/** One request, or in parts of which one at a time is in memory. A started upload that fails is taken back: its parts would be paid for. */
async function put(client: S3mini, { key, path, partBytes, signal }: Put): Promise<void> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const length = Math.max(partBytes, Math.ceil(size / MOST_PARTS));
  const part = async (from: number) => {
    signal.throwIfAborted();
    const wanted = Math.min(length, size - from);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, from);
    if (bytesRead !== wanted) throw new Error(`${path} became shorter while it was sent`);
    return buffer;
  };
  if (size <= length) {
    await client.putObject(key, await part(0));
    return;
  }
  const upload = await client.getMultipartUploadId(key);
  try {
    const parts = [];
    for (let from = 0; from < size; from += length) parts.push(await client.uploadPart(key, upload, await part(from), parts.length + 1));
    await client.completeMultipartUpload(key, upload, parts);
  } catch (error) {
    await client.abortMultipartUpload(key, upload).catch(() => {});
    throw error;
  }
}

async function read(client: S3mini, key: string, path: string | null): Promise<Digest> {
  const response = await client.getObjectRaw(key);
  if (!response.ok || response.body === null) throw new Error(`${key} could not be read (HTTP ${response.status})`);
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  const body = Readable.fromWeb(response.body);
  if (path === null) for await (const _ of counted(body));
  else await pipeline(body, counted, createWriteStream(path, { mode: 0o600, flags: 'w' }));
  return { sha256: hash.digest('hex'), bytes };
}
