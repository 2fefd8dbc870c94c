import type { Json } from '../json.ts';
import type { Delivery, Envelope } from '../sockets.ts';
import type { Slack } from '../slack.ts';

/** What the program acknowledged, how long it took, and what Slack shows the person if that went wrong. */
export type Outcome = {
  readonly ok: boolean;
  readonly acknowledged: boolean;
  readonly ack: Json | null;
  readonly ms: number;
  readonly error?: string;
};

/** Slack would not even have delivered it: no such person, message, button. `status` is the HTTP status of the answer. */
export type Rejected = { readonly status: 400 | 404; readonly error: string } & Json;

export function reject(error: string, more: Json = {}, status: 400 | 404 = 404): Rejected {
  return { ...more, status, error };
}

export function isRejected(result: Outcome | Rejected): result is Rejected {
  return 'status' in result;
}

/** Slack's sentence for each way in which the program fails to answer within three seconds. */
type Wording = { readonly no_socket: string; readonly timeout: string };

export function slashWording(command: string): Wording {
  return {
    no_socket: `${command} failed with the error "dispatch_failed"`,
    timeout: `${command} failed with the error "operation_timeout"`,
  };
}

export const clickWording: Wording = {
  no_socket: 'This app is not responding. Please try again or contact the app developer.',
  timeout: 'Operation timed out. Apps need to respond within 3 seconds.',
};

export const viewWording: Wording = {
  no_socket: 'We had some trouble connecting. Try again?',
  timeout: 'We had some trouble connecting. Try again?',
};

/** Delivers to the program and puts the result in words. Interactions are delivered once: Slack does not retry them. */
export async function hand(slack: Slack, envelope: Envelope, told: { readonly name: string; readonly wording: Wording }): Promise<Outcome> {
  const delivery = await slack.sockets.deliver(envelope);
  record(slack, told.name, delivery);
  const { acknowledged, ms } = delivery;
  if (acknowledged) return { ok: true, acknowledged, ack: delivery.ack, ms };
  return { ok: false, acknowledged, ack: null, ms, error: told.wording[delivery.reason] };
}

export function record(slack: Slack, name: string, delivery: Delivery): void {
  const error = delivery.acknowledged ? {} : { error: delivery.reason };
  slack.traffic.record({ direction: 'to_program', method: name, ms: delivery.ms, ok: delivery.acknowledged, ...error });
}
