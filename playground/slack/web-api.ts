import { isObject, textOf } from './json.ts';
import type { Json } from './json.ts';
import { methods } from './methods/table.ts';
import type { Method } from './methods/method.ts';
import { refuse } from './refusal.ts';
import type { Answer } from './refusal.ts';
import type { Slack } from './slack.ts';

type Verdict = { readonly answer: Answer; readonly retryAfter?: number };

/** Answers one call of `/api/<method>`: the way in is token, scope, rate limit, method; the way out is Slack's HTTP. */
export async function answerCall(slack: Slack, request: Request, name: string): Promise<Response> {
  const started = performance.now();
  const args = await argumentsOf(request);
  const { answer, retryAfter } = judge(slack, { name, args, token: tokenOf(request, args) });
  const error = answer.ok ? {} : { error: textOf(answer['error']) };
  slack.traffic.record({ direction: 'to_slack', method: name, ms: performance.now() - started, ok: answer.ok, ...error });
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (slack.options.scopes) headers['x-oauth-scopes'] = slack.options.scopes.join(',');
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  return new Response(JSON.stringify(answer), { status: retryAfter === undefined ? 200 : 429, headers });
}

function judge(slack: Slack, call: { readonly name: string; readonly args: Json; readonly token: string }): Verdict {
  const method = Object.hasOwn(methods, call.name) ? methods[call.name] : undefined;
  if (!method) return { answer: { ...refuse('unknown_method'), req_method: call.name } };
  const refusal = refusedToken(slack, method, call.token) ?? refusedScope(slack, method);
  if (refusal) return { answer: refusal };
  const wait =
    slack.options.rateLimits === false
      ? 0
      : slack.rateLimits.take({ method: call.name, tier: method.tier, channel: textOf(call.args['channel']) });
  if (wait > 0) return { answer: refuse('ratelimited'), retryAfter: wait };
  return { answer: method.answer(slack, call.args) };
}

function refusedToken({ options }: Slack, { token: wanted = 'bot' }: Method, token: string): Answer | undefined {
  if (wanted === 'none') return undefined;
  if (token === '') return refuse('not_authed');
  if (token === (wanted === 'app' ? options.appToken : options.botToken)) return undefined;
  return refuse(token === options.appToken || token === options.botToken ? 'not_allowed_token_type' : 'invalid_auth');
}

function refusedScope({ options }: Slack, { scope, token }: Method): Answer | undefined {
  if (!options.scopes || scope === undefined || token === 'app' || options.scopes.includes(scope)) return undefined;
  return { ok: false, error: 'missing_scope', needed: scope, provided: options.scopes.join(',') };
}

function tokenOf(request: Request, args: Json): string {
  const header = request.headers.get('authorization') ?? '';
  return header.startsWith('Bearer ') ? header.slice('Bearer '.length) : textOf(args['token']);
}

/** Form fields that carry JSON. The others stay text: a message may well read `[done]`. */
const nested = new Set(['blocks', 'attachments', 'metadata', 'view', 'files', 'message', 'unfurls']);

/** The arguments of a call, from the query and a form or JSON body. */
export async function argumentsOf(request: Request): Promise<Json> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  if (request.method === 'GET') return unpacked(query);
  const type = request.headers.get('content-type') ?? '';
  if (type.includes('multipart/form-data')) {
    const form = await request.formData();
    return unpacked({ ...query, ...Object.fromEntries([...form].filter(([, value]) => typeof value === 'string')) });
  }
  const body = await request.text();
  if (!type.includes('application/json')) return unpacked({ ...query, ...Object.fromEntries(new URLSearchParams(body)) });
  const parsed = parsedJson(body);
  return unpacked({ ...query, ...(isObject(parsed) ? parsed : {}) });
}

function unpacked(fields: Json): Json {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, nested.has(key) && typeof value === 'string' ? parsedJson(value) : value]),
  );
}

/** What cannot be parsed stays as it is, so that the method can say what is wrong with it. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
