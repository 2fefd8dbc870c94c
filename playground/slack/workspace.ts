import { app, lastingId } from './identifiers.ts';
import type { Person, SlackOptions } from './options.ts';
import { epochSeconds } from './time.ts';

export type Topic = { readonly value: string; readonly creator: string; readonly last_set: number };

export type Bookmark = { readonly id: string; readonly title: string; readonly link: string; readonly emoji: string; readonly at: number };

export type Channel = {
  readonly id: string;
  name: string;
  /** Epoch seconds. */
  readonly created: number;
  /** For a direct message with the app: the person on the other side. */
  readonly with?: string;
  readonly members: Set<string>;
  readonly pins: Set<string>;
  readonly bookmarks: Bookmark[];
  topic: Topic;
  archived: boolean;
};

export type Workspace = {
  readonly people: readonly Person[];
  readonly channels: Map<string, Channel>;
  readonly appName: string;
  readonly appDisplayName: string;
  /** By id, `maya` or `@maya`. */
  person(idOrName: string): Person | undefined;
  /** Somebody leaves, becomes a guest, or closes their direct messages. Undefined when there is no such id. */
  changePerson(id: string, changes: Partial<Omit<Person, 'id'>>): Person | undefined;
  /** By id, `deployments` or `#deployments`. */
  channel(idOrName: string): Channel | undefined;
  /** The direct message between a person and the app. */
  direct(person: Person): Channel;
  /** The handle behind a user id, the app's included. */
  handle(userId: string): string;
};

/** People and channels, in memory: everything is gone when the server stops. */
export function openWorkspace(options: SlackOptions): Workspace {
  const people = [...options.people];
  const created = epochSeconds();
  const appName = options.app?.name ?? 'offpeak';
  const invited = new Set(options.appIn ?? []);
  const channels = new Map<string, Channel>();

  function open(channel: Pick<Channel, 'id' | 'name' | 'members' | 'with'>): Channel {
    const topic = { value: '', creator: '', last_set: 0 };
    const made = { ...channel, created, topic, pins: new Set<string>(), bookmarks: [], archived: false };
    channels.set(made.id, made);
    return made;
  }

  for (const name of options.channels) {
    const members = people.filter((person) => person.deleted !== true).map((person) => person.id);
    open({ id: lastingId('C', name), name, members: new Set(invited.has(name) ? [...members, app.botUserId] : members) });
  }

  function direct(person: Person): Channel {
    const id = lastingId('D', person.id);
    return channels.get(id) ?? open({ id, name: person.name, with: person.id, members: new Set([person.id, app.botUserId]) });
  }

  for (const person of people) direct(person);

  return {
    people,
    channels,
    appName,
    appDisplayName: options.app?.display_name ?? 'Offpeak',
    direct,
    person: (idOrName) => people.find((person) => person.id === idOrName || person.name === idOrName.replace(/^@/, '')),
    changePerson(id, changes) {
      const at = people.findIndex((person) => person.id === id);
      const before = people[at];
      if (!before) return undefined;
      const after = { ...before, ...changes };
      people[at] = after;
      return after;
    },
    channel(idOrName) {
      const name = idOrName.replace(/^#/, '');
      return channels.get(idOrName) ?? [...channels.values()].find((channel) => channel.with === undefined && channel.name === name);
    },
    handle: (userId) => (userId === app.botUserId ? appName : (people.find((person) => person.id === userId)?.name ?? userId)),
  };
}
