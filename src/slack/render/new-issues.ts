import type { KnownBlock } from '@slack/types';
import type { ListedIssues } from '../../domain/new-issues.ts';
import type { Run } from '../../domain/run.ts';
import { section } from './block-kit.ts';
import { cutLines } from './limits.ts';
import { code, count, link, phrase, stopped, timeOf } from './text.ts';

/** What Sentry saw for the first time since the first write, a line each (R51); no block where it is not asked. Not listed is never "none". */
export function newIssueBlocks(run: Pick<Run, 'newIssues'>): readonly KnownBlock[] {
  const lines = newIssueLines(run);
  return lines.length === 0 ? [] : [section(cutLines(lines, { max: 2800, rest: (left) => `and ${left} more lines` }))];
}

function newIssueLines({ newIssues }: Pick<Run, 'newIssues'>): readonly string[] {
  if (newIssues === null) return [];
  const { listed, why } = newIssues;
  const because = stopped(phrase(why, 300));
  if (listed === null) return [`New issues in Sentry could not be listed: ${because}`];
  const at = timeOf(listed.at);
  const later = why === '' ? [] : [`What came later could not be listed: ${because}`];
  if (listed.issues.length === 0) return [`No new issue in Sentry from the first write to ${at}.`, ...later];
  const lines = listed.issues.map(
    ({ title, events, link: address }) =>
      `• ${code(title, 120)} · ${count(events, 'event')}${address === null ? '' : ` · ${link(address, 'open')}`}`,
  );
  return [`*New in Sentry from the first write to ${at}*`, ...lines, ...(listed.more ? ['• and more'] : []), ...later];
}

/** The same in a few words, for a notification; nothing where nothing is known to be new. */
export function newIssueWords({ newIssues }: Pick<Run, 'newIssues'>): string {
  const listed = newIssues?.listed ?? null;
  if (listed === null || listed.issues.length === 0) return '';
  return `New since the first write: ${listed.more ? 'more than ' : ''}${count(listed.issues.length, 'issue')} in Sentry. `;
}

/** The same as what happened, on one line. */
export function newIssueText({ issues, more }: ListedIssues): string {
  if (issues.length === 0) return 'no new issue in Sentry since the first write';
  const named = issues.map(({ title, events }) => `${code(title, 120)} (${count(events, 'event')})`);
  return `new in Sentry since the first write: ${named.join(', ')}${more ? ' and more' : ''}`;
}
