import type {
  ApiTestResponse,
  AppsConnectionsOpenResponse,
  AuthRevokeResponse,
  AuthTestResponse,
  BotsInfoResponse,
  TeamInfoResponse,
} from '@slack/web-api';
import { app, team } from '../identifiers.ts';
import { refuse } from '../refusal.ts';
import { flagOf, textOf } from '../json.ts';
import type { Slack } from '../slack.ts';
import { tokensRevoked } from '../happenings.ts';
import { epochSeconds } from '../time.ts';
import type { Methods } from './method.ts';

/** Who is calling, and how it gets its sockets. */
export const sessionMethods: Methods = {
  'api.test': {
    tier: 4,
    token: 'none',
    answer(_, given) {
      const args = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, textOf(value)]));
      const error = textOf(given['error']);
      return error === '' ? ({ ok: true, args } satisfies ApiTestResponse) : { ...refuse(error), args };
    },
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
  'auth.revoke': {
    tier: 3,
    answer(slack, args) {
      const test = flagOf(args['test']);
      if (!test) revoke(slack);
      return { ok: true, revoked: !test } satisfies AuthRevokeResponse & { revoked: boolean };
    },
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
      const wanted = textOf(args['bot']);
      if (wanted !== '' && wanted !== app.botId) return refuse('bot_not_found');
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
    answer({ baseUrl }, args) {
      const wanted = textOf(args['team']);
      if (wanted !== '' && wanted !== team.id) return refuse('team_not_found');
      const { id, name, domain } = team;
      const icon = { image_default: true };
      return { ok: true, team: { id, name, domain, url: `${baseUrl}/`, email_domain: '', icon } } satisfies TeamInfoResponse;
    },
  },
};

/** The bot token is dead from here on; the program hears of it over whatever socket it still has. */
function revoke({ tokens, events }: Slack): void {
  tokens.spoil('bot', 'token_revoked');
  void events.happened(tokensRevoked());
}
