import { setTimeout as pause } from 'node:timers/promises';
import type { Json } from '../json.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import { clickWording, record } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { homeOpenedPayload } from './payloads.ts';

const slackDelaysMs = [0, 0, 60_000, 300_000] as const;

/** Opens the app's Home tab: an event, so it is delivered again until it is acknowledged. Answers after the first try. */
export async function openHome(slack: Slack, person: Person): Promise<Outcome> {
  const payload = homeOpenedPayload(slack, person);
  const [, ...again] = slack.options.eventDelaysMs ?? slackDelaysMs;
  const first = await deliver(slack, payload, 0);
  if (!first.acknowledged) void retry(slack, payload, again);
  return first;
}

async function retry(slack: Slack, payload: Json, delays: readonly number[]): Promise<void> {
  for (const [index, delay] of delays.entries()) {
    await pause(delay, undefined, { ref: false });
    const { acknowledged } = await deliver(slack, payload, index + 1);
    if (acknowledged) return;
  }
}

async function deliver(slack: Slack, payload: Json, attempt: number): Promise<Outcome> {
  const tried = attempt === 0 ? {} : { retry_attempt: attempt, retry_reason: 'timeout' };
  const delivery = await slack.sockets.deliver({ type: 'events_api', payload, ...tried });
  record(slack, 'app_home_opened', delivery);
  const { acknowledged, ms } = delivery;
  if (acknowledged) return { ok: true, acknowledged, ack: delivery.ack, ms };
  return { ok: false, acknowledged, ack: null, ms, error: clickWording[delivery.reason] };
}
