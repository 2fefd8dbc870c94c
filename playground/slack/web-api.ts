import type { IncomingMessage } from 'node:http';
import { argumentsOf } from './arguments.ts';
import { textOf } from './json.ts';
import type { Json } from './json.ts';
import { methods } from './methods/table.ts';
import type { Method } from './methods/method.ts';
import { refuse } from './refusal.ts';
import type { Answer } from './refusal.ts';
import { replyTo } from './replies.ts';
import type { Reply } from './replies.ts';
import type { Slack } from './slack.ts';

type Verdict = { readonly answer: Answer; readonly retryAfter?: number };

/** Answers one call of `/api/<method>`: the way in is token, scope, rate limit, method; the way out is Slack's HTTP. */
export async function answerCall(slack: Slack, request: Request, connection: IncomingMessage, name: string): Promise<Response> {
  const read = await argumentsOf(request);
  const args = 'args' in read ? read.args : {};
  function answer(): Reply {
    if (request.method !== 'GET' && request.method !== 'POST') return notAllowed;
    const verdict = 'refusal' in read ? { answer: read.refusal } : judge(slack, { name, args, token: tokenOf(request, args) });
    return replyOf(slack, verdict);
  }
  return replyTo(slack, { method: name, asked: args, connection, answer });
}

const notAllowed: Reply = { status: 405, body: refuse('method_not_allowed'), headers: { allow: 'GET, POST' } };

function replyOf({ options }: Slack, { answer, retryAfter }: Verdict): Reply {
  const scopes = options.scopes ? { 'x-oauth-scopes': options.scopes.join(',') } : {};
  if (retryAfter === undefined) return { status: 200, body: answer, headers: scopes };
  return { status: 429, body: answer, headers: { ...scopes, 'retry-after': String(retryAfter) } };
}

/** Whether this Slack has a method of that name. */
export function isMethod(name: string): boolean {
  return Object.hasOwn(methods, name);
}

function judge(slack: Slack, call: { readonly name: string; readonly args: Json; readonly token: string }): Verdict {
  const method = isMethod(call.name) ? methods[call.name] : undefined;
  if (!method) return { answer: { ...refuse('unknown_method'), req_method: call.name } };
  const refusal = refusedToken(slack, method, call.token) ?? refusedScope(slack, method);
  if (refusal) return { answer: refusal };
  const wait =
    slack.options.rateLimits === false
      ? 0
      : slack.rateLimits.take({ method: call.name, tier: method.tier, channel: channelOf(slack, call.args) });
  if (wait > 0) return { answer: refuse('ratelimited'), retryAfter: wait };
  return { answer: method.answer(slack, call.args) };
}

function refusedToken({ options, tokens }: Slack, { token: wanted = 'bot' }: Method, token: string): Answer | undefined {
  if (wanted === 'none') return undefined;
  if (token === '') return refuse('not_authed');
  const kind = token === options.appToken ? 'app' : token === options.botToken ? 'bot' : undefined;
  const spoilt = kind && tokens.refusal(kind);
  if (spoilt !== undefined) return refuse(spoilt);
  if (kind === wanted) return undefined;
  return refuse(kind ? 'not_allowed_token_type' : 'invalid_auth');
}

function refusedScope({ options }: Slack, { scope, token }: Method): Answer | undefined {
  if (!options.scopes || scope === undefined || token === 'app' || options.scopes.includes(scope)) return undefined;
  return { ok: false, error: 'missing_scope', needed: scope, provided: options.scopes.join(',') };
}

/** The limit is the channel's, by whatever name it was called. */
function channelOf({ workspace }: Slack, args: Json): string {
  const wanted = textOf(args['channel']);
  return workspace.channel(wanted)?.id ?? wanted;
}

function tokenOf(request: Request, args: Json): string {
  const header = request.headers.get('authorization') ?? '';
  return header.startsWith('Bearer ') ? header.slice('Bearer '.length) : textOf(args['token']);
}
