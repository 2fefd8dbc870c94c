import { textOf } from '../json.ts';
import type { Json } from '../json.ts';
import { reject } from '../interactions/outcome.ts';
import type { Rejected } from '../interactions/outcome.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import type { View } from '../views.ts';
import type { Channel } from '../workspace.ts';

/** The person a request acts as; refuses unknown ones, and people whose account is gone. */
export function personIn(slack: Slack, wanted: unknown): Person | Rejected {
  const person = knownPersonIn(slack, wanted);
  if ('status' in person || person.deleted !== true) return person;
  return reject(`${person.name} is deactivated and can do nothing.`, {}, 400);
}

/** Anybody of the workspace, gone or not; refuses others with the names there are. */
export function knownPersonIn({ workspace }: Slack, wanted: unknown): Person | Rejected {
  const person = workspace.person(textOf(wanted));
  if (person) return person;
  const people = workspace.people.map(({ name }) => name);
  return reject(`There is no user ${JSON.stringify(wanted ?? null)} in this workspace.`, { people }, 400);
}

export function channelIn({ workspace }: Slack, wanted: unknown): Channel | Rejected {
  const channel = workspace.channel(textOf(wanted));
  if (channel) return channel;
  const channels = [...workspace.channels.values()].map(({ name }) => name);
  return reject(`There is no channel ${JSON.stringify(wanted ?? null)} in this workspace.`, { channels }, 400);
}

/** A modal this person has open or their Home tab, by view id. */
export function viewIn({ views }: Slack, person: Person, wanted: unknown): View | Rejected {
  const found = views.find(textOf(wanted));
  if (found?.user === person.id) return found.view;
  const open = views.stack(person.id).map(({ id }) => id);
  return reject(`${person.name} has no view ${JSON.stringify(wanted ?? null)} open.`, { open });
}

/** The body of a request: JSON, whatever the content type says, because `curl -d` says form. Undefined when it is not JSON. */
export async function bodyOf(request: { text(): Promise<string> }): Promise<Json | undefined> {
  try {
    const parsed: unknown = JSON.parse((await request.text()) || '{}');
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
