import type { UsersInfoResponse, UsersListResponse, UsersLookupByEmailResponse } from '@slack/web-api';
import { app, team } from '../identifiers.ts';
import { textOf } from '../json.ts';
import type { Person } from '../options.ts';
import { refuse } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import { grants } from './method.ts';
import type { Methods } from './method.ts';
import { pageOf } from './paging.ts';

type User = NonNullable<UsersInfoResponse['user']>;

/** People, the app's own user included. */
export const userMethods: Methods = {
  'users.info': {
    tier: 4,
    scope: 'users:read',
    needs: ['user'],
    answer(slack, args) {
      const wanted = textOf(args['user']);
      const user = everyone(slack).find((candidate) => candidate.id === wanted);
      return user ? ({ ok: true, user } satisfies UsersInfoResponse) : refuse('user_not_found');
    },
  },
  'users.list': {
    tier: 2,
    scope: 'users:read',
    answer(slack, args) {
      const found = pageOf(everyone(slack), args, { key: ({ id = '' }) => id, usual: 1000, most: 1000 });
      if ('refusal' in found) return found.refusal;
      return { ok: true, members: [...found.page], response_metadata: { next_cursor: found.next } } satisfies UsersListResponse;
    },
  },
  'users.lookupByEmail': {
    tier: 3,
    scope: 'users:read.email',
    needs: ['email'],
    answer(slack, args) {
      const email = textOf(args['email']).toLowerCase();
      const found = slack.workspace.people.find((person) => person.email?.toLowerCase() === email && person.deleted !== true);
      return found ? ({ ok: true, user: human(slack, found) } satisfies UsersLookupByEmailResponse) : refuse('users_not_found');
    },
  },
};

function everyone(slack: Slack): User[] {
  return [...slack.workspace.people.map((person) => human(slack, person)), bot(slack)];
}

/** A person; the address only for an app that was granted users:read.email. */
function human(slack: Slack, person: Person): User {
  const { id, name, real_name, title = '', email, deleted = false, is_restricted = false, is_ultra_restricted = false } = person;
  return {
    id,
    team_id: team.id,
    name,
    real_name,
    deleted,
    profile: {
      real_name,
      real_name_normalized: real_name,
      display_name: name,
      display_name_normalized: name,
      title,
      team: team.id,
      ...(email !== undefined && grants(slack, 'users:read.email') ? { email } : {}),
    },
    tz: 'Etc/UTC',
    tz_label: 'Coordinated Universal Time',
    tz_offset: 0,
    is_bot: false,
    is_app_user: false,
    // In Slack, too, a guest of one channel is both.
    is_restricted: is_restricted || is_ultra_restricted,
    is_ultra_restricted,
    is_stranger: person.is_stranger === true,
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_email_confirmed: true,
    updated: 0,
  };
}

function bot({ workspace: { appName, appDisplayName } }: Slack): User {
  return {
    id: app.botUserId,
    team_id: team.id,
    name: appName,
    real_name: appDisplayName,
    deleted: false,
    profile: { real_name: appDisplayName, display_name: appName, api_app_id: app.id, bot_id: app.botId, team: team.id },
    is_bot: true,
    is_app_user: false,
    is_restricted: false,
    is_ultra_restricted: false,
    updated: 0,
  };
}
