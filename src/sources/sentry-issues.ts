import { z } from 'zod';
import { instantOf, millis, type Instant } from '../domain/instant.ts';
import type { ListedIssues, NewIssue } from '../domain/new-issues.ts';
import type { Reading } from '../ports.ts';
import { CLOCK_SKEW_MS } from './fresh.ts';
import type { HttpClient } from './http.ts';
import { at, bearer, hostOf } from './quantity.ts';
import { reading, unexpected, Unreadable } from './reading.ts';
import { secretsHidden } from './redact.ts';
import type { SentrySettings } from './sentry.ts';

/** How many are told. One more is asked for, to know whether there are more. */
const TOLD = 5;
/** Of a title, and of an address, in characters. */
const LONGEST_TITLE = 120;
const LONGEST_LINK = 200;

/** https://docs.sentry.io/api/events/list-an-organizations-issues/: counts are texts. */
const Answer = z.array(
  z.object({
    title: z.string(),
    count: z.string().regex(/^\d{1,15}$/),
    firstSeen: z.iso.datetime({ offset: true }),
    permalink: z.string().nullish(),
  }),
);

/**
 * The unresolved issues that Sentry saw for the first time at this moment or later, the most frequent first (R51). The token needs event:read.
 * What does not keep to the question, as a server would that does not know `firstSeen`, is unknown.
 */
export function sentryIssues(
  settings: SentrySettings,
  { http, now }: { readonly http: HttpClient; readonly now: () => Instant },
): (since: Instant) => Promise<Reading<ListedIssues>> {
  const { organization, project, environment, token, url } = settings;
  return (since) => {
    // Sentry's times may have whole seconds alone.
    const from = Math.floor(millis(since) / 1000) * 1000;
    const parameters = {
      query: `is:unresolved project:${project} firstSeen:>=${instantOf(from)}`,
      sort: 'freq',
      statsPeriod: '14d',
      limit: String(TOLD + 1),
      ...(environment === undefined ? {} : { environment }),
    };
    const address = at(url, `/api/0/organizations/${encodeURIComponent(organization)}/issues/`, parameters);
    return reading(
      `Sentry ${hostOf(url)}: new issues of ${project}`,
      async () => {
        const answer = await http.json({ url: address, what: 'Sentry', headers: bearer(token), dated: true }, Answer);
        for (const { firstSeen } of answer) assertNew(millis(firstSeen), { from, now: millis(now()) });
        const issues = answer.slice(0, TOLD).map((issue): NewIssue => ({
          title: titleOf(issue.title, token.reveal()),
          events: Number(issue.count),
          link: linkOf(issue.permalink ?? '', url),
        }));
        return { issues, more: answer.length > TOLD };
      },
      unexpected,
    );
  };
}

function assertNew(firstSeen: number, { from, now }: { readonly from: number; readonly now: number }): void {
  if (firstSeen < from) throw new Unreadable('Sentry listed issues from before the first write, so its list does not say what is new.');
  if (firstSeen > now + CLOCK_SKEW_MS) throw new Unreadable('Sentry listed issues first seen in the future: compare the clocks.');
}

/** One line without what turns or hides text, without half characters (PostgreSQL's jsonb takes none) and without secrets. Whoever draws it escapes it. */
function titleOf(title: string, token: string): string {
  const line = secretsHidden(
    title
      .toWellFormed()
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim(),
    [token],
  );
  if (line === '') return 'without a title';
  return line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE - 1).toWellFormed()}…` : line;
}

/**
 * The address when it leads to the Sentry of the settings: the same host or, as sentry.io gives each organization one, a name below it. Nothing
 * but the path is kept.
 */
function linkOf(permalink: string, url: string): string | null {
  if (!URL.canParse(permalink) || !URL.canParse(url)) return null;
  const [to, ours] = [new URL(permalink), new URL(url)];
  const site = ours.host.endsWith('.sentry.io') ? 'sentry.io' : ours.host;
  if (to.protocol !== ours.protocol || (to.host !== site && !to.host.endsWith(`.${site}`))) return null;
  const link = `${to.origin}${to.pathname}`;
  return link.length > LONGEST_LINK ? null : link;
}
