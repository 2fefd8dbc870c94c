import { setTimeout as pause } from 'node:timers/promises';
import { since } from './delivery.ts';
import type { Delivery, Envelope, Failure } from './delivery.ts';
import { secret, verificationToken } from './identifiers.ts';
import { isObject } from './json.ts';
import type { Json } from './json.ts';
import type { HttpTarget } from './options.ts';
import { sendSigned, signed } from './signing.ts';
import type { SignedRequest } from './signing.ts';
import type { Traffic } from './traffic.ts';

export type HttpDelivery = {
  /** POSTs the payload, signed, in the form of its kind. An answer of 200 in time is the acknowledgement. */
  deliver(envelope: Envelope): Promise<Delivery>;
  stop(): void;
};

const verifyEveryMs = 200;

/**
 * Deliveries to an address of the program instead of its sockets. No event is sent there before it has answered a
 * url_verification; that is tried from the start, until it does.
 */
export function openHttpDelivery(target: HttpTarget, ackWithinMs: number, traffic: Traffic): HttpDelivery {
  const stopped = new AbortController();
  let isVerified = false;
  void verified(target, { ackWithinMs, traffic, stopped: stopped.signal }).then((done) => (isVerified = done));

  return {
    async deliver(envelope) {
      const started = performance.now();
      if (envelope.type === 'events_api' && !isVerified) return failed('no_socket', started);
      try {
        const response = await sendSigned(requestOf(target, envelope), AbortSignal.timeout(ackWithinMs));
        const text = await response.text();
        if (response.status !== 200) return failed('http_error', started);
        return { acknowledged: true, ack: ackOf(text), ms: since(started) };
      } catch (error) {
        return failed(error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'no_socket', started);
      }
    },
    stop: () => stopped.abort(),
  };
}

function failed(reason: Failure, started: number): Delivery {
  return { acknowledged: false, reason, ms: since(started) };
}

/** Slash commands and interactions are forms, events are JSON; a retry says so in its headers. */
export function requestOf(
  { url, signingSecret }: HttpTarget,
  { type, payload, retry_attempt, retry_reason = '' }: Envelope,
): SignedRequest {
  const retried = retry_attempt === undefined ? {} : { 'x-slack-retry-num': String(retry_attempt), 'x-slack-retry-reason': retry_reason };
  if (type === 'events_api') {
    const body = JSON.stringify(payload);
    return signed({ url, secret: signingSecret, body, contentType: 'application/json', headers: retried });
  }
  const fields: Record<string, string> =
    type === 'slash_commands'
      ? Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, String(value)]))
      : { payload: JSON.stringify(payload) };
  const body = new URLSearchParams(fields).toString();
  return signed({ url, secret: signingSecret, body, contentType: 'application/x-www-form-urlencoded', headers: retried });
}

/** A JSON object is the payload of the acknowledgement, a bare text is what a slash command says. */
function ackOf(text: string): Json | null {
  if (text.trim() === '') return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : { text };
  } catch {
    return { text };
  }
}

/** Asks until the address answers with the challenge; false once stopped. */
async function verified(
  { url, signingSecret }: HttpTarget,
  { ackWithinMs, traffic, stopped }: { readonly ackWithinMs: number; readonly traffic: Traffic; readonly stopped: AbortSignal },
): Promise<boolean> {
  const challenge = secret();
  const asked = { token: verificationToken, challenge, type: 'url_verification' };
  const body = JSON.stringify(asked);
  while (!stopped.aborted) {
    const started = performance.now();
    try {
      const request = signed({ url, secret: signingSecret, body, contentType: 'application/json' });
      const response = await sendSigned(request, AbortSignal.any([stopped, AbortSignal.timeout(ackWithinMs)]));
      const text = await response.text();
      const ok = response.status === 200 && text.includes(challenge);
      const told = { ok, ms: since(started), request: asked, response: text, ...(ok ? {} : { error: 'challenge_failed' }) };
      traffic.record({ direction: 'to_program', method: 'url_verification', ...told });
      if (ok) return true;
    } catch {
      // Nobody listens there yet, or we were stopped meanwhile; the condition above tells which.
    }
    await pause(verifyEveryMs, undefined, { ref: false });
  }
  return false;
}
