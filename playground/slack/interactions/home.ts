import { homeOpened } from '../happenings.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import { clickWording, outcomeOf, reject, undelivered } from './outcome.ts';
import type { Outcome, Rejected } from './outcome.ts';

/** Opens the app's Home tab: an event, so it is delivered again until it is acknowledged. Answers after the first try. */
export async function openHome(slack: Slack, person: Person): Promise<Outcome | Rejected> {
  if (slack.options.homeTab === false) return reject('This app has no Home tab.');
  const delivered = await slack.events.happened(homeOpened(person.id, slack.workspace.direct(person), slack.views.home(person.id)));
  return delivered ? outcomeOf(delivered, clickWording) : undelivered;
}
