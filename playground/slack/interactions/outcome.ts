import type { Delivered, Parcel } from '../deliveries.ts';
import type { Failure } from '../delivery.ts';
import type { Json } from '../json.ts';
import type { Slack } from '../slack.ts';

/** What the program acknowledged, how long it took, and what Slack shows the person if that went wrong. */
export type Outcome = {
  readonly ok: boolean;
  readonly acknowledged: boolean;
  readonly ack: Json | null;
  readonly ms: number;
  readonly error?: string;
  /** Absent when nothing was delivered. */
  readonly envelope_id?: string;
};

/** Slack would not even have delivered it: no such person, message, button. `status` is the HTTP status of the answer. */
export type Rejected = { readonly status: 400 | 404; readonly error: string } & Json;

/** Nothing to deliver, and nothing wrong with that. */
export const undelivered: Outcome = { ok: true, acknowledged: false, ack: null, ms: 0 };

export function reject(error: string, more: Json = {}, status: 400 | 404 = 404): Rejected {
  return { ...more, status, error };
}

export function isRejected(result: object): result is Rejected {
  return 'status' in result && (result.status === 400 || result.status === 404);
}

/** Slack's sentence for each way in which the program fails to answer within three seconds. */
type Wording = Readonly<Record<Failure, string>>;

export function slashWording(command: string): Wording {
  return {
    no_socket: `${command} failed with the error "dispatch_failed"`,
    timeout: `${command} failed with the error "operation_timeout"`,
    http_error: `${command} failed with the error "dispatch_failed"`,
  };
}

const silent = 'This app is not responding. Please try again or contact the app developer.';

export const clickWording: Wording = {
  no_socket: silent,
  timeout: 'Operation timed out. Apps need to respond within 3 seconds.',
  http_error: silent,
};

const trouble = 'We had some trouble connecting. Try again?';

export const viewWording: Wording = { no_socket: trouble, timeout: trouble, http_error: trouble };

/** Delivers to the program and puts the result in words. Interactions are delivered once: Slack does not retry them. */
export async function hand(slack: Slack, parcel: Parcel, wording: Wording): Promise<Outcome> {
  return outcomeOf(await slack.deliveries.send(parcel), wording);
}

export function outcomeOf(delivered: Delivered, wording: Wording): Outcome {
  const { acknowledged, ms, envelope_id } = delivered;
  if (acknowledged) return { ok: true, acknowledged, ack: delivered.ack, ms, envelope_id };
  return { ok: false, acknowledged, ack: null, ms, error: wording[delivered.reason], envelope_id };
}
