import type { UsergroupsListResponse, UsergroupsUsersListResponse } from '@slack/web-api';
import { team } from '../identifiers.ts';
import { flagOf, textOf } from '../json.ts';
import type { UserGroup } from '../options.ts';
import { refuse } from '../refusal.ts';
import type { Methods } from './method.ts';

type Listed = NonNullable<UsergroupsListResponse['usergroups']>[number];

/** User groups, which a workspace on the free plan has not: plan_upgrade_required. */
export const usergroupMethods: Methods = {
  'usergroups.list': {
    tier: 2,
    scope: 'usergroups:read',
    answer({ options }, args) {
      if (!options.usergroups) return refuse('plan_upgrade_required');
      const shown = options.usergroups.filter((group) => flagOf(args['include_disabled']) || group.disabled !== true);
      const wanted = { users: flagOf(args['include_users']), count: flagOf(args['include_count']) };
      return { ok: true, usergroups: shown.map((group) => listed(group, wanted)) } satisfies UsergroupsListResponse;
    },
  },
  'usergroups.users.list': {
    tier: 2,
    scope: 'usergroups:read',
    needs: ['usergroup'],
    answer({ options }, args) {
      if (!options.usergroups) return refuse('plan_upgrade_required');
      const group = options.usergroups.find(({ id }) => id === textOf(args['usergroup']));
      if (!group || (group.disabled === true && !flagOf(args['include_disabled']))) return refuse('no_such_subteam');
      return { ok: true, users: [...group.users] } satisfies UsergroupsUsersListResponse;
    },
  },
};

function listed(group: UserGroup, wanted: { readonly users: boolean; readonly count: boolean }): Listed {
  const { id, handle, name, users, disabled = false } = group;
  return {
    id,
    team_id: team.id,
    is_usergroup: true,
    is_subteam: true,
    is_external: false,
    name,
    handle,
    description: '',
    // Slack gives the moment of the disabling; ours were so from the beginning.
    date_delete: disabled ? 1 : 0,
    prefs: { channels: [], groups: [] },
    ...(wanted.users ? { users: [...users] } : {}),
    ...(wanted.count ? { user_count: users.length } : {}),
  };
}
