import { isObject } from './json.ts';
import type { Json } from './json.ts';
import { refuse } from './refusal.ts';
import type { Answer } from './refusal.ts';

export type Arguments = { readonly args: Json } | { readonly refusal: Answer };

const types = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'] as const;
const charsets = ['utf-8', 'utf8', 'iso-8859-1'];
/** Form fields that carry JSON. The others stay text: a message may well read `[done]`. */
const nested = new Set(['blocks', 'attachments', 'metadata', 'view', 'files', 'message', 'unfurls']);

/**
 * The arguments of a call, from the query and a form or JSON body; a GET has only its query. A body that cannot be read is
 * refused with Slack's word for it: missing_post_type, invalid_post_type, invalid_charset, invalid_form_data, invalid_json,
 * json_not_object. A nested argument that is no JSON stays text, so that the method can say what is wrong with it.
 */
export async function argumentsOf(request: Request): Promise<Arguments> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  if (request.method === 'GET') return { args: unpacked(query) };
  const header = request.headers.get('content-type') ?? '';
  if (header.startsWith('multipart/form-data')) return multipart(request, query);
  const body = await request.text();
  if (body === '') return { args: unpacked(query) };
  const refusal = refusedType(header);
  if (refusal) return { refusal };
  if (header.startsWith('application/json')) return fromJson(body, query);
  const fields = [...new URLSearchParams(body)];
  // A whole JSON text sent as a form reads as one field without a value: curl's usual mistake.
  if (fields.length === 1 && fields[0]?.[1] === '' && /^[[{]/.test(fields[0][0])) return { refusal: refuse('invalid_form_data') };
  return { args: unpacked({ ...query, ...Object.fromEntries(fields) }) };
}

function refusedType(header: string): Answer | undefined {
  if (header === '') return refuse('missing_post_type');
  const [type = '', ...more] = header.split(';').map((part) => part.trim().toLowerCase());
  if (!types.some((known) => known === type)) return refuse('invalid_post_type');
  const charset = more
    .find((part) => part.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  return charset === undefined || charsets.includes(charset) ? undefined : refuse('invalid_charset');
}

async function multipart(request: Request, query: Json): Promise<Arguments> {
  try {
    const form = await request.formData();
    return { args: unpacked({ ...query, ...Object.fromEntries([...form].filter(([, value]) => typeof value === 'string')) }) };
  } catch {
    return { refusal: refuse('invalid_form_data') };
  }
}

function fromJson(body: string, query: Json): Arguments {
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) ? { args: unpacked({ ...query, ...parsed }) } : { refusal: refuse('json_not_object') };
  } catch {
    return { refusal: refuse('invalid_json') };
  }
}

function unpacked(fields: Json): Json {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, nested.has(key) && typeof value === 'string' ? parsedJson(value) : value]),
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
