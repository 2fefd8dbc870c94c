import { threadRoot } from '../methods/chat.ts';
import { reject } from '../interactions/outcome.ts';
import type { Rejected } from '../interactions/outcome.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';

/** Why this person cannot write in this channel, as Slack's client has no field there for them; undefined when they can. */
export function refusedWriting(person: Person, channel: Channel): Rejected | undefined {
  if (!channel.members.has(person.id)) return reject(`${person.name} is not in ${placeName(channel)}.`, {}, 400);
  return channel.archived ? reject(`${placeName(channel)} is archived: nobody can write there.`, {}, 400) : undefined;
}

/** The root of the thread somebody answers in; undefined outside a thread. A message that is not there cannot be answered. */
export function rootOf(slack: Slack, channel: Channel, ts: string): { readonly root: string | undefined } | Rejected {
  const root = threadRoot(slack, channel.id, ts);
  return root === 'gone' ? reject(`There is no message ${ts} in ${placeName(channel)} to answer.`) : { root };
}

function placeName(channel: Channel): string {
  return channel.with === undefined ? `#${channel.name}` : 'this direct message';
}
