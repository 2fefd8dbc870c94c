import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Fault } from './faults.ts';
import { isObject, textOf } from './json.ts';
import type { Json } from './json.ts';
import type { Slack } from './slack.ts';

/** What a caller gets: JSON, or a text as it is. */
export type Reply = { readonly status: number; readonly body: Json | string; readonly headers?: Readonly<Record<string, string>> };

/** A call by the program: what it asks for, on which connection, and how it is answered when nothing goes wrong. */
type Call = {
  readonly method: string;
  readonly asked: Json;
  readonly connection: IncomingMessage;
  readonly answer: () => Reply | Promise<Reply>;
};

const away: Omit<Fault, 'id'> = { method: '*', kind: 'http_500', status: 503, left: 1, applied: false };
const json = { 'content-type': 'application/json; charset=utf-8' };
const page =
  '<!DOCTYPE html><html><head><title>Slack | Scheduled maintenance</title></head><body><h1>We will be right back</h1></body></html>';

/** Answers a call, or lets it go wrong as an outage or the next fault asks; either way it stands in the log of the traffic. */
export async function replyTo(slack: Slack, call: Call): Promise<Response> {
  const started = performance.now();
  const fault = slack.outage.isOn() ? away : slack.faults.take(call.method);
  const meant = fault && !fault.applied ? undefined : await call.answer();
  const sent = fault ? distorted(fault, meant) : meant;
  const told = typeof sent === 'object' ? sent : undefined;
  slack.traffic.record({
    direction: 'to_slack',
    method: call.method,
    ms: performance.now() - started,
    ...outcomeOf(fault, told),
    request: call.asked,
    response: told?.body ?? null,
  });
  if (told) return new Response(textIn(told.body), { status: told.status, headers: { ...typeOf(told.body), ...told.headers } });
  if (sent === 'reset') call.connection.socket.resetAndDestroy();
  else if (!call.connection.socket.destroyed) await once(call.connection.socket, 'close');
  return RESPONSE_ALREADY_SENT;
}

/** What a fault makes of the answer that was meant; `reset` and `silence` are no answers at all. */
function distorted(fault: Omit<Fault, 'id'>, meant: Reply | undefined): Reply | 'reset' | 'silence' {
  switch (fault.kind) {
    case 'rate_limited': {
      const wait = fault.retry_after ?? null;
      return { status: 429, body: { ok: false, error: 'ratelimited' }, headers: wait === null ? {} : { 'retry-after': String(wait) } };
    }
    case 'http_500':
      return { status: fault.status ?? 500, body: 'upstream connect error or disconnect/reset before headers' };
    case 'html':
      return { status: 200, body: page, headers: { 'content-type': 'text/html; charset=utf-8' } };
    case 'truncated': {
      const whole = textIn(meant?.body ?? { ok: true });
      return { status: 200, body: whole.slice(0, Math.ceil(whole.length / 2)), headers: json };
    }
    case 'error':
      return { status: 200, body: { ok: false, error: fault.error ?? 'internal_error' } };
    case 'timeout':
      return 'silence';
    case 'reset':
    case 'lost':
      return 'reset';
  }
}

function outcomeOf(fault: Omit<Fault, 'id'> | undefined, told: Reply | undefined): { ok: boolean; error?: string; fault?: string } {
  if (fault) return { ok: false, error: fault.error ?? (fault === away ? 'outage' : fault.kind), fault: fault.kind };
  const body = isObject(told?.body) ? told.body : {};
  if ((told?.status ?? 0) < 400 && body['ok'] !== false) return { ok: true };
  return { ok: false, error: textOf(body['error']) || `http_${told?.status}` };
}

function textIn(body: Json | string): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function typeOf(body: Json | string): Readonly<Record<string, string>> {
  return typeof body === 'string' ? { 'content-type': 'text/plain; charset=utf-8' } : json;
}
