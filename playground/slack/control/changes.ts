import { Hono } from 'hono';
import type { Context } from 'hono';
import { channelChanged, removeFrom, setArchived, shownChannel } from '../channel-changes.ts';
import { channelRenamed, messageDeleted } from '../happenings.ts';
import { app } from '../identifiers.ts';
import { textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';
import { answer, invalid, taking } from './answer.ts';
import { channelIn, knownPersonIn } from './found.ts';

const flags = ['deleted', 'is_restricted', 'is_ultra_restricted', 'is_stranger', 'dm_blocked'] as const;

/** What people and administrators do to the workspace behind the program's back. Nobody in particular unless `user` says who. */
export function changeRoutes(slack: Slack): Hono {
  const routes = new Hono();
  routes.post(
    '/archive',
    inChannel(slack, (c, channel, given) => {
      if (typeof given['on'] !== 'boolean') return invalid(c, ['on must be true or false']);
      if (channel.archived !== given['on']) setArchived(slack, channel, given['on'], byWhom(slack, given));
      return c.json({ ok: true, channel: shownChannel(channel) });
    }),
  );
  routes.post(
    '/kick',
    inChannel(slack, (c, channel, given) => {
      if (!channel.members.has(app.botUserId)) return invalid(c, [`The app is not in #${channel.name}.`], 404);
      removeFrom(slack, channel, app.botUserId, byWhom(slack, given));
      return c.json({ ok: true, channel: shownChannel(channel) });
    }),
  );
  routes.post(
    '/rename',
    inChannel(slack, (c, channel, given) => {
      const name = textOf(given['name']).replace(/^#/, '');
      if (!/^[a-z0-9_-]{1,80}$/.test(name)) return invalid(c, ['name must be 1 to 80 of a-z, 0-9, - and _']);
      const taken = slack.workspace.channel(name);
      if (taken && taken.id !== channel.id) return invalid(c, [`There is a channel #${name} already.`]);
      channel.name = name;
      channelChanged(slack, channel);
      void slack.events.happened(channelRenamed(channel));
      return c.json({ ok: true, channel: shownChannel(channel) });
    }),
  );
  routes.post(
    '/delete',
    inChannel(slack, (c, channel, given) => {
      const ts = textOf(given['ts']);
      const message = slack.messages.find(channel.id, ts);
      if (!message || message.deleted === true) return invalid(c, [`There is no message ${ts} in #${channel.name}.`], 404);
      const event = messageDeleted(channel, message);
      slack.messages.remove(message);
      if (channel.members.has(app.botUserId)) void slack.events.happened(event);
      return c.json({ ok: true });
    }),
  );
  routes.post(
    '/person',
    taking((c, given) => {
      const known = knownPersonIn(slack, given['user']);
      if ('status' in known) return answer(c, known);
      const changes = Object.fromEntries(flags.flatMap((flag) => (given[flag] === undefined ? [] : [[flag, given[flag]]])));
      const wrong = Object.entries(changes).filter(([, value]) => typeof value !== 'boolean');
      if (wrong.length > 0)
        return invalid(
          c,
          wrong.map(([flag]) => `${flag} must be true or false`),
        );
      if (Object.keys(changes).length === 0) return invalid(c, [`give at least one of ${flags.join(', ')}`]);
      const person = slack.workspace.changePerson(known.id, changes);
      slack.live.emit({ type: 'person', person });
      return c.json({ ok: true, person });
    }),
  );
  return routes;
}

function inChannel(slack: Slack, handle: (c: Context, channel: Channel, given: Json) => Response): (c: Context) => Promise<Response> {
  return taking((c, given) => {
    const channel = channelIn(slack, given['channel']);
    return 'status' in channel ? answer(c, channel) : handle(c, channel, given);
  });
}

function byWhom({ workspace }: Slack, given: Json): string {
  return (workspace.person(textOf(given['user'])) ?? workspace.people[0])?.id ?? app.botUserId;
}
