import { app, lastingId } from './identifiers.ts';
import type { Person, SlackOptions } from './options.ts';

export type Channel = {
  readonly id: string;
  readonly name: string;
  /** For a direct message with the app: the person on the other side. */
  readonly with?: string;
  readonly members: Set<string>;
  readonly pins: Set<string>;
  archived: boolean;
};

export type Workspace = {
  readonly people: readonly Person[];
  readonly channels: Map<string, Channel>;
  readonly appName: string;
  readonly appDisplayName: string;
  /** By id, `maya` or `@maya`. */
  person(idOrName: string): Person | undefined;
  /** By id, `deployments` or `#deployments`. */
  channel(idOrName: string): Channel | undefined;
  /** The direct message between a person and the app. */
  direct(person: Person): Channel;
  /** The handle behind a user id, the app's included. */
  handle(userId: string): string;
};

/** People and channels, in memory: everything is gone when the server stops. */
export function openWorkspace(options: SlackOptions): Workspace {
  const people = options.people;
  const appName = options.app?.name ?? 'offpeak';
  const invited = new Set(options.appIn ?? []);
  const members = (): string[] => people.filter((person) => person.deleted !== true).map((person) => person.id);
  const channels = new Map<string, Channel>();
  for (const name of options.channels) {
    const everyone = new Set(invited.has(name) ? [...members(), app.botUserId] : members());
    const id = lastingId('C', name);
    channels.set(id, { id, name, members: everyone, pins: new Set(), archived: false });
  }

  function direct(person: Person): Channel {
    const id = lastingId('D', person.id);
    const known = channels.get(id);
    if (known) return known;
    const made: Channel = {
      id,
      name: person.name,
      with: person.id,
      members: new Set([person.id, app.botUserId]),
      pins: new Set(),
      archived: false,
    };
    channels.set(id, made);
    return made;
  }

  for (const person of people) direct(person);

  return {
    people,
    channels,
    appName,
    appDisplayName: options.app?.display_name ?? 'Offpeak',
    direct,
    person: (idOrName) => people.find((person) => person.id === idOrName || person.name === idOrName.replace(/^@/, '')),
    channel(idOrName) {
      const name = idOrName.replace(/^#/, '');
      return channels.get(idOrName) ?? [...channels.values()].find((channel) => channel.with === undefined && channel.name === name);
    },
    handle: (userId) => (userId === app.botUserId ? appName : (people.find((person) => person.id === userId)?.name ?? userId)),
  };
}
