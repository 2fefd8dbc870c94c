import type { Json } from './json.ts';

export type EnvelopeType = 'slash_commands' | 'interactive' | 'events_api';

/** One delivery to the program, as Socket Mode puts it on the wire; over HTTP only the payload travels. */
export type Envelope = {
  readonly envelope_id: string;
  readonly type: EnvelopeType;
  readonly accepts_response_payload: boolean;
  readonly payload: object;
  readonly retry_attempt?: number;
  readonly retry_reason?: string;
};

/** Why there is no acknowledgement. `no_socket`: nobody to deliver to · `timeout` · `http_error`: the program's own refusal, HTTP only. */
export type Failure = 'no_socket' | 'timeout' | 'http_error';

/** What became of an envelope: the payload of the acknowledgement (null when it was empty), or why there is none. */
export type Delivery =
  | { readonly acknowledged: true; readonly ack: Json | null; readonly ms: number }
  | { readonly acknowledged: false; readonly reason: Failure; readonly ms: number };

/** Milliseconds since `started`, to a tenth. */
export function since(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10;
}
