import { z } from 'zod';
import { millis, type Instant } from '../domain/instant.ts';
import type { Incident, Reading } from '../ports.ts';
import type { HttpClient } from './http.ts';
import { at, hostOf, type Hidden } from './quantity.ts';
import { reading, unexpected, Unreadable } from './reading.ts';

export type PagerDutySettings = {
  /** A read-only API key. */
  readonly token: Hidden;
  /** The schedule's id, as `PI7DH85`. */
  readonly schedule: string;
  readonly url: string;
};
export type PagerDutyIncidents = { readonly token: Hidden; readonly services: readonly string[]; readonly url: string };

const When = z.iso.datetime({ offset: true }).nullable();
/** https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls; no start and no end is always. */
const OnCalls = z.object({
  more: z.boolean(),
  oncalls: z.array(
    z.object({
      user: z.object({ summary: z.string().min(1).max(200) }),
      escalation_level: z.number().int().min(1),
      start: When,
      end: When,
    }),
  ),
});

/** https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents */
const Incidents = z.object({
  more: z.boolean(),
  incidents: z.array(z.object({ id: z.string(), title: z.string(), urgency: z.enum(['high', 'low']), html_url: z.url() })),
});

const MORE = 'PagerDuty has more entries than one page holds: name a narrower schedule or service.';

/** Who is on call at this moment, first line first. */
export function pagerDutyOnCall(
  settings: PagerDutySettings,
  { http, now }: { http: HttpClient; now: () => Instant },
): () => Promise<Reading<readonly string[]>> {
  const url = at(settings.url, '/oncalls', { 'schedule_ids[]': settings.schedule, earliest: 'true', limit: '100' });
  return () =>
    reading(
      `PagerDuty schedule ${settings.schedule}`,
      async () => {
        const { oncalls, more } = await http.json({ url, ...asked(settings.token) }, OnCalls);
        if (more) throw new Unreadable(MORE);
        const at = millis(now());
        const present = oncalls.filter(({ start, end }) => (start === null || millis(start) <= at) && (end === null || at < millis(end)));
        if (present.length === 0 && oncalls.length > 0)
          throw new Unreadable('PagerDuty names only people whose time is past or yet to come: compare the clocks.');
        const byLevel = present.toSorted((a, b) => a.escalation_level - b.escalation_level);
        return [...new Set(byLevel.map(({ user }) => user.summary))];
      },
      unexpected,
    );
}

/** What is open on the services: triggered or acknowledged. */
export function pagerDutyIncidents(settings: PagerDutyIncidents, http: HttpClient): () => Promise<Reading<readonly Incident[]>> {
  const parameters = { 'statuses[]': ['triggered', 'acknowledged'], 'service_ids[]': settings.services, limit: '100' };
  const url = at(settings.url, '/incidents', parameters);
  return () =>
    reading(
      `PagerDuty ${hostOf(settings.url)}: open incidents`,
      async () => {
        const { incidents, more } = await http.json({ url, ...asked(settings.token) }, Incidents);
        if (more) throw new Unreadable(MORE);
        return incidents.map(({ id, title, urgency, html_url: link }) => ({ id, title, urgency, link }));
      },
      unexpected,
    );
}

function asked(token: Hidden) {
  const headers = { authorization: `Token token=${token.reveal()}`, accept: 'application/vnd.pagerduty+json;version=2' };
  return { what: 'PagerDuty', headers, dated: true };
}
