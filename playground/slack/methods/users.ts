import type { UsersInfoResponse } from '@slack/web-api';
import { app, team } from '../identifiers.ts';
import { textOf } from '../json.ts';
import type { Person } from '../options.ts';
import { refuse } from '../refusal.ts';
import type { Workspace } from '../workspace.ts';
import type { Methods } from './method.ts';

type User = NonNullable<UsersInfoResponse['user']>;

/** People, the app's own user included. */
export const userMethods: Methods = {
  'users.info': {
    tier: 4,
    scope: 'users:read',
    answer({ workspace }, args) {
      const wanted = textOf(args['user']);
      const user = everyone(workspace).find((candidate) => candidate.id === wanted);
      return user ? { ok: true, user } : refuse('user_not_found');
    },
  },
  'users.list': {
    tier: 2,
    scope: 'users:read',
    answer: ({ workspace }) => ({ ok: true, members: everyone(workspace), response_metadata: { next_cursor: '' } }),
  },
  // A workspace on a free plan has no user groups; ours has the method, and none are defined.
  'usergroups.list': { tier: 2, scope: 'usergroups:read', answer: () => ({ ok: true, usergroups: [] }) },
  'usergroups.users.list': { tier: 2, scope: 'usergroups:read', answer: () => refuse('no_such_subteam') },
};

function everyone(workspace: Workspace): User[] {
  return [...workspace.people.map(person), bot(workspace)];
}

function person({ id, name, real_name, title = '', deleted = false, is_restricted = false }: Person): User {
  return {
    id,
    team_id: team.id,
    name,
    real_name,
    deleted,
    profile: { real_name, display_name: name, title },
    tz: 'Etc/UTC',
    tz_label: 'Coordinated Universal Time',
    tz_offset: 0,
    is_bot: false,
    is_app_user: false,
    is_restricted,
    is_ultra_restricted: false,
    is_admin: false,
    is_owner: false,
  };
}

function bot({ appName, appDisplayName }: Workspace): User {
  return {
    id: app.botUserId,
    team_id: team.id,
    name: appName,
    real_name: appDisplayName,
    deleted: false,
    profile: { real_name: appDisplayName, display_name: appName, api_app_id: app.id, bot_id: app.botId },
    is_bot: true,
    is_app_user: false,
    is_restricted: false,
    is_ultra_restricted: false,
  };
}
