import type { AppsConnectionsOpenResponse, AuthTestResponse, BotsInfoResponse, TeamInfoResponse } from '@slack/web-api';
import { app, team } from '../identifiers.ts';
import { refuse } from '../refusal.ts';
import { textOf } from '../json.ts';
import { epochSeconds } from '../time.ts';
import type { Methods } from './method.ts';

/** Who is calling, and how it gets its sockets. */
export const sessionMethods: Methods = {
  'api.test': {
    tier: 4,
    token: 'none',
    answer: (_, args) => (textOf(args['error']) === '' ? { ok: true, args } : { ...refuse(textOf(args['error'])), args }),
  },
  'auth.test': {
    tier: 'special',
    answer: ({ baseUrl, workspace }) =>
      ({
        ok: true,
        url: `${baseUrl}/`,
        team: team.name,
        user: workspace.appName,
        team_id: team.id,
        user_id: app.botUserId,
        bot_id: app.botId,
        is_enterprise_install: false,
      }) satisfies AuthTestResponse,
  },
  'apps.connections.open': {
    // Tier 3 by the docs of 2026. The Java SDK's list still says tier 1, which two sockets could not start under.
    tier: 3,
    token: 'app',
    scope: 'connections:write',
    answer: ({ baseUrl, sockets }) =>
      ({
        ok: true,
        url: `${baseUrl.replace('http', 'ws')}/link/?ticket=${sockets.issueTicket()}&app_id=${app.id}`,
      }) satisfies AppsConnectionsOpenResponse,
  },
  'bots.info': {
    tier: 3,
    scope: 'users:read',
    answer({ workspace }, args) {
      if (textOf(args['bot']) !== app.botId) return refuse('bot_not_found');
      const bot = {
        id: app.botId,
        app_id: app.id,
        user_id: app.botUserId,
        name: workspace.appName,
        deleted: false,
        updated: epochSeconds(),
      };
      return { ok: true, bot } satisfies BotsInfoResponse;
    },
  },
  'team.info': {
    tier: 3,
    scope: 'team:read',
    answer: ({ baseUrl }) =>
      ({ ok: true, team: { id: team.id, name: team.name, domain: team.domain, url: `${baseUrl}/` } }) satisfies TeamInfoResponse,
  },
};
