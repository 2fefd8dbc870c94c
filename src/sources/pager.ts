import { z } from 'zod';
import type { Pager } from '../ports.ts';
import type { HttpClient } from './http.ts';
import { hostOf, type Hidden } from './quantity.ts';
import { Unreadable } from './reading.ts';

export type PagerSettings =
  | { readonly pagerduty: { readonly routing_key: Hidden; readonly url: string } }
  | { readonly webhook: { readonly url: Hidden; readonly token?: Hidden | undefined } };

/** https://developer.pagerduty.com/docs/send-alert-event: 202, and what it took the event for. */
const Taken = z.object({ status: z.literal('success') });
/** The longest summary PagerDuty takes. */
const LONGEST_SUMMARY = 1024;

/** The pager of a target, as the settings name it: PagerDuty's Events API v2, or a webhook of one's own. */
export function connectPager(settings: PagerSettings, http: HttpClient): Pager {
  return 'pagerduty' in settings ? pagerDutyPager(settings.pagerduty, http) : webhookPager(settings.webhook, http);
}

function pagerDutyPager({ routing_key: key, url }: Extract<PagerSettings, { pagerduty: unknown }>['pagerduty'], http: HttpClient): Pager {
  const send = (event: Readonly<Record<string, unknown>>) =>
    failureOf(() =>
      http
        .json({ url: `${url}/v2/enqueue`, what: 'PagerDuty', post: { routing_key: key.reveal(), ...event } }, Taken)
        .then(() => undefined),
    );
  return {
    name: 'PagerDuty',
    page: ({ key: dedup_key, summary, details }) =>
      send({
        event_action: 'trigger',
        dedup_key,
        payload: { summary: summary.slice(0, LONGEST_SUMMARY), source: 'offpeak', severity: 'critical', custom_details: details },
      }),
    close: (dedup_key) => send({ event_action: 'resolve', dedup_key }),
  };
}

/** `{ event: 'page' | 'close', key, summary, details }` as JSON, with the token as a bearer; any 2xx has taken it. */
function webhookPager({ url, token }: Extract<PagerSettings, { webhook: unknown }>['webhook'], http: HttpClient): Pager {
  const name = hostOf(url.reveal());
  const headers = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
  const send = (post: Readonly<Record<string, unknown>>) =>
    failureOf(async () => {
      const { status } = await http.status({ url: url.reveal(), what: name, headers, post });
      if (status < 200 || status >= 300) throw new Unreadable(`${name} answered ${status}.`);
    });
  return { name, page: (request) => send({ event: 'page', ...request }), close: (key) => send({ event: 'close', key }) };
}

/** Null when it was taken, otherwise the sentence of what failed, which holds no address and no key. */
async function failureOf(send: () => Promise<void>): Promise<string | null> {
  try {
    await send();
    return null;
  } catch (error) {
    return error instanceof Unreadable ? error.message : 'The pager could not be asked.';
  }
}
