import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * As much of S3 as copying a backup needs, in memory: objects, uploads in parts, and the signature of every request reckoned anew from what
 * arrived. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export type TestStore = {
  readonly endpoint: string;
  readonly objects: Map<string, Buffer>;
  /** Uploads in parts that were neither completed nor aborted. */
  readonly open: Map<string, Map<number, Buffer>>;
  /** `PUT /bucket/key`, as they came. */
  readonly requests: string[];
  /** Changes what is kept of a part or object, or throws to fail the request. */
  meddle: (key: string, body: Buffer) => Buffer;
  readonly close: () => Promise<void>;
};

export const KEYS = { accessKey: 'AKTEST', secretKey: 'a-secret/that+must-stay=secret', region: 'eu-test-1', bucket: 'backups' } as const;

export async function testStore(): Promise<TestStore> {
  const store: TestStore = {
    endpoint: '',
    objects: new Map(),
    open: new Map(),
    requests: [],
    meddle: (_key, body) => body,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const server = createServer((request, response) => {
    void answer(store, request, response).catch((error: unknown) => {
      response.writeHead(500).end(`<Error><Code>InternalError</Code><Message>${String(error)}</Message></Error>`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(store, { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function answer(store: TestStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const method = request.method ?? '';
  store.requests.push(`${method} ${url.pathname}`);
  const wrong = signatureMistake(request, url);
  if (wrong !== null)
    return void response.writeHead(403).end(`<Error><Code>SignatureDoesNotMatch</Code><Message>${wrong}</Message></Error>`);
  const [, bucket, ...rest] = decodeURIComponent(url.pathname).split('/');
  const key = rest.join('/');
  if (bucket !== KEYS.bucket) return void response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>');
  const upload = url.searchParams.get('uploadId');
  const parts = upload === null ? undefined : store.open.get(upload);
  if (method === 'POST' && url.searchParams.has('uploads')) {
    const id = randomUUID();
    store.open.set(id, new Map());
    return void response.end(`<InitiateMultipartUploadResult><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }
  if (method === 'DELETE' && upload !== null) {
    store.open.delete(upload);
    return void response.writeHead(204).end();
  }
  if (method === 'PUT' && parts !== undefined) {
    parts.set(Number(url.searchParams.get('partNumber')), store.meddle(key, body));
    return void response.writeHead(200, { ETag: etag(body) }).end();
  }
  if (method === 'POST' && parts !== undefined) {
    const whole = [...body.toString().matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => parts.get(Number(number)) ?? Buffer.alloc(0));
    store.objects.set(key, Buffer.concat(whole));
    store.open.delete(upload ?? '');
    return void response.end(
      `<CompleteMultipartUploadResult><Key>${key}</Key><ETag>${etag(Buffer.concat(whole))}</ETag></CompleteMultipartUploadResult>`,
    );
  }
  if (method === 'PUT') {
    store.objects.set(key, store.meddle(key, body));
    return void response.writeHead(200, { ETag: etag(body) }).end();
  }
  const object = store.objects.get(key);
  if (method !== 'GET' || object === undefined) return void response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  response.writeHead(200, { 'content-length': object.length, ETag: etag(object) }).end(object);
}

function etag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Null when the request was signed with our key, whatever was signed of it and how the client wrote it. */
function signatureMistake(request: IncomingMessage, url: URL): string | null {
  const found = /Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})/.exec(
    request.headers.authorization ?? '',
  );
  if (!found) return 'no signature';
  const [, access, day = '', region = '', signed = '', signature] = found;
  if (access !== KEYS.accessKey || region !== KEYS.region) return 'another key or region';
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const names = signed.split(';');
  if (!['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => names.includes(name))) return 'a header that must be signed is not';
  const headers = names.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const payload = String(request.headers['x-amz-content-sha256']);
  const canonical = [request.method, url.pathname, query, headers, signed, payload].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${KEYS.secretKey}`, day), region), 's3'), 'aws4_request');
  return hmac(key, toSign).toString('hex') === signature ? null : 'the signature differs';
}
