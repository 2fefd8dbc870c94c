import type { Delivery, Envelope, EnvelopeType } from './delivery.ts';
import { isObject, textOf } from './json.ts';
import type { Outage } from './outage.ts';
import type { Traffic } from './traffic.ts';

/** What is to be delivered; `name` is what the log of the traffic calls it. */
export type Parcel = {
  readonly type: EnvelopeType;
  readonly name: string;
  readonly payload: object;
  readonly retry_attempt?: number;
  readonly retry_reason?: string;
};

export type Delivered = Delivery & { readonly envelope_id: string };

export type Deliveries = {
  /** Once, to one socket or to the program's address. */
  send(parcel: Parcel): Promise<Delivered>;
  /** The same envelope once more, found by its own id or its event's, with the next retry_attempt. Undefined when it is not known. */
  again(id: string): Promise<Delivered | undefined>;
};

const remembered = 1_000;

/** Everything that goes to the program: written down, remembered for a while, and held back during an outage. */
export function openDeliveries(parts: {
  readonly deliver: (envelope: Envelope) => Promise<Delivery>;
  readonly outage: Outage;
  readonly traffic: Traffic;
}): Deliveries {
  const sent = new Map<string, { readonly envelope: Envelope; readonly name: string }>();

  async function deliver(envelope: Envelope, name: string): Promise<Delivered> {
    sent.set(envelope.envelope_id, { envelope, name });
    const [oldest] = sent.keys();
    if (sent.size > remembered && oldest !== undefined) sent.delete(oldest);
    const delivery: Delivery = parts.outage.isOn() ? { acknowledged: false, reason: 'no_socket', ms: 0 } : await parts.deliver(envelope);
    parts.traffic.record({
      direction: 'to_program',
      method: name,
      ms: delivery.ms,
      ok: delivery.acknowledged,
      ...(delivery.acknowledged ? {} : { error: delivery.reason }),
      request: envelope,
      response: delivery.acknowledged ? delivery.ack : null,
    });
    return { ...delivery, envelope_id: envelope.envelope_id };
  }

  return {
    send({ name, type, ...rest }) {
      return deliver({ envelope_id: crypto.randomUUID(), type, accepts_response_payload: type !== 'events_api', ...rest }, name);
    },
    async again(id) {
      const known = sent.get(id) ?? [...sent.values()].findLast(({ envelope: { payload } }) => id !== '' && eventIdOf(payload) === id);
      if (!known) return undefined;
      const { retry_attempt = 0, ...envelope } = known.envelope;
      return deliver({ ...envelope, retry_attempt: retry_attempt + 1, retry_reason: 'timeout' }, known.name);
    },
  };
}

function eventIdOf(payload: object): string {
  return isObject(payload) ? textOf(payload['event_id']) : '';
}
